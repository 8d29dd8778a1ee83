using FsCheck;
using FsCheck.Fluent;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.Platform;

namespace Rongtong.HealthCode.Tests;

public sealed class ColourOfTests
{
    private static readonly DateOnly s_today = new(2020, 2, 20);
    private static readonly DateTimeOffset s_now = ChinaDay.Start(s_today).AddHours(12);
    private static readonly PersonalFact s_declared = Fact(1, FactKind.SelfReport, 0);

    [Fact]
    public void Without_a_declaration_there_is_no_colour() => Of([]).ShouldBe(Colour.Colour.Undeclared);

    [Fact]
    public void Declared_and_nothing_known_is_green() => Of([s_declared]).ShouldBe(Colour.Colour.Green);

    [Theory]
    [InlineData(0, Colour.Colour.Red)]
    [InlineData(13, Colour.Colour.Red)]
    [InlineData(14, Colour.Colour.Green)]
    public void A_close_contact_is_red_for_fourteen_days_with_their_check_ins(int daysAgo, Colour.Colour expected) =>
        Of([s_declared, Fact(2, FactKind.Exposure, -daysAgo)], CheckIns(-daysAgo + 1, 0)).ShouldBe(expected);

    [Fact]
    public void A_missed_day_is_made_up_for_by_one_more()
    {
        PersonalFact[] facts = [s_declared, Fact(2, FactKind.Exposure, -14)];
        Of(facts, [.. CheckIns(-13, -5), .. CheckIns(-3, 0)]).ShouldBe(Colour.Colour.Red);
        var way = Rules().WayToGreen(new([.. facts], [.. CheckIns(-13, -5), .. CheckIns(-3, 0)], []), s_today, s_now);
        way.ShouldBe((s_today.AddDays(1), 1));
    }

    [Fact]
    public void Who_comes_from_a_medium_county_is_yellow_seven_days_and_from_a_high_one_red_fourteen()
    {
        Of([s_declared, Trip(2, "3301", -3)], tiers: Tier("3301", RiskTier.Medium)).ShouldBe(Colour.Colour.Yellow);
        Of([s_declared, Trip(2, "3301", -7)], CheckIns(-6, 0), Tier("3301", RiskTier.Medium)).ShouldBe(Colour.Colour.Green);
        Of([s_declared, Trip(2, "4201", -7)], CheckIns(-6, 0), Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Red);
    }

    [Fact]
    public void A_telephone_s_stay_alone_gives_at_most_yellow_however_high_the_risk()
    {
        var stay = Fact(2, FactKind.Stay, -1, "4201") with { Source = FactSource.Carrier };
        Of([s_declared, stay], tiers: Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Yellow);
        Of([s_declared, stay with { Detail = FactDetail.None with { ConfirmedByPerson = false } }], tiers: Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Green, "disputed");
        Of([s_declared, stay with { Detail = FactDetail.None with { Hours = 3 } }], tiers: Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Green, "passing through");
        Of([s_declared, stay with { Confidence = 0.3f }], tiers: Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Green, "too uncertain");
    }

    [Fact]
    public void A_ticket_cannot_be_clicked_away_it_takes_an_appeal()
    {
        var trip = Trip(2, "4201", -3) with { Detail = FactDetail.None with { From = "4201", ConfirmedByPerson = false } };
        Of([s_declared, trip], tiers: Tier("4201", RiskTier.High)).ShouldBe(Colour.Colour.Red);
    }

    [Fact]
    public void A_confirmed_case_is_red_until_released()
    {
        PersonalFact[] ill = [s_declared, Fact(2, FactKind.Diagnosis, -40) with { Detail = FactDetail.None with { Confirmed = true } }];
        Of(ill).ShouldBe(Colour.Colour.Red);
        Of([.. ill, Fact(3, FactKind.Release, -1)]).ShouldBe(Colour.Colour.Green);
        Of([Fact(3, FactKind.Release, -41), .. ill]).ShouldBe(Colour.Colour.Red, "released before it began");
    }

    [Fact]
    public void Fever_is_yellow_until_a_test_afterwards_is_negative()
    {
        DailyCheckIn[] fever = [new(s_today.AddDays(-1), 379, Symptoms.Cough, s_now.AddDays(-1))];
        Of([s_declared], fever).ShouldBe(Colour.Colour.Yellow);
        Of([s_declared, Fact(2, FactKind.TestResult, 0) with { Detail = FactDetail.None with { Positive = false } }], fever).ShouldBe(Colour.Colour.Green);
        Of([s_declared, Fact(2, FactKind.TestResult, -2) with { Detail = FactDetail.None with { Positive = false } }], fever).ShouldBe(Colour.Colour.Yellow, "the test was before the fever");
        Of([s_declared], [.. fever, new(s_today.AddDays(-1), 366, Symptoms.None, s_now.AddDays(-1).AddMinutes(1))]).ShouldBe(Colour.Colour.Green, "corrected the same day");
    }

