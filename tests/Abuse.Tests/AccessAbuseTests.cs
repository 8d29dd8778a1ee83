using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Abuse.Tests;

/// <summary>What somebody would try who wants in without a right to it. Each attempt must fail closed.</summary>
public sealed class AccessAbuseTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private Accounts Accounts => _host.Services.GetRequiredService<Accounts>();

    [Fact]
    public async Task Guessing_locks_the_account_even_for_the_right_password_and_time_opens_it_again()
    {
        await Accounts.CreateAsync(Actor.System, "wang", "Wang", "a-long-password", ["officer"], ["42"]);
        for (var i = 0; i < Accounts.FailuresMax; i++) await Accounts.SignInAsync("wang", "wrong", null);
        (await Accounts.SignInAsync("wang", "a-long-password", null)).ShouldBeOfType<SignInOutcome.Refused>();
        _clock.Advance(TimeSpan.FromMinutes(2));
        (await Accounts.SignInAsync("wang", "a-long-password", null)).ShouldBeOfType<SignInOutcome.SignedIn>();
    }

    [Fact]
    public async Task An_unknown_login_is_answered_like_a_wrong_password()
    {
        await Accounts.CreateAsync(Actor.System, "wang", "Wang", "a-long-password", ["officer"], ["42"]);
        using var browser = _host.Browser();
        var wrong = await RunningHost.PostAsync(browser, "/account/sign-in", "/account/sign-in", ("login", "wang"), ("password", "wrong"));
        var unknown = await RunningHost.PostAsync(browser, "/account/sign-in", "/account/sign-in", ("login", "nobody"), ("password", "wrong"));
        unknown.Headers.Location.ShouldBe(wrong.Headers.Location);
    }

    [Fact]
    public async Task Many_sign_ins_from_one_address_are_sent_away_for_a_while_and_pages_are_not()
    {
        using var browser = _host.Browser();
        var answers = new List<HttpStatusCode>();
        // Twice the limit and one: whenever the minute of the limiter begins, one of its windows overflows.
        for (var i = 0; i < 21; i++)
        {
            using var answer = await RunningHost.PostAsync(browser, "/account/sign-in", "/account/sign-in", ("login", $"nobody{i}"), ("password", "wrong"));
            answers.Add(answer.StatusCode);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
        }
        answers.Take(10).ShouldAllBe(status => status == HttpStatusCode.Redirect);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        (await browser.GetAsync(new Uri("/outbreak", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_post_without_the_token_of_a_page_is_refused()
    {
        using var browser = await _host.SignedInAsync("admin", "administrator", "*");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("login", "eve"), KeyValuePair.Create("password", "a-long-password"), KeyValuePair.Create("scope", "*")]);
        (await browser.PostAsync(new Uri("/access/accounts", UriKind.Relative), form)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Accounts.ListAsync(Actor.System)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task A_sign_in_never_leads_to_another_site(string returnTo)
    {
        await Accounts.CreateAsync(Actor.System, "wang", "Wang", "a-long-password", ["officer"], ["42"]);
        using var browser = _host.Browser();
        var answer = await RunningHost.PostAsync(browser, "/account/sign-in", "/account/sign-in", ("login", "wang"), ("password", "a-long-password"), ("returnTo", returnTo));
        answer.Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task A_stolen_cookie_ends_with_the_password()
    {
        using var browser = await _host.SignedInAsync("wang", "officer", "42");
        (await browser.GetAsync(new Uri("/outbreak/data", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var wang = (await Accounts.ListAsync(Actor.System)).Single().ToActor();
        (await Accounts.ChangePasswordAsync(wang, "a-long-password", "another-password")).ShouldBeTrue();
        var after = await browser.GetAsync(new Uri("/outbreak/data", UriKind.Relative));
        after.Headers.Location!.OriginalString.ShouldStartWith("/account/sign-in");
    }

    [Fact]
    public async Task A_code_of_the_second_factor_works_once()
    {
        await Accounts.CreateAsync(Actor.System, "wang", "Wang", "a-long-password", ["officer"], ["42"]);
        var actor = (await Accounts.ListAsync(Actor.System)).Single().ToActor();
        var secret = Totp.NewSecret();
        (await Accounts.EnableTotpAsync(actor, secret, Totp.Code(secret, _clock.GetUtcNow().ToUnixTimeSeconds() / 30))).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(60));
        var code = Totp.Code(secret, _clock.GetUtcNow().ToUnixTimeSeconds() / 30);
        (await Accounts.SignInAsync("wang", "a-long-password", null)).ShouldBeOfType<SignInOutcome.CodeNeeded>();
        (await Accounts.SignInAsync("wang", "a-long-password", code)).ShouldBeOfType<SignInOutcome.SignedIn>();
        (await Accounts.SignInAsync("wang", "a-long-password", code)).ShouldBeOfType<SignInOutcome.CodeNeeded>().WasWrong.ShouldBeTrue();
    }

    [Fact]
    public async Task A_recovery_code_opens_once_and_only_its_own_account()
    {
        await Accounts.CreateAsync(Actor.System, "wang", "Wang", "a-long-password", ["officer"], ["42"]);
        await Accounts.CreateAsync(Actor.System, "li", "Li", "a-long-password", ["officer"], ["42"]);
        var codes = new Dictionary<string, string>();
        foreach (var account in await Accounts.ListAsync(Actor.System))
        {
            var secret = Totp.NewSecret();
            codes[account.Login] = (await Accounts.EnableTotpAsync(account.ToActor(), secret, Totp.Code(secret, _clock.GetUtcNow().ToUnixTimeSeconds() / 30)))![0];
        }
        (await Accounts.SignInAsync("li", "a-long-password", codes["wang"])).ShouldBeOfType<SignInOutcome.CodeNeeded>();
        (await Accounts.SignInAsync("wang", "a-long-password", codes["wang"].ToUpperInvariant())).ShouldBeOfType<SignInOutcome.SignedIn>();
        (await Accounts.SignInAsync("wang", "a-long-password", codes["wang"])).ShouldBeOfType<SignInOutcome.CodeNeeded>();
    }

    [Fact]
    public void The_code_is_that_of_the_standard() => Totp.Code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 / 30).ShouldBe("287082");

    [Fact]
    public async Task An_officer_cannot_manage_access_and_a_provincial_administrator_cannot_grant_the_nation()
    {
        using var officer = await _host.SignedInAsync("wang", "officer", "42");
        (await officer.GetAsync(new Uri("/access", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var admin = await _host.SignedInAsync("li", "administrator", "42");
        var answer = await RunningHost.PostAsync(admin, "/access", "/access/accounts", ("login", "eve"), ("name", "Eve"), ("password", "a-long-password"), ("scope", "*"));
        answer.Headers.Location!.OriginalString.ShouldContain("problem=invalid");
    }

    [Fact]
    public async Task Demo_accounts_do_not_exist_outside_demo_mode()
    {
        await DemoAccounts.CreateAsync(Accounts, "33");
        (await Accounts.SignInAsync("epi", DemoAccounts.Password, null)).ShouldBeOfType<SignInOutcome.Refused>();
    }

    [Fact]
    public async Task The_link_for_the_first_administrator_works_once_and_for_a_day()
    {
        var settings = _host.Services.GetRequiredService<Settings>();
        var old = await settings.IssueFirstLinkAsync();
        var token = await settings.IssueFirstLinkAsync();
        (await settings.IsFirstLinkAsync(old)).ShouldBeFalse();
        (await settings.IsFirstLinkAsync(token)).ShouldBeTrue();
        using var browser = _host.Browser();
        (await RunningHost.PostAsync(browser, "/account/first?token=" + token, "/account/first", ("token", token), ("login", "root"), ("password", "a-long-password"))).Headers.Location!.OriginalString.ShouldBe("/");
        (await RunningHost.PostAsync(browser, "/account/sign-in", "/account/first", ("token", token), ("login", "eve"), ("password", "a-long-password"))).Headers.Location!.OriginalString.ShouldContain("problem=link");
        var late = await settings.IssueFirstLinkAsync();
        _clock.Advance(TimeSpan.FromHours(25));
        (await settings.IsFirstLinkAsync(late)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_wrong_key_gets_one_answer_whatever_is_wrong_with_it()
    {
        var key = await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "meter gateway", ["officer"], ["42"], _clock.GetUtcNow().AddDays(1));
        async Task<string> AnswerAsync(string bearer)
        {
            using var client = _host.Browser();
            client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
            var answer = await client.GetAsync(new Uri("/api/v1/outbreak/42/figures", UriKind.Relative));
            return (int)answer.StatusCode + (answer.StatusCode is HttpStatusCode.Unauthorized ? System.Text.RegularExpressions.Regex.Replace(await answer.Content.ReadAsStringAsync(), "\"traceId\":\"[^\"]*\"", "") : "");
        }
        (await AnswerAsync(key)).ShouldBe("404");
        var wrongSecret = await AnswerAsync(key[..^1] + (key[^1] == '0' ? '1' : '0'));
        wrongSecret.ShouldStartWith("401");
        (await AnswerAsync("rtk_000000000000_" + new string('0', 48))).ShouldBe(wrongSecret);
        (await AnswerAsync("nonsense")).ShouldBe(wrongSecret);
        _clock.Advance(TimeSpan.FromDays(2));
        (await AnswerAsync(key)).ShouldBe(wrongSecret);
    }

    [Fact]
    public void There_is_no_police_role() => Roles.All.ShouldBe(["administrator", "duty_leader", "epidemiologist", "officer", "health_recorder", "appeal_officer", "health_rule_maker", "gate", "health_connector", "auditor",
        "industry_officer", "opening_officer", "liaison", "enterprise", "data_connector", "dispatcher", "facility", "carrier", "market_inspector", "grid_worker"], ignoreOrder: true);

    [Fact]
    public async Task Every_page_carries_the_headers_that_keep_foreign_scripts_out()
    {
        using var browser = _host.Browser();
        var answer = await browser.GetAsync(new Uri("/account/sign-in", UriKind.Relative));
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldSatisfyAllConditions(p => p.ShouldContain("script-src 'self';"), p => p.ShouldNotContain("script-src 'self' 'unsafe-inline'"));
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("<script>");
    }
}
