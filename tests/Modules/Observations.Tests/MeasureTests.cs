using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Registry;
using Rongtong.HostTesting;
using Rongtong.Observations.Alerts;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;

namespace Rongtong.Observations.Tests;

/// <summary>What rates are made of: thresholds of regions, sources beside electricity, last year, and when nothing is counted twice.</summary>
public sealed class MeasureTests : IAsyncLifetime
{
    private static readonly DateOnly s_day = new(2020, 2, 18);
    private World _world = null!;

    public async Task InitializeAsync()
    {
        _world = await World.StartAsync(("330106", "3911", EnterpriseSize.Small, 20), ("330203", "5220", EnterpriseSize.Micro, 20));
        await _world.BaselineAsync(Enumerable.Range(1, 40));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_region_sets_its_own_threshold_from_a_day_on_and_earlier_days_keep_theirs()
    {
        await SendAsync(s_day.AddDays(-1), _ => 40);
        await SendAsync(s_day, _ => 41);
        await _world.CountAsync();
        using var elsewhere = await _world.Host.SignedInAsync("elsewhere", "industry_officer", "42");
        (await SetAsync(elsewhere, "330106", s_day, "50")).ShouldContain("problem=scope");
        using var officer = await _world.Host.SignedInAsync("industry", "industry_officer", "33");
        (await SetAsync(officer, "330106", s_day, "0")).ShouldContain("problem=entry");
        (await SetAsync(officer, "330106", s_day, "50")).ShouldNotContain("problem");
        await _world.CountAsync();
        (await _world.CellAsync(1, "330106", s_day))!.Value.Numerator.ShouldBe(0);
        (await _world.CellAsync(1, "330106", s_day.AddDays(-1)))!.Value.Numerator.ShouldBe(20);
        (await _world.CellAsync(1, "330203", s_day))!.Value.Numerator.ShouldBe(20);
        (await officer.GetStringAsync(new Uri("/rates/measures?lang=en", UriKind.Relative))).ShouldContain("Notice 12");
        // A single enterprise is judged by the same threshold as the sums.
        (await RateAsync(1, s_day, "resumed")).ShouldBe(0);
        (await RateAsync(1, s_day.AddDays(-1), "resumed")).ShouldBe(1);
        (await RateAsync(30, s_day, "resumed")).ShouldBe(1);
    }

    [Fact]
    public async Task Invoices_departures_and_phones_are_set_against_their_own_december()
    {
        foreach (var (source, measure) in new[] { ("tax", "invoice_activity"), ("logistics", "logistics_activity"), ("phone", "phone_presence") })
        {
            await _world.SendAsync(source, "december", string.Join('\n', Enumerable.Range(0, 31).Select(d => Of(1, new DateOnly(2019, 12, 1).AddDays(d), 20 + d % 3 - 1))));
            await _world.SendAsync(source, "today", Of(1, s_day, 5));
            await _world.CountAsync();
            (await RateAsync(1, s_day, measure))!.Value.ShouldBe(0.25m, 0.005m, measure);
        }
        // None of them says that the works is open: an empty book of invoices on a Sunday is no standstill.
        (await RateAsync(1, s_day, "resumed")).ShouldBeNull();
    }

    [Fact]
    public async Task A_day_is_set_against_the_same_lunar_day_of_last_year_by_enterprise()
    {
        // The 25th day of the first lunar month, in both years.
        var beside = ChinaCalendar.Counterpart(s_day);
        beside.ShouldBe(new(2019, 3, 1));
        await SendAsync(s_day, _ => 60);
        await _world.CountAsync();
        (await _world.CellAsync(8, "33", s_day)).ShouldBeNull();
        await SendAsync(beside, e => e <= 20 ? 80 : 120);
        await _world.CountAsync();
        var cell = (await _world.CellAsync(8, "330106", s_day))!.Value;
        ((decimal)cell.Numerator / cell.Denominator).ShouldBe(0.75m);
        (await RateAsync(30, s_day, "production_rate_last_year")).ShouldBe(0.5m);
        // A correction of last year reaches this year's figure.
        // Of two values of a day the one issued later counts.
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(beside, e => e <= 20 ? 100 : 120, "correction");
        await _world.CountAsync();
        cell = (await _world.CellAsync(8, "330106", s_day))!.Value;
        ((decimal)cell.Numerator / cell.Denominator).ShouldBe(0.6m);
    }

    [Fact]
    public async Task Heads_counted_at_the_doors_by_the_health_code_make_an_on_duty_rate()
    {
        await _world.SendAsync("self_report", "staff", Of(1, s_day, 200, "staff_total"));
        var heads = new DoorCounts { [InventedRegister.Code(1)] = 150 };
        _world.Clock.Advance(new DateTimeOffset(2020, 2, 18, 12, 0, 0, TimeSpan.Zero) - _world.Clock.GetUtcNow());
        var job = new TakeHeadCounts([heads], _world.Host.Services.GetRequiredService<SeriesBook>(), _world.Host.Services.GetRequiredService<WriteBatch>());
        await RunAsync(job);
        await RunAsync(job);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.batch WHERE key ^@ 'head-counts 2020-02-18'")).ShouldBe(1);
        await _world.CountAsync();
        (await RateAsync(1, s_day, "on_duty_rate")).ShouldBe(0.75m);
        // Of two values of a day the one issued later counts.
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        heads[InventedRegister.Code(1)] = 160;
        await RunAsync(job);
        await _world.CountAsync();
        (await RateAsync(1, s_day, "on_duty_rate")).ShouldBe(0.8m);
    }

    [Fact]
    public async Task Grouping_enterprises_anew_does_not_count_days_that_are_only_compared_with_them()
    {
        await SendAsync(s_day, _ => 60);
        await _world.CountAsync();
        var before = await _world.RollUpsAsync();
        await MarkAsync(new DateOnly(2019, 12, 10));
        await _world.CountAsync();
        // The values of December are what they were: the baseline stands, and February was not touched.
        (await _world.ScalarAsync("SELECT count(*) FROM observations.baseline WHERE last_day = '2019-12-31'")).ShouldBe(2);
        (await _world.RollUpsAsync()).ShouldBe(before);
        await _world.SendAsync("electricity", "late", World.Line(1, new(2019, 12, 10), 5_000));
        await _world.CountAsync();
        (await _world.RollUpsAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_source_from_which_less_than_half_comes_asks_for_work()
    {
        await SendAsync(s_day.AddDays(-7), _ => 80);
        await SendAsync(s_day, e => e <= 14 ? 80 : null);
        await _world.CountAsync();
        await RunAsync(new RaiseAlerts(_world.Host.Services.GetRequiredService<IRegions>(), _world.Clock));
        (await _world.ScalarAsync("SELECT count(*) FROM platform.outbox_event WHERE kind = 'casework.case-wanted' AND subject = 'observations.alert:silent-electricity:3302'")).ShouldBe(1);
        (await _world.ScalarAsync("SELECT count(*) FROM platform.outbox_event WHERE kind = 'casework.case-wanted' AND subject LIKE 'observations.alert:silent%3301'")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_has_not_resumed_stands_in_the_list_with_the_share_he_uses_and_leaves_it_when_he_has()
    {
        await SendAsync(s_day, e => e == 3 ? 10 : 80);
        await _world.CountAsync();
        var job = new RefreshStuck(_world.Host.Services.GetRequiredService<RollUp>(), _world.Clock);
        await RunAsync(job);
        (await _world.ScalarAsync("SELECT enterprise_id FROM observations.stuck")).ShouldBe(3);
        (await _world.ScalarAsync("SELECT share_ppm FROM observations.stuck")).ShouldBeInRange(99_000, 101_000);
        using var officer = await _world.Host.SignedInAsync("industry", "industry_officer", "3301");
        (await officer.GetStringAsync(new Uri("/rates?region=3301", UriKind.Relative))).ShouldContain("企业3");
        // Of two values of a day the one issued later counts.
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await _world.SendAsync("electricity", "better", World.Line(3, s_day, 90));
        await _world.CountAsync();
        await RunAsync(job);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.stuck")).ShouldBe(0);
    }

    [Theory]
    // 1 October is a holiday and 24 September is none: a fall of forty points means nothing.
    [InlineData("2020-10-01", 80, 40, null, null, false)]
    // Last year it fell by 35 points at the same time; this year by 40.
    [InlineData("2020-10-01", 80, 40, 0.80, 0.45, false)]
    [InlineData("2020-10-01", 80, 30, 0.80, 0.45, true)]
    // A working day without last year's figures: ten points are ten points.
    [InlineData("2020-09-24", 80, 70, null, null, true)]
    // A rise last year excuses nothing.
    [InlineData("2020-09-24", 80, 70, 0.40, 0.80, true)]
    public void What_the_calendar_takes_from_a_rate_is_no_alert(string day, int before, int now, double? lastYearBefore, double? lastYear, bool isAlert) =>
        RaiseAlerts.Judge(new WeekOnWeek
        {
            Region = "3301",
            Covered = 100,
            Numerator = now,
            Denominator = 100,
            CoveredBefore = 100,
            NumeratorBefore = before,
            DenominatorBefore = 100,
            LastYear = (decimal?)lastYear,
            LastYearBefore = (decimal?)lastYearBefore,
        }, DateOnly.Parse(day, CultureInfo.InvariantCulture)).Contains("fall").ShouldBe(isAlert);

    [Fact]
    public void The_largest_amounts_of_a_million_enterprises_can_be_added()
    {
        Delivery.Stored(10_000_000_001m, 1).ShouldBeNull();
        Delivery.Stored(2_000_000m, 10_000).ShouldBeNull();
        (Delivery.Stored(10_000_000_000m, 1)!.Value < long.MaxValue / 900_000).ShouldBeTrue();
    }

    private Task SendAsync(DateOnly day, Func<int, decimal?> kwh, string key = "day") =>
        _world.SendAsync("electricity", $"{key} {day:O}", string.Join('\n', Enumerable.Range(1, 40).Where(e => kwh(e) is not null).Select(e => World.Line(e, day, kwh(e)!.Value))));

    private static string Of(int enterprise, DateOnly day, decimal value, string? quantity = null) => string.Create(CultureInfo.InvariantCulture,
        $"{{\"enterprise\":\"{InventedRegister.Code(enterprise)}\",\"day\":\"{day:yyyy-MM-dd}\",\"value\":{value}{(quantity is null ? "" : $",\"quantity\":\"{quantity}\"")}}}");

    private async Task<decimal?> RateAsync(int enterprise, DateOnly day, string measure) =>
        (await _world.Host.Services.GetRequiredService<EnterpriseRates>().OfAsync(enterprise, day, day)).SingleOrDefault(r => r.Measure == measure)?.Value;

    private static async Task<string> SetAsync(HttpClient officer, string region, DateOnly from, string percent) => (await RunningHost.PostAsync(officer, "/rates/measures", "/rates/strictness",
        ("region", region), ("from", from.ToString("O", CultureInfo.InvariantCulture)), ("percent", percent), ("citation", "Notice 12"))).Headers.Location!.OriginalString;

    private async Task MarkAsync(DateOnly day)
    {
        await using var session = await _world.Host.Database.Database.BeginAsync(Actor.System);
        await session.ExecuteAsync("INSERT INTO observations.dirty_day (day) VALUES (@day)", new { day });
        await session.CommitAsync();
    }

    private async Task RunAsync(Rongtong.Platform.Jobs.IJob job)
    {
        await using var session = await _world.Host.Database.Database.BeginAsync(Actor.System);
        await job.RunAsync(session, default);
        await session.CommitAsync();
    }

    /// <summary>People at enterprises' doors, as the health code would count them.</summary>
    private sealed class DoorCounts : Dictionary<string, int>, IHeadCounts
    {
        public Task<IReadOnlyList<StaffCount>> OfStaffAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<StaffCount>>([]);

        public Task<int?> PresentAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default) => Task.FromResult<int?>(null);

        public Task<IReadOnlyDictionary<string, int>> PresentAsync(DateOnly day, CancellationToken cancel = default) =>
            Task.FromResult<IReadOnlyDictionary<string, int>>(day == s_day ? new Dictionary<string, int>(this) : new Dictionary<string, int>());
    }
}
