using FsCheck;
using FsCheck.Fluent;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Travel;
using static Rongtong.HealthCode.Tests.TravelWorld;

namespace Rongtong.HealthCode.Tests;

public sealed class TravelPingTests
{
    private static readonly DateTimeOffset s_start = new(2020, 2, 10, 0, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public void Hours_in_a_place_are_a_stay()
    {
        var stay = StaysOf("3301*48").ShouldHaveSingleItem();
        (stay.RegionCode, stay.Hours, stay.Confidence).ShouldBe(("3301", 47, 1f));
        var fact = stay.ToFact(7, "pings");
        (fact.PersonId, fact.Kind, fact.Source, fact.FromDay, fact.ToDay).ShouldBe((7, FactKind.Stay, FactSource.Carrier, new DateOnly(2020, 2, 10), new DateOnly(2020, 2, 11)));
    }

    [Fact]
    public void A_journey_is_two_stays() => StaysOf("3301*20 3303*20").Select(s => (s.RegionCode, s.Hours)).ShouldBe([("3301", 19), ("3303", 19)]);

    [Fact]
    public void A_telephone_at_a_border_was_where_it_was_longer()
    {
        var stay = StaysOf("3301*5 3304*2 3301*5 3304*1 3301*3").ShouldHaveSingleItem();
        stay.RegionCode.ShouldBe("3301");
        stay.Absorbed.ShouldBe(["3304"]);
        stay.Confidence.ShouldBe(12f / 15, 0.05f);
    }

    [Fact]
    public void Turns_between_places_that_do_not_touch_are_kept() => StaysOf("3301*5 3303*2 3301*5").Count.ShouldBe(3);

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    public void Four_hours_on_end_next_door_are_a_visit(int hours, int stays) => StaysOf($"3301*9 3304*{hours} 3301*9").Count.ShouldBe(stays);

    [Fact]
    public void Going_next_door_and_staying_is_no_flickering() => StaysOf("3301*9 3304*9").Select(s => s.RegionCode).ShouldBe(["3301", "3304"]);

    [Fact]
    public void Silence_for_more_than_half_a_day_ends_a_stay()
    {
        CellPing[] pings = [new(s_start, "3301", 1), new(s_start.AddHours(12), "3301", 1), new(s_start.AddHours(25), "3301", 1)];
        PingsToStays.Of(pings, AreNeighbours).Select(s => s.Hours).ShouldBe([12, 0]);
    }

    [Fact]
    public void A_telephone_seldom_heard_is_less_certain() =>
        PingsToStays.Of([new(s_start, "3301", 1), new(s_start.AddHours(8), "3301", 1), new(s_start.AddHours(9), "3301", 1)], AreNeighbours).Single().Confidence.ShouldBeLessThan(0.5f);

    [Fact]
    public void Neither_order_nor_repetition_matters_and_stays_do_not_overlap()
    {
        var ping = from minutes in Gen.Choose(0, 6 * 24 * 6)
                   from region in Gen.Elements("3301", "3303", "3304")
                   from count in Gen.Choose(1, 9)
                   select new CellPing(s_start.AddMinutes(minutes * 10), region, count);
        Check.QuickThrowOnFailure(Prop.ForAll(ping.ArrayOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (pings, seed) =>
        {
            var stays = PingsToStays.Of(pings, AreNeighbours);
            var random = new System.Random(seed);
            CellPing[] again = [.. pings, .. pings.Where(_ => random.Next(2) == 0)];
            random.Shuffle(again);
            PingsToStays.Of(again, AreNeighbours).Select(Told).ShouldBe(stays.Select(Told));
            for (var i = 1; i < stays.Count; i++) stays[i].From.ShouldBeGreaterThanOrEqualTo(stays[i - 1].To);
            stays.ShouldAllBe(s => s.Confidence >= 0 && s.Confidence <= 1 && s.From <= s.To && pings.Any(p => p.RegionCode == s.RegionCode));
        }));
    }

    private static string Told(DerivedStay s) => $"{s.RegionCode} {s.From:O} {s.To:O} {s.Confidence} {string.Join(',', s.Absorbed)}";

    /// <summary>"3301*5 3304*2": five hourly pings, then two.</summary>
    private static IReadOnlyList<DerivedStay> StaysOf(string script)
    {
        var pings = new List<CellPing>();
        foreach (var part in script.Split(' '))
        {
            for (var i = int.Parse(part.Split('*')[1], System.Globalization.CultureInfo.InvariantCulture); i > 0; i--) pings.Add(new(s_start.AddHours(pings.Count), part.Split('*')[0], 1));
        }
        return PingsToStays.Of(pings, AreNeighbours);
    }
}
