using FsCheck;
using FsCheck.Fluent;
using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Travel;
using static Rongtong.HealthCode.Tests.TravelWorld;

namespace Rongtong.HealthCode.Tests;

public sealed class TravelHistoryTests
{
    private readonly TravelWorld _world = new();

    [Fact]
    public void A_trip_visits_where_it_began_and_where_it_ended()
    {
        var places = _world.HistoryOf(Trip(1, "3303", "3301", 5)).Places;
        places.Select(p => p.RegionCode).ShouldBe(["3301", "3303"]);
        places.ShouldAllBe(p => p.FromDay == Today.AddDays(-5) && p.ToDay == Today.AddDays(-5) && p.Standing == VisitStanding.Visited);
    }

    [Theory]
    [InlineData(13, 1)]
    [InlineData(14, 0)]
    public void The_day_itself_and_thirteen_before_it_are_looked_at(int daysAgo, int places) =>
        _world.HistoryOf(Stay(1, "330106", daysAgo, daysAgo)).Places.Count.ShouldBe(places);

    [Fact]
    public void A_stay_that_began_earlier_is_cut_to_the_fourteen_days() =>
        _world.HistoryOf(Stay(1, "330106", 20, 10)).Places.Single().FromDay.ShouldBe(Today.AddDays(-13));

    [Theory]
    [InlineData(3, VisitStanding.PassedThrough)]
    [InlineData(4, VisitStanding.Visited)]
    [InlineData(null, VisitStanding.Visited)]
    public void Four_hours_make_a_visit(int? hours, VisitStanding standing) =>
        _world.HistoryOf(Stay(1, "330106", 3, 3, hours)).Places.Single().Standing.ShouldBe(standing);

    [Fact]
    public void Two_times_three_hours_in_a_place_are_passing_through_twice() =>
        _world.HistoryOf(Stay(1, "330106", 4, 4, 3), Stay(2, "330106", 3, 3, 3)).Places.Single().Standing.ShouldBe(VisitStanding.PassedThrough);

    [Theory]
    [InlineData(0.49f, VisitStanding.TooUncertain)]
    [InlineData(0.5f, VisitStanding.Visited)]
    public void A_stay_that_is_more_likely_wrong_than_right_does_not_count(float confidence, VisitStanding standing)
    {
        var place = _world.HistoryOf(Stay(1, "330106", 3, 3, 9, confidence: confidence)).Places.Single();
        place.Standing.ShouldBe(standing);
        place.IsUncertain.ShouldBeTrue();
    }

    [Fact]
    public void What_the_person_confirmed_is_certain() => _world.HistoryOf(Stay(1, "330106", 3, 3, 9, confidence: 0.6f, said: true)).Places.Single().IsUncertain.ShouldBeFalse();

    [Fact]
    public void Sources_that_say_the_same_are_one_place_that_leads_to_all_of_them()
    {
        var place = _world.HistoryOf(Stay(1, "330106", 6, 4, 50), Stay(2, "330106", 3, 2, source: FactSource.Person, confidence: 1)).Places.Single();
        place.Sources.ShouldBe([FactSource.Person, FactSource.Carrier]);
        place.Facts.Select(f => f.Id).ShouldBe([1, 2]);
        (place.FromDay, place.ToDay).ShouldBe((Today.AddDays(-6), Today.AddDays(-2)));
        place.Confidence.ShouldBe(1);
    }

    [Fact]
    public void A_gap_of_a_day_makes_two_places_of_it() => _world.HistoryOf(Stay(1, "330106", 6, 5), Stay(2, "330106", 3, 3)).Places.Count.ShouldBe(2);

    [Fact]
    public void A_city_whose_days_its_county_explains_is_told_once_as_the_county()
    {
        var place = _world.HistoryOf(Stay(1, "330106", 6, 3, 60), Trip(2, "3301", "3303", 3)).Places.Single(p => p.RegionCode.StartsWith("3301", StringComparison.Ordinal));
        place.RegionCode.ShouldBe("330106");
        place.Sources.ShouldBe([FactSource.Ticket, FactSource.Carrier]);
    }

    [Fact]
    public void A_city_with_days_that_no_county_explains_stays() => _world.HistoryOf(Stay(1, "330106", 6, 5), Stay(2, "3301", 6, 3)).Places.Select(p => p.RegionCode).ShouldBe(["3301", "330106"], ignoreOrder: true);

    [Fact]
    public void A_disputed_place_is_shown_and_not_counted()
    {
        var history = _world.With("330106", RiskTier.High).HistoryOf(Stay(1, "330106", 3, 2, said: false));
        var place = history.Places.Single();
        (place.Standing, place.HasStar, place.Star).ShouldBe((VisitStanding.Disputed, false, StarGround.NotCounted));
        history.Visited.ShouldBeEmpty();
    }

    [Fact]
    public void A_ticket_stays_in_the_history_although_the_person_disputes_it() =>
        _world.HistoryOf(Trip(1, "4201", "3301", 3, said: false)).Visited.Select(p => p.RegionCode).ShouldBe(["4201", "3301"], ignoreOrder: true);

    [Fact]
    public void A_disputed_stay_does_not_take_an_undisputed_one_of_the_same_place_with_it()
    {
        var places = _world.HistoryOf(Stay(1, "330106", 3, 2, said: false), Stay(2, "330106", 3, 2, source: FactSource.GridWorker)).Places;
        places.Select(p => (p.Standing, p.Facts.Single().Id)).ShouldBe([(VisitStanding.Visited, 2L), (VisitStanding.Disputed, 1L)], ignoreOrder: true);
    }

