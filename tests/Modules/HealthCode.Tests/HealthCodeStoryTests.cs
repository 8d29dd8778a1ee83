using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthPass;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>The worker's story, over HTTP, on a real database, with a clock that the test turns.</summary>
public sealed class HealthCodeStoryTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_clock);
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        await session.ExecuteAsync("""
            INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES
                ('3303', '2020-02-01', '2020-02-20', 'medium', false, 'test', '2020-02-01'), ('4201', '2020-02-01', '2020-02-20', 'high', false, 'test', '2020-02-01')
            """);
        await session.CommitAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_worker_declares_checks_in_daily_and_turns_green_by_herself_on_the_day_the_rule_says()
    {
        using var worker = new Resident(_host, "王小明", Resident.Card(11), "13800000011");
        (await worker.SignInAsync()).ShouldBe("/health");
        (await worker.PageAsync()).ShouldContain("健康申报");
        (await worker.TokenAsync()).ShouldBeNull("there is no pass before a declaration");
        await worker.PostAsync("/health/declaration", ("from", "3303"), ("arrived", "2020-02-18"));
        var page = await worker.PageAsync();
        page.ShouldContain("黄码");
        page.ShouldContain("预计 2020-02-26 转绿，还需打卡 7 天");
        page.ShouldContain("来自中风险地区");
        for (var day = 0; day < 7; day++)
        {
            (await worker.PageAsync()).ShouldContain("黄码", customMessage: $"on day {day}");
            await worker.PostAsync("/health/check-in", ("temperature", "36.6"));
            _clock.Advance(TimeSpan.FromDays(1));
        }
        (await worker.PageAsync()).ShouldContain("绿码");
        (await CheckAsync(await worker.TokenAsync())).ShouldBe("green");
    }

    [Fact]
    public async Task The_gate_s_answer_follows_the_facts_of_the_moment_and_shows_a_masked_name_and_nothing_else()
    {
        using var worker = await GreenAsync("李小红", 12);
        var token = (await worker.TokenAsync())!;
        using var answer = JsonDocument.Parse(await AnswerAsync(token));
        answer.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(["valid", "colour", "asOf", "region", "name"]);
        answer.RootElement.GetProperty("name").GetString().ShouldBe("**红");
        // The same pass, minutes later, after she reported fever.
        await worker.PostAsync("/health/check-in", ("temperature", "38.2"), ("symptom", "1"));
        (await CheckAsync(token)).ShouldBe("yellow");
    }

    [Fact]
    public async Task A_pass_verifies_without_the_host_from_what_a_gate_carries()
    {
        using var worker = await GreenAsync("李小红", 13);
        using var gate = _host.Browser();
        var list = TrustList.Open(await gate.GetByteArrayAsync(new Uri("/health/trust-list", UriKind.Relative)), [Convert.FromBase64String(await gate.GetStringAsync(new Uri("/health/trust-root", UriKind.Relative)))]);
        var shards = await gate.GetByteArrayAsync(new Uri("/health/revocation.shards", UriKind.Relative));
        var revocation = RevocationList.Open(await gate.GetByteArrayAsync(new Uri("/health/revocation", UriKind.Relative)), list, (offset, length) => shards.AsMemory((int)offset, length));
        var accepted = new PassVerifier(list, revocation).Verify((await worker.TokenAsync())!, _clock.GetUtcNow()).ShouldBeOfType<PassVerdict.Accepted>();
        accepted.Claims.Colour!.Colour.ShouldBe(PassColour.Green);
        accepted.Revocation.ShouldBeOfType<RevocationFinding.NotListed>();
    }

    [Fact]
    public async Task A_paper_card_opens_gates_until_it_is_revoked()
    {
        using var worker = await GreenAsync("李小红", 14);
        var card = System.Text.RegularExpressions.Regex.Match(await (await worker.PostAsync("/health/cards")).Content.ReadAsStringAsync(), "data-token=\"([^\"]+)\"").Groups[1].Value;
        card = WebUtility.HtmlDecode(card);
        _clock.Advance(TimeSpan.FromDays(3));
        (await CheckAsync(card)).ShouldBe("green");
        await worker.PostAsync("/health/cards/revoked");
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await AnswerAsync(card)).ShouldContain("Revoked");
    }

    [Fact]
    public async Task Contacts_brought_in_by_disease_control_wait_for_a_second_organisation_and_turn_green_when_withdrawn()
    {
        using var worker = await GreenAsync("赵六", 15);
        using var cdc = await StaffAsync("cdc", "health_recorder", "CDC");
        using var colleague = await StaffAsync("colleague", "health_recorder", "CDC");
        using var hospital = await StaffAsync("hospital", "health_recorder", "Hospital 1");
        var csv = $"document,name,region,kind,source,from,evidence\n{Resident.Card(15)},赵六,3301,Exposure,DiseaseControl,2020-02-19,报告 7\n{Resident.Card(99)},钱七,3301,Exposure,DiseaseControl,2020-02-19,报告 7\n";
        (await UploadAsync(cdc, csv)).ShouldBe("/health/batches");
        (await worker.PageAsync()).ShouldContain("绿码");
        (await RunningHost.PostAsync(cdc, "/health/batches", "/health/batches/1/approved")).Headers.Location!.OriginalString.ShouldContain("same");
        (await RunningHost.PostAsync(colleague, "/health/batches", "/health/batches/1/approved")).Headers.Location!.OriginalString.ShouldContain("same");
        (await RunningHost.PostAsync(hospital, "/health/batches", "/health/batches/1/approved")).Headers.Location!.OriginalString.ShouldBe("/health/batches");
        var red = await worker.PageAsync();
        red.ShouldContain("红码");
        red.ShouldContain("密切接触");
        red.ShouldContain("CDC");
        using var nobody = _host.Browser();
        (await nobody.GetStringAsync(new Uri("/health/transparency", UriKind.Relative))).ShouldContain("CDC");
        (await RunningHost.PostAsync(cdc, "/health/batches", "/health/batches/1/withdrawn")).Headers.Location!.OriginalString.ShouldBe("/health/batches");
        (await worker.PageAsync()).ShouldContain("绿码");
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        (await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.colour WHERE colour = 3")).ShouldBe(0, "no red of the batch is left");
    }

    [Fact]
    public async Task An_appeal_is_decided_by_another_organisation_and_the_person_sees_who_looked()
    {
        using var worker = await RedAsync(16);
        var fact = System.Text.RegularExpressions.Regex.Match(await worker.PageAsync(), "name=\"fact\" value=\"(\\d+)\"").Groups[1].Value;
        await worker.PostAsync("/health/appeals", ("fact", fact), ("statement", "我那天不在那里，有车票为证"));
        (await worker.PageAsync()).ShouldContain("申诉处理中");
        using var same = await StaffAsync("same", "appeal_officer", "CDC");
        (await RunningHost.PostAsync(same, "/health/appeals", "/health/appeals/1/decision", ("upheld", "false"), ("ground", "x"))).Headers.Location!.OriginalString.ShouldContain("not-independent");
        using var officer = await StaffAsync("appeals", "appeal_officer", "Appeals office");
        var shown = await officer.GetStringAsync(new Uri("/health/appeals", UriKind.Relative));
        shown.ShouldContain("有车票为证");
        shown.ShouldNotContain("赵六");
        shown.ShouldNotContain(Resident.Card(16));
        (await RunningHost.PostAsync(officer, "/health/appeals", "/health/appeals/1/decision", ("upheld", "true"), ("ground", "车票属实"))).Headers.Location!.OriginalString.ShouldBe("/health/appeals");
        var page = await worker.PageAsync();
        page.ShouldContain("绿码");
        page.ShouldContain("appeals Appeals office");
        // Officers had it in the one list of deadlines, without a word about the person.
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        (await session.QueryAsync<string>("SELECT kind FROM platform.outbox_event WHERE subject = 'health.appeal:1' ORDER BY id")).ShouldBe(["casework.deadline-set", "casework.deadline-met"]);
    }

    [Fact]
    public async Task Nobody_answered_in_a_day_and_the_colour_is_computed_anew_without_the_fact()
    {
        using var worker = await RedAsync(17);
        var token = (await worker.TokenAsync())!;
        var fact = System.Text.RegularExpressions.Regex.Match(await worker.PageAsync(), "name=\"fact\" value=\"(\\d+)\"").Groups[1].Value;
        await worker.PostAsync("/health/appeals", ("fact", fact), ("statement", "不是我"));
        _clock.Advance(TimeSpan.FromHours(23));
        await ClockAsync();
        (await worker.PageAsync()).ShouldContain("红码");
        _clock.Advance(TimeSpan.FromHours(2));
        await ClockAsync();
        (await worker.PageAsync()).ShouldContain("绿码");
        (await CheckAsync(await worker.TokenAsync())).ShouldBe("green");
    }

    [Fact]
    public async Task A_past_colour_is_replayed_to_the_same_bytes_after_everything_has_changed()
    {
        using var worker = await RedAsync(18);
        var id = await worker.IdAsync();
        var explain = _host.Services.GetRequiredService<ExplainColour>();
        var (day, known) = (Platform.ChinaDay.Of(_clock.GetUtcNow()), _clock.GetUtcNow());
        byte[] then;
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System)) then = (await explain.RunAsync(session, id, day, known)).ToBytes();
        _clock.Advance(TimeSpan.FromDays(2));
        using (var cdc = await StaffAsync("cdc2", "health_recorder", "CDC")) await RunningHost.PostAsync(cdc, "/health/batches", "/health/batches/1/withdrawn");
        await worker.PostAsync("/health/check-in", ("temperature", "36.5"));
        (await worker.PageAsync()).ShouldContain("绿码");
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System)) (await explain.RunAsync(session, id, day, known)).ToBytes().ShouldBe(then);
    }

    [Fact]
    public async Task An_edited_rule_is_tried_on_everybody_approved_by_another_and_then_holds()
    {
        using var worker = await GreenAsync("孙八", 19);
        await worker.PostAsync("/health/check-in", ("temperature", "37.9"));
        (await worker.PageAsync()).ShouldContain("黄码");
        using var one = await StaffAsync("one", "health_rule_maker", "A");
        using var two = await StaffAsync("two", "health_rule_maker", "B");
        var edited = ColourRules.ShippedJson().Replace("\"outcome\": \"yellow\", \"citation\"", "\"outcome\": \"red\", \"citation\"", StringComparison.Ordinal).Replace("2020-02-24.1", "2020-02-25.1", StringComparison.Ordinal);
        edited.ShouldNotBe(ColourRules.ShippedJson());
        (await RunningHost.PostAsync(one, "/health/rules", "/health/rules", ("effective", "2020-02-20"), ("reason", "更严格"), ("document", edited))).Headers.Location!.OriginalString.ShouldBe("/health/rules");
        (await one.GetStringAsync(new Uri("/health/rules", UriKind.Relative))).ShouldContain("黄码 → 红码 1");
        (await worker.PageAsync()).ShouldContain("黄码", customMessage: "a proposal changes nothing");
        (await RunningHost.PostAsync(one, "/health/rules", "/health/rules/1/approved")).Headers.Location!.OriginalString.ShouldContain("not-allowed");
        (await RunningHost.PostAsync(two, "/health/rules", "/health/rules/1/approved")).Headers.Location!.OriginalString.ShouldBe("/health/rules");
        (await worker.PageAsync()).ShouldContain("红码");
    }

    [Fact]
    public async Task When_a_county_becomes_risky_those_who_came_from_there_follow()
    {
        using var worker = new Resident(_host, "周九", Resident.Card(20), "13800000020");
        await worker.SignInAsync();
        await worker.PostAsync("/health/declaration", ("from", "4403"), ("arrived", "2020-02-18"));
        (await worker.PageAsync()).ShouldContain("绿码");
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('4403', '2020-02-19', '2020-02-20', 'high', false, 'test', @now)", new { now = session.Now });
            await Platform.Events.Outbox.PublishAsync(session, Contracts.Outbreak.TiersChanged.Kind, "tiers", new Contracts.Outbreak.TiersChanged(["4403"]));
            await session.AnnounceAsync("outbreak");
            await session.CommitAsync();
        }
        using var limit = new CancellationTokenSource(Patience.Long);
        while (!(await worker.PageAsync()).Contains("红码", StringComparison.Ordinal)) limit.Token.ThrowIfCancellationRequested();
    }

    private async Task<Resident> GreenAsync(string name, int order)
    {
        var resident = new Resident(_host, name, Resident.Card(order), "138000000" + order);
        await resident.SignInAsync();
        await resident.PostAsync("/health/declaration", ("from", ""));
        (await resident.PageAsync()).ShouldContain("绿码");
        return resident;
    }

    private async Task<Resident> RedAsync(int order)
    {
        var resident = await GreenAsync("赵六", order);
        using var cdc = await StaffAsync("cdc", "health_recorder", "CDC");
        using var hospital = await StaffAsync("hospital", "health_recorder", "Hospital 1");
        await UploadAsync(cdc, $"document,name,region,kind,source,from,evidence\n{Resident.Card(order)},赵六,3301,Exposure,DiseaseControl,2020-02-19,报告\n");
        await RunningHost.PostAsync(hospital, "/health/batches", "/health/batches/1/approved");
        (await resident.PageAsync()).ShouldContain("红码");
        return resident;
    }

    private async Task<HttpClient> StaffAsync(string login, string role, string organisation) => await _host.SignedInAsync(login, role, "33", organisation);

    private static Task<string> UploadAsync(HttpClient staff, string csv) => RunningHost.UploadAsync(staff, "/health/batches", "/health/batches/imports", "facts.csv", csv);

    private async Task ClockAsync()
    {
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        await _host.Services.GetServices<IJob>().OfType<TurnTheClock>().Single().RunAsync(session, default);
        await session.CommitAsync();
    }

    private async Task<string> AnswerAsync(string token)
    {
        using var gate = _host.Browser();
        using var body = new StringContent(token, Encoding.ASCII, "text/plain");
        var answer = await gate.PostAsync(new Uri(CheckPass.Path, UriKind.Relative), body);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<string?> CheckAsync(string? token) => JsonDocument.Parse(await AnswerAsync(token!)).RootElement.TryGetProperty("colour", out var colour) ? colour.GetString() : null;
}
