using Rongtong.Bench.GetUsPpe;
using Rongtong.Testing;

namespace Rongtong.Allocation.Tests;

public sealed class GetUsPpeTests
{
    private static readonly DateOnly s_day = new(2020, 4, 1);

    private static Offer Offer(int number, long quantity, int day = 0, string state = "NY") => new(number, $"donor {number}", "n95", quantity, s_day.AddDays(day), state);

    private static Need Need(int number, long quantity, int day = 0, string state = "NY") => new(number, "n95", quantity, s_day.AddDays(day), state);

    private static GetUsPpeFiles Read(string[] offers, string[] counties, string[] matches) =>
        GetUsPpeFiles.Read(["donorKey,donationkey,equipmentEnum,qty,datecreated,dataSource,stateprovince", .. offers], ["TIME,county,stateprovince,num_requests", .. counties],
            ["matchkey,donorkey,facilitykey,matchstatus,matchsubstatus,matchCreated,closedOrDelivered,enumcode,qty", .. matches], 1000);

    [Fact]
    public void Offers_without_a_state_or_an_amount_or_above_the_limit_or_given_twice_are_left_out_and_counted()
    {
        var files = Read(
            ["a,1,n95,300,2020-05-22 07:38:09.981 UTC,x,Fl", "a,1,n95,300,2020-05-22 07:38:09.981 UTC,x,Fl", "b,2,n95,1001,2020-05-22 07:38:09.981 UTC,x,NY",
             "c,3,n95,-1,2020-05-22 07:38:09.981 UTC,x,NY", "d,4,n95,5,2020-05-22 07:38:09.981 UTC,x,Shanghai", "e,5,n95,,2020-05-22 07:38:09.981 UTC,x,NY"],
            [], []);
        files.Offers.ShouldBe([new Offer(1, "a", "n95", 300, new(2020, 5, 22), "FL")]);
        files.OffersLeftOut.ShouldBe(5);
    }

    [Fact]
    public void As_many_needs_as_were_counted_appear_in_their_month_with_item_and_amount_of_a_match_that_was_made()
    {
        var files = Read([], ["2020-02-01,\"Prince George's, old\",MD,40"], ["m,d,f,delivered,,2020-05-27 00:00:00 UTC,,gown,70", "m,d,f,closed,test_match,2020-05-27 00:00:00 UTC,,n95,1"]);
        files.Needs.Count.ShouldBe(40);
        files.Needs.ShouldAllBe(n => n.Item == "gown" && n.Quantity == 70 && n.State == "MD" && n.Day.Year == 2020 && n.Day.Month == 2);
        files.Needs.Select(n => n.Day).Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Distances_are_those_of_the_map()
    {
        States.Miles("NY", "CA").ShouldBeInRange(2300, 2700);
        States.Miles("NY", "NJ").ShouldBeInRange(50, 120);
        States.Miles("DC", "DC").ShouldBeInRange(3, 6);
    }

    [Fact]
    public void The_five_figures_are_those_counted_by_hand()
    {
        // The offer of the first day fills the old need and half of the next; that of the third day comes from across the country.
        var figures = Replay.Run([Offer(1, 30), Offer(2, 10, 2, "CA")], [Need(1, 20), Need(2, 20, 1), Need(3, 80, 5)], new FirstCome());
        figures.FillRate.ShouldBe((1 + 1 + 0) / 3.0, 1e-9);
        figures.FillRateWithoutZeros.ShouldBe(1, 1e-9);
        figures.UnitMiles.ShouldBe((30 * States.Miles("NY", "NY")) + (10 * States.Miles("CA", "NY")), 1e-6);
        figures.HoldingDays.ShouldBe(10.0 / 40, 1e-9);
        figures.ShipmentsPerDonor.ShouldBe(1.5, 1e-9);
        figures.UnitsSent.ShouldBe(40);
    }

    [Fact]
    public void Proximity_serves_the_nearer_need_and_first_come_the_older()
    {
        Offer[] offers = [Offer(1, 10, 1)];
        Need[] needs = [Need(1, 10, 0, "CA"), Need(2, 10, 1, "NY")];
        Replay.Run(offers, needs, new Proximity()).UnitMiles.ShouldBe(10 * States.Miles("NY", "NY"), 1e-6);
        Replay.Run(offers, needs, new FirstCome()).UnitMiles.ShouldBe(10 * States.Miles("NY", "CA"), 1e-6);
    }

    [Fact]
    public void Ours_sends_a_need_of_its_size_one_shipment_and_lets_offers_expire()
    {
        var figures = Replay.Run([Offer(1, 50)], [Need(1, 20), Need(2, 50), Need(3, 70)], GetUsPpeBench.Ours());
        (figures.Shipments, figures.UnitsSent, figures.FillRateWithoutZeros).ShouldBe((1, 50, 1));
        Replay.Run([Offer(1, 50)], [Need(1, 50, GetUsPpeBench.OfferExpiresDays + 1)], GetUsPpeBench.Ours()).UnitsSent.ShouldBe(0);
        Replay.Run([Offer(1, 50)], [Need(1, 50, GetUsPpeBench.OfferExpiresDays)], GetUsPpeBench.Ours()).UnitsSent.ShouldBe(50);
    }

    [Fact]
    public void A_rule_for_stale_offers_is_fitted_where_it_parts_them_best()
    {
        MatchedOffer Matched(int age, bool isStale) => new(default, age, 0, isStale);
        MatchedOffer[] matches = [Matched(0, false), Matched(3, false), Matched(9, true), Matched(12, true), Matched(20, false)];
        StaleOffers.Fit(matches, m => m.AgeDays).ShouldBe(9);
        var quality = StaleOffers.Quality(matches, m => m.AgeDays, 9);
        (quality.Precision, quality.Recall, quality.Auc).ShouldBe((2 / 3.0, 1, 4 / 6.0));
    }

    [SharedFact("data/supplies/getusppe_offers.csv")]
    public void On_the_published_files_ours_is_better_than_proximity_on_all_five_figures()
    {
        var files = GetUsPpeBench.Read(SharedData.PathOf("data/supplies"), GetUsPpeBench.OfferMost);
        var (ours, proximity) = (Replay.Run(files.Offers, files.Needs, GetUsPpeBench.Ours()), Replay.Run(files.Offers, files.Needs, new Proximity()));
        ours.FillRate.ShouldBeGreaterThan(proximity.FillRate * 1.5);
        ours.FillRateWithoutZeros.ShouldBeGreaterThan(proximity.FillRateWithoutZeros);
        ours.UnitMiles.ShouldBeLessThan(proximity.UnitMiles);
        ours.HoldingDays.ShouldBeLessThan(proximity.HoldingDays);
        ours.ShipmentsPerDonor.ShouldBeLessThan(proximity.ShipmentsPerDonor);
        ours.UnitsSent.ShouldBeGreaterThan((long)(proximity.UnitsSent * 0.999));
    }
}