    [Fact]
    public void A_bulk_fact_counts_only_once_approved_and_not_once_withdrawn()
    {
        var exposure = Fact(2, FactKind.Exposure, -1) with { BatchId = 1, ApprovedAt = DateTimeOffset.MaxValue };
        Of([s_declared, exposure]).ShouldBe(Colour.Colour.Green);
        Of([s_declared, exposure with { ApprovedAt = s_now.AddHours(-1) }]).ShouldBe(Colour.Colour.Red);
        Of([s_declared, exposure with { ApprovedAt = s_now.AddHours(-2), WithdrawnAt = s_now.AddHours(-1) }]).ShouldBe(Colour.Colour.Green);
    }

    [Fact]
    public void An_appeal_that_nobody_answered_in_time_takes_the_fact_s_effect_until_it_is_rejected()
    {
        PersonalFact[] facts = [s_declared, Fact(2, FactKind.Exposure, -1)];
        AppealState Appeal(int dueInHours, int? decidedInHours = null, bool upheld = false) => new(2, s_now.AddHours(-30), s_now.AddHours(dueInHours), decidedInHours is { } h ? s_now.AddHours(h) : DateTimeOffset.MaxValue, upheld);
        Of(facts, appeals: [Appeal(2)]).ShouldBe(Colour.Colour.Red, "still in time");
        Of(facts, appeals: [Appeal(-1)]).ShouldBe(Colour.Colour.Green, "overdue");
        Of(facts, appeals: [Appeal(2, -1, upheld: true)]).ShouldBe(Colour.Colour.Green, "upheld");
        Of(facts, appeals: [Appeal(-2, -1)]).ShouldBe(Colour.Colour.Red, "rejected late");
    }

    [Fact]
    public void Venue_visits_never_change_a_colour() => Check.QuickThrowOnFailure(Prop.ForAll(Histories(), history =>
    {
        var with = history with { Facts = [.. history.Facts, Fact(900, FactKind.VenueVisit, -1, "4201") with { Source = FactSource.Venue }, Fact(901, FactKind.VenueVisit, 0, "420106") with { Source = FactSource.Venue }] };
        var rules = Rules(Tier("4201", RiskTier.High));
        return rules.Of(with, s_today, s_now) == rules.Of(history, s_today, s_now);
    }));

    [Fact]
    public void What_is_recorded_later_does_not_change_what_was_known_then() => Check.QuickThrowOnFailure(Prop.ForAll(Histories(), history =>
    {
        var known = s_now.AddDays(-2);
        var then = history with { Facts = [.. history.Facts.Where(f => f.RecordedAt <= known)], CheckIns = [.. history.CheckIns.Where(c => c.RecordedAt <= known)] };
        var rules = Rules(Tier("4201", RiskTier.High));
        return rules.Of(history, s_today.AddDays(-2), known) == rules.Of(then, s_today.AddDays(-2), known);
    }));

    [Fact]
    public void The_announced_day_of_change_is_the_first_day_that_differs() => Check.QuickThrowOnFailure(Prop.ForAll(Histories(), history =>
    {
        var rules = Rules(Tier("4201", RiskTier.High));
        var now = rules.Of(history, s_today, s_now);
        var changes = rules.ChangesOn(history, s_today, s_now);
        for (var day = s_today; day < changes; day = day.AddDays(1))
        {
            if (rules.Of(history, day, s_now) != now) return false;
        }
        return changes == s_today.AddDays(ColourOf.LookAheadDays) || rules.Of(history, changes, s_now) != now;
    }));

    [Fact]
    public void The_explanation_is_the_same_bytes_whenever_it_is_asked_for_and_every_restriction_names_a_fact() => Check.QuickThrowOnFailure(Prop.ForAll(Histories(), history =>
    {
        var rules = Rules(Tier("4201", RiskTier.High));
        var (one, two) = (ExplainColour.Of(rules, history, s_today, s_now), ExplainColour.Of(Rules(Tier("4201", RiskTier.High)), history, s_today, s_now));
        return one.ToBytes().AsSpan().SequenceEqual(two.ToBytes()) && one.Colour == rules.Of(history, s_today, s_now)
            && (one.Colour is not Colour.Colour.Red || one.Grounds.Count > 0);
    }));

