using System.Text.RegularExpressions;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>Codes at doors: kept if the visitor wants it, for fourteen days, with her alone; worthless once photographed and passed on.</summary>
public sealed partial class VenueTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;
    private HttpClient _keeper = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_clock);
        _keeper = await _host.SignedInAsync("keeper", "grid_worker", "3301", "Street office");
        (await RunningHost.PostAsync(_keeper, "/health/venues", "/health/venues", ("name", "滨江超市"), ("address", "江南大道 1 号"), ("region", "330108"), ("opens", "8"), ("closes", "22"))).Headers.Location!.OriginalString.ShouldBe("/health/venues");
    }

    public async Task DisposeAsync()
    {
        _keeper.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_scan_of_the_screen_is_kept_for_fourteen_days_counts_one_and_changes_no_colour()
    {
        using var visitor = await GreenAsync(61);
        var code = await CodeAsync("screen");
        (await visitor.Browser.GetStringAsync(new Uri("/health/venue?c=" + code, UriKind.Relative))).ShouldContain("滨江超市");
        (await VisitAsync(visitor, code)).ShouldContain("done=first");
        (await VisitAsync(visitor, code)).ShouldContain("done=again");
        (await visitor.PageAsync()).ShouldContain("绿码");
        (await VenuesAsync()).ShouldContain("<td class=\"num\">1</td><td class=\"num\">0</td>");
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        (await session.QuerySingleAsync<DateOnly>("SELECT expires_on FROM health_code.fact WHERE kind = 'VenueVisit'")).ShouldBe(new DateOnly(2020, 3, 5));
    }

    [Fact]
    public async Task A_photograph_of_the_screen_passed_on_is_refused_and_the_place_sees_that_there_was_one()
    {
        using var visitor = await GreenAsync(62);
        var code = await CodeAsync("screen");
        _clock.Advance(TimeSpan.FromMinutes(3));
        (await VisitAsync(visitor, code)).ShouldContain("problem=old");
        (await VenuesAsync()).ShouldContain("<td class=\"num\">0</td><td class=\"num\">1</td>");
    }

    [Fact]
    public async Task A_print_needs_the_number_of_the_day_and_is_void_after_a_reprint()
    {
        using var visitor = await GreenAsync(63);
        var code = await CodeAsync("print");
        (await VisitAsync(visitor, code, "")).ShouldContain("problem=number");
        var number = NumberOfDay().Match(await VenuesAsync()).Groups[1].Value;
        (await VisitAsync(visitor, code, number)).ShouldContain("done=first");
        _clock.Advance(TimeSpan.FromDays(1));
        await NextShiftAsync();
        (await VisitAsync(visitor, code, number)).ShouldContain("problem=number", customMessage: "yesterday's number");
        await RunningHost.PostAsync(_keeper, "/health/venues", "/health/venues/1/reprint");
        (await VisitAsync(visitor, code, NumberOfDay().Match(await VenuesAsync()).Groups[1].Value)).ShouldContain("problem=print");
    }

    [Fact]
    public async Task Nobody_is_at_doors_of_two_cities_within_half_an_hour_or_at_a_shut_one()
    {
        using var visitor = await GreenAsync(64);
        using var elsewhere = await _host.SignedInAsync("elsewhere", "grid_worker", "3302", "Another street");
        await RunningHost.PostAsync(elsewhere, "/health/venues", "/health/venues", ("name", "宁波商场"), ("address", "中山路 1 号"), ("region", "330203"), ("opens", "0"), ("closes", "24"));
        (await VisitAsync(visitor, await CodeAsync("screen"))).ShouldContain("done=first");
        (await VisitAsync(visitor, await CodeAsync("screen", 2, elsewhere))).ShouldContain("problem=elsewhere");
        _clock.Advance(TimeSpan.FromHours(14));
        await NextShiftAsync();
        (await VisitAsync(visitor, await CodeAsync("screen"))).ShouldContain("problem=closed");
    }

    [Fact]
    public async Task A_forged_code_and_another_organisation_s_place_give_nothing()
    {
        using var visitor = await GreenAsync(65);
        var code = await CodeAsync("screen");
        var forged = code[..^1] + (code[^1] == 'A' ? 'Q' : 'A');
        (await visitor.Browser.GetStringAsync(new Uri("/health/venue?c=" + forged, UriKind.Relative))).ShouldContain("不是有效的场所码");
        using var other = await _host.SignedInAsync("other", "grid_worker", "3301", "Another street");
        (await other.GetStringAsync(new Uri("/health/venues", UriKind.Relative))).ShouldNotContain("滨江超市");
        (await other.GetStringAsync(new Uri("/health/venues/1/screen", UriKind.Relative))).ShouldNotContain("data-address");
    }

    private async Task<Resident> GreenAsync(int order)
    {
        var resident = new Resident(_host, "李小红", Resident.Card(order), "138000000" + order);
        await resident.SignInAsync();
        await resident.PostAsync("/health/declaration");
        return resident;
    }

    /// <summary>A staff session ends after eight hours: a colleague of the same office takes over.</summary>
    private async Task NextShiftAsync()
    {
        _keeper.Dispose();
        _keeper = await _host.SignedInAsync("keeper2", "grid_worker", "3301", "Street office");
    }

    private async Task<string> CodeAsync(string what, int venue = 1, HttpClient? keeper = null) =>
        Address().Match(await (keeper ?? _keeper).GetStringAsync(new Uri($"/health/venues/{venue}/{what}", UriKind.Relative))).Groups[1].Value;

    private Task<string> VenuesAsync() => _keeper.GetStringAsync(new Uri("/health/venues", UriKind.Relative));

    private static async Task<string> VisitAsync(Resident visitor, string code, string? number = null) =>
        (await visitor.PostAsync("/health/venue-visits", ("code", code), ("number", number ?? ""))).Headers.Location!.OriginalString;

    [GeneratedRegex("data-address=\"[^\"]*c=([^\"]+)\"")]
    private static partial Regex Address();

    [GeneratedRegex("<td class=\"fw-bold\">(\\d{3})</td>")]
    private static partial Regex NumberOfDay();
}