    [Fact]
    public void A_county_in_a_risk_area_has_a_star() => _world.With("330106", RiskTier.Medium).HistoryOf(Stay(1, "330106", 3, 2)).Places.Single().HasStar.ShouldBeTrue();

    [Fact]
    public void A_county_of_a_city_that_is_a_risk_area_as_a_whole_has_a_star() => _world.With("3301", RiskTier.High).HistoryOf(Stay(1, "330106", 3, 2)).Places.Single().HasStar.ShouldBeTrue();

    [Theory]
    [InlineData("330106")]
    [InlineData("3301")]
    public void A_city_that_contains_a_risk_area_has_no_star_and_says_why(string riskArea)
    {
        var place = _world.With(riskArea, RiskTier.High).HistoryOf(Stay(1, "3301", 3, 2)).Places.Single();
        (place.HasStar, place.Star, place.Tier).ShouldBe((false, StarGround.OnlyCityKnown, RiskTier.High));
    }

    [Fact]
    public void The_other_county_of_the_city_has_no_star() => _world.With("330106", RiskTier.High).HistoryOf(Stay(1, "330109", 3, 2)).Places.Single().Star.ShouldBe(StarGround.None);

    [Fact]
    public void A_city_without_counties_is_as_fine_as_it_gets() => _world.With("4419", RiskTier.High).HistoryOf(Stay(1, "4419", 3, 2)).Places.Single().HasStar.ShouldBeTrue();

    [Fact]
    public void Passing_through_a_risk_area_has_no_star() => _world.With("330106", RiskTier.High).HistoryOf(Stay(1, "330106", 3, 3, 2)).Places.Single().Star.ShouldBe(StarGround.NotCounted);

    [Fact]
    public void A_telephone_that_jumps_over_the_border_was_not_there()
    {
        var place = _world.With("330483", RiskTier.High).HistoryOf(Stay(1, "3301", 9, 1, 200), Stay(2, "330483", 5, 5, 6)).Places.Single();
        (place.RegionCode, place.IsUncertain, place.HasStar).ShouldBe(("3301", true, false));
        place.Flickered.ShouldBe(["330483"]);
        place.Facts.Select(f => f.Id).ShouldBe([1, 2]);
    }

    [Fact]
    public void A_day_far_away_is_no_flickering() => _world.HistoryOf(Stay(1, "3301", 9, 1, 200), Stay(2, "3303", 5, 5, 6)).Places.Count.ShouldBe(2);

    [Fact]
    public void A_stay_next_door_that_a_ticket_or_the_person_confirms_is_no_flickering()
    {
        _world.HistoryOf(Stay(1, "3301", 9, 1, 200), Stay(2, "3304", 5, 5, 6), Trip(3, "3301", "3304", 5)).Visited.Select(p => p.RegionCode).ShouldContain("3304");
        _world.HistoryOf(Stay(1, "3301", 9, 1, 200), Stay(2, "3304", 5, 5, 6, said: true)).Visited.Select(p => p.RegionCode).ShouldContain("3304");
    }

    [Theory]
    [InlineData(12, 1)]
    [InlineData(13, 2)]
    public void Half_a_day_next_door_may_be_flickering_and_more_may_not(int hours, int places) =>
        _world.HistoryOf(Stay(1, "3301", 9, 1, 200), Stay(2, "3304", 5, 5, hours)).Places.Count.ShouldBe(places);

    [Fact]
    public void Neither_the_order_of_facts_nor_the_disputed_ones_change_what_counts()
    {
        string[] regions = ["33", "3301", "330106", "330109", "3303", "330381", "3304", "330483", "4419"];
        var fact = from id in Gen.Choose(1, 1000)
                   from region in Gen.Elements(regions)
                   from first in Gen.Choose(0, 20)
                   from days in Gen.Choose(0, 6)
                   from hours in Gen.Choose(0, 40)
                   from source in Gen.Elements(FactSource.Carrier, FactSource.Person, FactSource.GridWorker)
                   from confidence in Gen.Choose(0, 100)
                   from said in Gen.Elements<bool?>(null, null, true, false)
                   select Stay(id, region, first, Math.Max(0, first - days), hours == 0 ? null : hours, source, confidence / 100f, said);
        Check.QuickThrowOnFailure(Prop.ForAll(fact.ArrayOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (facts, seed) =>
        {
            PersonalFact[] unique = [.. facts.DistinctBy(f => f.Id)];
            PersonalFact[] shuffled = [.. unique];
            new System.Random(seed).Shuffle(shuffled);
            var history = _world.HistoryOf(unique);
            Told(_world.HistoryOf(shuffled)).ShouldBe(Told(history));
            history.Visited.Select(Told).ShouldBe(_world.HistoryOf([.. unique.Where(f => !f.IsDisputedAway)]).Visited.Select(Told));
            // Nothing is lost: each fact within the days leads from some place.
            history.Places.SelectMany(p => p.Facts).Select(f => f.Id).Distinct().Order()
                .ShouldBe(unique.Where(f => f.ToDay >= Today.AddDays(-13)).Select(f => f.Id).Order());
            history.Places.ShouldAllBe(p => p.FromDay <= p.ToDay && p.FromDay >= history.FromDay && p.ToDay <= Today);
        }));
    }

    private static string Told(TravelHistory history) => string.Join('\n', history.Places.Select(Told));

    private static string Told(VisitedPlace p) => $"{p.RegionCode} {p.FromDay:O} {p.ToDay:O} {p.Standing} {p.Confidence} {p.Hours} {string.Join(',', p.Flickered)} {string.Join(',', p.Facts.Select(f => f.Id))} {p.Star}";
}