    [Fact]
    public void An_explanation_says_what_would_change_it()
    {
        var history = new PersonHistory([s_declared, Fact(2, FactKind.Exposure, -1)], [], []);
        var explained = ExplainColour.Of(Rules(), history, s_today, s_now);
        explained.RowId.ShouldBe("red-contact");
        explained.Grounds.ShouldHaveSingleItem().FactId.ShouldBe(2);
        (explained.GreenOn, explained.CheckInsLeft).ShouldBe((s_today.AddDays(13), 14));
        explained.Alternatives.ShouldContain(new ColourAlternative("without-fact", 2, Colour.Colour.Green));
    }

    private static Arbitrary<PersonHistory> Histories() => Arb.From(
        from count in Gen.Choose(0, 6)
        from facts in Gen.ListOf(
            from kind in Gen.Elements(FactKind.SelfReport, FactKind.Trip, FactKind.Stay, FactKind.TestResult, FactKind.Exposure, FactKind.Diagnosis, FactKind.IsolationOrder, FactKind.Release)
            from day in Gen.Choose(-20, 2)
            from length in Gen.Choose(0, 5)
            from truth in Gen.Elements(true, false)
            from place in Gen.Elements("4201", "3301")
            from known in Gen.Choose(-5, 0)
            select (kind, day, length, truth, place, known), count)
        from days in Gen.SubListOf(Enumerable.Range(-15, 16))
        from hot in Gen.SubListOf(Enumerable.Range(-15, 16))
        select new PersonHistory(
            [.. facts.Select((f, i) => Fact(i + 1, f.kind, f.day, f.place) with
            {
                ToDay = s_today.AddDays(f.day + f.length),
                ExpiresOn = s_today.AddDays(f.day + f.length + SourceFields.RetentionDays(f.kind)),
                RecordedAt = s_now.AddDays(f.known),
                Source = f is { kind: FactKind.Stay, truth: true } ? FactSource.Carrier : FactSource.DiseaseControl,
                Detail = FactDetail.None with { Positive = f.kind is FactKind.TestResult ? f.truth : null, Confirmed = f.kind is FactKind.Diagnosis ? f.truth : null, KnowsContact = f.kind is FactKind.SelfReport && f.truth && f.day % 3 == 0 ? true : null },
            })],
            [.. days.Select(d => new DailyCheckIn(s_today.AddDays(d), (short)(hot.Contains(d) && d % 4 == 0 ? 380 : 366), Symptoms.None, s_now.AddDays(d)))],
            []));

    private static Colour.Colour Of(PersonalFact[] facts, DailyCheckIn[]? checkIns = null, IRiskTierHistory? tiers = null, AppealState[]? appeals = null) =>
        Rules(tiers).Of(new(facts, checkIns ?? [], appeals ?? []), s_today, s_now);

    private static ColourOf Rules(IRiskTierHistory? tiers = null) => new(ColourRules.Shipped, tiers ?? Tier("none", RiskTier.Low), (_, _) => false);

    private static OneTier Tier(string region, RiskTier tier) => new(region, tier);

    private static DailyCheckIn[] CheckIns(int from, int to) => [.. Enumerable.Range(from, Math.Max(0, to - from + 1)).Select(d => new DailyCheckIn(s_today.AddDays(d), 366, Symptoms.None, s_now.AddDays(d)))];

    private static PersonalFact Trip(long id, string from, int day) => Fact(id, FactKind.Trip, day, "3302") with { Source = FactSource.Ticket, Detail = FactDetail.None with { From = from } };

    private static PersonalFact Fact(long id, FactKind kind, int day, string region = "") => new()
    {
        Id = id,
        Kind = kind,
        FromDay = s_today.AddDays(day),
        ToDay = s_today.AddDays(kind is FactKind.IsolationOrder ? day + 14 : day),
        RegionCode = region,
        Source = FactSource.DiseaseControl,
        Organisation = "CDC",
        ExpiresOn = s_today.AddDays(day + SourceFields.RetentionDays(kind)),
        RecordedAt = s_now.AddDays(Math.Min(day, 0)),
    };

    private sealed record OneTier(string Region, RiskTier Tier) : IRiskTierHistory
    {
        public RiskTier On(RegionCode region, DateOnly day) => region.Value.StartsWith(Region, StringComparison.Ordinal) ? Tier : RiskTier.Low;
    }
}
