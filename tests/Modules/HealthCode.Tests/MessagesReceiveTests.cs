using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.Messages;
using Rongtong.Platform.Access;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.Tests;

public sealed partial class MessagesReceiveTests : IAsyncLifetime
{
    private const string Secret = "a-secret-of-the-service";
    private const string OtherNumber = "330106198502023456";
    private TravelHost _host = null!;

    public async Task InitializeAsync() => _host = (await TravelHost.StartAsync(("Sms:Webhook:Secret", Secret))).WithRisk("420106", RiskTier.High);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_question_is_answered_with_places_stars_and_a_code_that_an_employer_can_check()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        await _host.AddStayAsync(person, "3303", 6, 5, confidence: 0.6f);
        var (phone, text) = (await SendAsync($"cxmyd#{TravelHost.LastFour()}")).Single();
        phone.ShouldBe(TravelHost.Phone);
        text.ShouldContain("浙江省温州市（不确定）、湖北省武汉市武昌区*");
        text.ShouldContain("2.7至2.20");
        var html = await VerifyAsync(CodeIn(text));
        html.ShouldContain("data-proof=\"valid\"");
        html.ShouldContain("138****1234");
        html.ShouldContain("湖北省武汉市武昌区");
        foreach (var hidden in new[] { TravelHost.Phone, "张三", TravelHost.Number[..6] + "1990" }) html.ShouldNotContain(hidden);
        // The person sees that it was checked.
        (await _host.Browser(person).GetStringAsync(new Uri("/health/travel", UriKind.Relative))).ShouldContain("核验码被查询 1 次");
    }

    [Fact]
    public async Task Disputed_and_passed_through_places_are_not_sent()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        await using (var session = await _host.Database.BeginAsync(People.Person.ActorOf(person)))
        {
            var fact = await session.QuerySingleAsync<long>("SELECT id FROM health_code.fact WHERE kind = 'Stay'");
            await Travel.AnswerPlace.DisputePlace(session, person, fact);
            await session.CommitAsync();
        }
        (await SendAsync($"CXMYD{TravelHost.LastFour()}")).Single().Text.ShouldContain("没有到访记录");
    }

    [Fact]
    public async Task An_unknown_phone_and_wrong_digits_get_the_same_bytes()
    {
        await _host.AddStayAsync(await _host.AddPersonAsync(), "420106", 3, 2);
        var wrong = (await SendAsync("CXMYD0000")).Single().Text;
        var unknown = (await SendAsync($"CXMYD{TravelHost.LastFour()}", "13700009999"))[^1].Text;
        var shortCheckIn = (await SendAsync("DK 36.5", "13700009999"))[^1].Text;
        Encoding.UTF8.GetBytes(unknown).ShouldBe(Encoding.UTF8.GetBytes(wrong));
        shortCheckIn.ShouldBe(wrong);
        wrong.ShouldNotContain("武汉");
    }

    [Fact]
    public async Task Whoever_tries_all_endings_gets_no_further_than_the_limit()
    {
        await _host.AddStayAsync(await _host.AddPersonAsync(), "420106", 3, 2);
        for (var i = 0; i < 40; i++) await SendAsync($"CXMYD{i:0000}");
        // The right one comes too late, as a known and as an unknown telephone.
        var messages = await SendAsync($"CXMYD{TravelHost.LastFour()}");
        messages.Count.ShouldBe(ReceiveSms.PerHourMax + 1);
        messages.ShouldAllBe(m => !m.Text.Contains("武汉"));
        messages[^1].Text.ShouldContain("次数太多");
        (await _host.QueryAsync<long>("SELECT count(*) FROM health_code.sms_received")).ShouldBe([ReceiveSms.PerHourMax + 1]);
        _host.Clock.Advance(TimeSpan.FromMinutes(61));
        (await SendAsync($"CXMYD{TravelHost.LastFour()}"))[^1].Text.ShouldContain("武汉");
    }

    [Fact]
    public async Task A_day_has_a_limit_too()
    {
        for (var hour = 0; hour < 10; hour++)
        {
            for (var i = 0; i < 5; i++) await SendAsync("CXMYD0000");
            _host.Clock.Advance(TimeSpan.FromMinutes(61));
        }
        (await _host.MessagesAsync()).Count.ShouldBe(ReceiveSms.PerDayMax + 1);
    }

    [Fact]
    public async Task Messages_of_one_telephone_at_the_same_time_do_not_pass_the_limit()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _host.Get<ReceiveSms>().HandleAsync(TravelHost.Phone, $"CXMYD{i:0000}", null)));
        (await _host.MessagesAsync()).Count.ShouldBe(ReceiveSms.PerHourMax + 1);
    }

    [Fact]
    public async Task Places_go_to_the_person_s_own_telephone_and_to_nobody_else()
    {
        var (mine, other) = (await _host.AddPersonAsync(), await _host.AddPersonAsync(OtherNumber, "13900005678"));
        await _host.AddStayAsync(mine, "420106", 3, 2);
        await _host.AddStayAsync(other, "3303", 3, 2);
        // Each asks with the other's digits, then with the own.
        await SendAsync($"CXMYD{TravelHost.LastFour(OtherNumber)}");
        await SendAsync($"CXMYD{TravelHost.LastFour()}", "13900005678");
        (await _host.MessagesAsync()).ShouldAllBe(m => !m.Text.Contains("武汉") && !m.Text.Contains("温州"));
        await SendAsync($"CXMYD{TravelHost.LastFour()}");
        var all = await SendAsync($"CXMYD{TravelHost.LastFour(OtherNumber)}", "13900005678");
        all.Where(m => m.Text.Contains("武汉")).Select(m => m.Phone).ShouldBe([TravelHost.Phone]);
        all.Where(m => m.Text.Contains("温州")).Select(m => m.Phone).ShouldBe(["13900005678"]);
    }

    [Fact]
    public async Task People_who_share_a_telephone_are_told_apart_by_their_digits()
    {
        var (mine, other) = (await _host.AddPersonAsync(), await _host.AddPersonAsync(OtherNumber));
        await _host.AddStayAsync(mine, "420106", 3, 2);
        await _host.AddStayAsync(other, "3303", 3, 2);
        (await SendAsync($"CXMYD{TravelHost.LastFour(OtherNumber)}"))[^1].Text.ShouldContain("温州");
        (await SendAsync("DK 36.5"))[^1].Text.ShouldContain("没有查到");
        (await SendAsync($"DK {TravelHost.LastFour(OtherNumber)} 36.5"))[^1].Text.ShouldContain("已打卡");
        (await _host.QueryAsync<long>("SELECT person_id FROM health_code.check_in")).ShouldBe([other]);
    }

    [Fact]
    public async Task A_check_in_by_text_is_a_check_in()
    {
        var person = await _host.AddPersonAsync();
        (await SendAsync("打卡 37.8 咳嗽")).Single().Text.ShouldContain("体温37.8度");
        var rows = await _host.QueryAsync<(long Person, DateOnly Day, short Temperature, short Symptoms, string Channel)>("SELECT person_id, day, temperature, symptoms, channel FROM health_code.check_in");
        rows.ShouldBe([(person, new DateOnly(2020, 2, 20), (short)378, (short)1, "sms")]);
        (await _host.QueryAsync<short>("SELECT colour FROM health_code.colour")).ShouldBe([(short)Colour.Colour.Yellow]);
    }

    [Fact]
    public async Task What_is_not_understood_is_recorded_nowhere()
    {
        await _host.AddPersonAsync();
        (await SendAsync("打卡 36.5 头晕")).Single().Text.ShouldContain("未打卡");
        (await SendAsync("你好"))[^1].Text.ShouldContain("CXMYD");
        (await _host.QueryAsync<long>("SELECT count(*) FROM health_code.check_in")).ShouldBe([0]);
    }

    [Fact]
    public async Task A_code_ends_after_a_day_and_its_deletion_is_counted()
    {
        await _host.AddPersonAsync();
        var code = CodeIn((await SendAsync($"CXMYD{TravelHost.LastFour()}")).Single().Text);
        _host.Clock.Advance(TimeSpan.FromHours(23.9));
        (await VerifyAsync(code.ToLowerInvariant())).ShouldContain("data-proof=\"valid\"");
        _host.Clock.Advance(TimeSpan.FromHours(0.2));
        (await VerifyAsync(code)).ShouldContain("data-proof=\"none\"");
        _host.Clock.Advance(TimeSpan.FromDays(3));
        await using (var session = await _host.Database.BeginAsync(Actor.System))
        {
            await _host.Services.GetServices<IJob>().Single(j => j.Name == "health.sweep-messages").RunAsync(session, default);
            await session.CommitAsync();
        }
        (await _host.QueryAsync<(string, long)>("SELECT what, rows_deleted FROM health_code.deletion_receipt ORDER BY what")).ShouldBe([("sms_received", 1), ("travel_proof", 1)]);
    }

    [Fact]
    public async Task Whoever_guesses_codes_is_stopped_and_then_told_nothing_even_of_a_right_one()
    {
        await _host.AddPersonAsync();
        var code = CodeIn((await SendAsync($"CXMYD{TravelHost.LastFour()}")).Single().Text);
        for (var i = 0; i < Travel.TravelProofs.MissesPerMinuteMax; i++) (await VerifyAsync($"ABCDEF{"23456789"[i % 8]}{"ABCDEFGH"[i / 8]}")).ShouldContain("data-proof=\"none\"");
        (await VerifyAsync(code)).ShouldContain("data-proof=\"none\"");
    }

    [Fact]
    public async Task Neither_number_nor_text_nor_code_stands_readable_in_the_database()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        var code = CodeIn((await SendAsync($"CXMYD{TravelHost.LastFour()}")).Single().Text);
        await using var connection = new NpgsqlConnection(_host.Stored.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            SELECT string_agg(t, ' ') FROM (SELECT encode(phone, 'escape') || encode(text, 'escape') || encode(phone_hash, 'escape') FROM health_code.sms
                UNION ALL SELECT encode(shown, 'escape') || encode(code_hash, 'escape') FROM health_code.travel_proof) s (t)
            """, connection);
        var stored = (string)(await command.ExecuteScalarAsync())!;
        foreach (var secret in new[] { TravelHost.Phone, "138****1234", code, "420106" }) stored.ShouldNotContain(secret);
    }

    [Fact]
    public async Task The_service_s_signed_request_brings_a_message_in_once()
    {
        await _host.AddPersonAsync();
        var body = $$"""{"id":"m-1","from":"+86{{TravelHost.Phone}}","text":"DK 36.5"}""";
        (await PostAsync(body)).ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(body)).ShouldBe(HttpStatusCode.NoContent);
        (await _host.MessagesAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("another-secret-of-somebody", 0)]
    [InlineData(Secret, 301)]
    [InlineData(Secret, -301)]
    public async Task A_request_signed_by_somebody_else_or_long_ago_is_refused(string secret, int seconds)
    {
        (await PostAsync("""{"id":"m-1","from":"13800001234","text":"DK 36.5"}""", secret, seconds)).ShouldBe(HttpStatusCode.Unauthorized);
        (await _host.MessagesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("null")]
    public async Task A_request_that_is_no_message_is_refused(string body) => (await PostAsync(body)).ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_request_without_end_is_refused() => (await PostAsync(new string(' ', 9_000))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);

    [Fact]
    public async Task The_simulator_is_not_there_outside_demo_mode()
    {
        (await _host.Browser().GetAsync(new Uri("/health/sms-simulator", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await _host.AddPersonAsync();
        var answer = await TravelHost.PostAsync(_host.Browser(), "/health/travel/verify", "/health/sms-simulator", ("phone", TravelHost.Phone), ("text", "DK 36.5"));
        answer.StatusCode.ShouldNotBe(HttpStatusCode.Redirect);
        (await _host.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task In_demo_mode_the_simulator_sends_as_a_telephone_and_shows_the_answer()
    {
        await _host.Get<Settings>().ChooseModeAsync(StartMode.Demo);
        await _host.AddPersonAsync(isDemo: true);
        const string Page = "/health/sms-simulator";
        var browser = _host.Browser();
        (await browser.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain(TravelHost.Phone);
        var answer = await TravelHost.PostAsync(browser, Page, Page, ("phone", TravelHost.Phone), ("text", $"CXMYD{TravelHost.LastFour()}"));
        (await browser.GetStringAsync(answer.Headers.Location)).ShouldContain("没有到访记录");
        var refused = await TravelHost.PostAsync(browser, Page, Page, ("phone", "Bank"), ("text", "DK 36.5"));
        refused.Headers.Location!.OriginalString.ShouldBe(Page + "?problem=phone");
    }

    private async Task<IReadOnlyList<(string Phone, string Text)>> SendAsync(string text, string phone = TravelHost.Phone)
    {
        await _host.Get<ReceiveSms>().HandleAsync(phone, text, null);
        return await _host.MessagesAsync();
    }

    private async Task<HttpStatusCode> PostAsync(string body, string secret = Secret, int secondsLate = 0)
    {
        var timestamp = (_host.Clock.GetUtcNow().ToUnixTimeSeconds() - secondsLate).ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/health/messages") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, Encoding.UTF8.GetBytes(body)));
        using var browser = _host.Browser();
        return (await browser.SendAsync(request)).StatusCode;
    }

    private async Task<string> VerifyAsync(string code)
    {
        using var browser = _host.Browser();
        return await browser.GetStringAsync(new Uri("/health/travel/verify?code=" + Uri.EscapeDataString(code), UriKind.Relative));
    }

    private static string CodeIn(string text) => Code().Match(text).Groups[1].Value;

    [GeneratedRegex("核验码 ([0-9A-Z]{8})")]
    private static partial Regex Code();
}
