using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Casework.Messages;
using Rongtong.Contracts.Casework;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Testing;

namespace Rongtong.Casework.Tests;

/// <summary>The module as it is served, about regions: the register of enterprises is another module's.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_officer_opens_a_case_takes_it_and_answers_and_a_stranger_finds_nothing()
    {
        using var officer = await _host.SignedInAsync("officer1", "liaison", "4201");
        using var stranger = await _host.SignedInAsync("officer2", "liaison", "4403");
        var opened = (await RunningHost.PostAsync(officer, "/casework/new", "/casework/new", ("region", "4201"), ("category", "logistics"), ("urgency", "urgent"), ("words", "原料车在县界被劝返"))).Headers.Location!.OriginalString;
        opened.ShouldBe("/casework/cases/1");
        (await officer.GetStringAsync(new Uri(opened, UriKind.Relative))).ShouldContain("2020-02-21 24:00");
        (await officer.GetStringAsync(new Uri("/casework/today", UriKind.Relative))).ShouldContain("原料车在县界被劝返");
        (await stranger.GetAsync(new Uri(opened, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await RunningHost.PostAsync(officer, opened, opened + "/steps", ("step", "accept"), ("version", "1"))).Headers.Location!.OriginalString.ShouldBe(opened);
        (await RunningHost.PostAsync(officer, opened, opened + "/steps", ("step", "accept"), ("version", "1"))).Headers.Location!.OriginalString.ShouldBe(opened + "?problem=stale");
        (await RunningHost.PostAsync(officer, opened, opened + "/steps", ("step", "solve"), ("version", "2"), ("outcome", "solved"), ("words", "已放行"))).Headers.Location!.OriginalString.ShouldBe(opened);
        (await officer.GetStringAsync(new Uri(opened, UriKind.Relative))).ShouldContain("已放行");
        (await officer.GetStringAsync(new Uri("/casework/statistics", UriKind.Relative))).ShouldContain("物流运输");
        (await officer.GetStringAsync(new Uri("/casework/statistics.csv", UriKind.Relative))).ShouldContain("logistics,4201,武汉市,,1,0,1,0.00,0,");
        using var leader = await _host.SignedInAsync("leader1", "duty_leader", "42");
        (await leader.GetStringAsync(new Uri("/casework/cases?stage=", UriKind.Relative))).ShouldContain("原料车在县界被劝返");
        (await leader.GetStringAsync(new Uri(opened, UriKind.Relative))).ShouldNotContain("name=\"step\"", customMessage: "a leader looks on");
        foreach (var page in new[] { "/deadlines", "/deadlines/history?key=casework.case:1", "/casework/liaison", "/casework/calendar?year=2023" }) (await officer.GetAsync(new Uri(page, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK, page);
        (await officer.GetStringAsync(new Uri("/casework/calendar?year=2023", UriKind.Relative))).ShouldContain("2023 年尚无放假通知");
        (await officer.GetAsync(new Uri("/casework/mine", UriKind.Relative))).StatusCode.ShouldNotBe(HttpStatusCode.OK, "an officer is no enterprise");
    }

    [Fact]
    public async Task A_deadline_that_a_module_sets_is_on_the_page_of_its_region()
    {
        await PublishAsync(DeadlineSet.Kind, new DeadlineSet("resumption.opening:9", _clock.GetUtcNow().AddHours(3), "420111", "复工备案答复", "Answer to a filing", "/resumption/openings/9"));
        await _host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
        using var officer = await _host.SignedInAsync("officer3", "liaison", "4201");
        using var stranger = await _host.SignedInAsync("officer4", "liaison", "4403");
        await WaitAsync(async () => (await officer.GetStringAsync(new Uri("/deadlines", UriKind.Relative))).Contains("复工备案答复", StringComparison.Ordinal));
        (await stranger.GetStringAsync(new Uri("/deadlines", UriKind.Relative))).ShouldNotContain("复工备案答复");
    }

    [Fact]
    public async Task A_machine_opens_steps_and_lists_with_the_same_rules()
    {
        var key = await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bureau", ["industry_officer"], ["4201"], _clock.GetUtcNow().AddDays(30));
        using var machine = _host.Browser();
        machine.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var opened = await machine.PostAsJsonAsync("/api/v1/casework/cases", new { category = "labour", words = "缺工三成", region = "420111" });
        opened.StatusCode.ShouldBe(HttpStatusCode.Created, await opened.Content.ReadAsStringAsync());
        (await machine.PostAsJsonAsync("/api/v1/casework/cases", new { category = "labour", words = "缺工三成", region = "440300" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await machine.PostAsJsonAsync("/api/v1/casework/cases/1/steps", new { step = "closed", version = 1 })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await machine.PostAsJsonAsync("/api/v1/casework/cases/1/steps", new { step = "solve", outcome = "solved", words = "x", version = 1 })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "not taken yet");
        (await machine.PostAsJsonAsync("/api/v1/casework/cases/1/steps", new { step = "accept", version = 1 })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await machine.PostAsJsonAsync("/api/v1/casework/cases/1/steps", new { step = "note", words = "x", version = 1 })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var list = JsonDocument.Parse(await machine.GetStringAsync(new Uri("/api/v1/casework/cases", UriKind.Relative)));
        list.RootElement.GetProperty("cases")[0].GetProperty("stage").GetString().ShouldBe("accepted");
        using var nobody = _host.Browser();
        (await nobody.GetAsync(new Uri("/api/v1/casework/cases/1", UriKind.Relative))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_message_is_tried_again_until_a_provider_takes_it_and_what_it_says_is_not_readable_at_rest()
    {
        var provider = new Flaky();
        using var sender = Sender(provider);
        await PublishAsync(MessageWanted.Kind, new MessageWanted("sms", "13800001111", "", "您反映的问题已受理"));
        await WaitAsync(async () =>
        {
            await _host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
            return await CountAsync("SELECT count(*) FROM casework.message") == 1;
        });
        (await CountAsync("SELECT count(*) FROM casework.message WHERE position('13800001111'::bytea IN recipient) > 0")).ShouldBe(0);
        (await sender.SendOneAsync()).ShouldBeTrue();
        (await sender.SendOneAsync()).ShouldBeFalse("the next attempt is not due");
        _clock.Advance(TimeSpan.FromSeconds(6));
        provider.IsUp = true;
        (await sender.SendOneAsync()).ShouldBeTrue();
        provider.Taken.ShouldHaveSingleItem().To.ShouldBe("13800001111");
        (await sender.SendOneAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_message_nobody_took_for_a_day_is_given_up()
    {
        using var sender = Sender(new Flaky());
        await PublishAsync(MessageWanted.Kind, new MessageWanted("email", "a@example.org", "s", "t"));
        await WaitAsync(async () =>
        {
            await _host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
            return await CountAsync("SELECT count(*) FROM casework.message") == 1;
        });
        _clock.Advance(TimeSpan.FromHours(25));
        (await sender.SendOneAsync()).ShouldBeTrue();
        (await CountAsync("SELECT count(*) FROM casework.message WHERE given_up_at IS NOT NULL")).ShouldBe(1);
    }

    [Fact]
    public async Task An_enterprise_is_told_when_its_case_moves_by_those_contacts_alone_who_agreed()
    {
        const string Code = "91420100MA4KRT0092";
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("""
                INSERT INTO registry.enterprise (code, name, region_code, size_rule, source, recorded_at) VALUES (@Code, '示例电子', '420106', 'x', 'x', @now);
                INSERT INTO registry.contact (enterprise_id, name, phone, consented_at, withdrawn_at, recorded_at)
                SELECT e.id, c.name, c.phone, c.agreed, c.withdrawn, @now FROM registry.enterprise e,
                    (VALUES ('a', '10000000011', @now, NULL::timestamptz), ('b', '10000000012', NULL, NULL), ('c', '10000000013', @now, @now)) AS c (name, phone, agreed, withdrawn) WHERE e.code = @Code
                """, new { Code, now = session.Now });
            await session.CommitAsync();
        }
        using var owner = await _host.SignedInAsync("owner1", "enterprise", "42", Code);
        var opened = (await RunningHost.PostAsync(owner, "/casework/mine", "/casework/mine", ("category", "labour"), ("urgency", "normal"), ("words", "缺工三成"))).Headers.Location!.OriginalString;
        using var officer = await _host.SignedInAsync("officer5", "liaison", "4201");
        await RunningHost.PostAsync(officer, opened, opened + "/steps", ("step", "accept"), ("version", "1"));
        await RunningHost.PostAsync(officer, opened, opened + "/steps", ("step", "note"), ("version", "2"), ("words", "内部记录"));
        await WaitAsync(async () =>
        {
            await _host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
            return await CountAsync("SELECT count(*) FROM casework.message") > 0;
        });
        (await CountAsync("SELECT count(*) FROM casework.message")).ShouldBe(1);
        (await CountAsync("SELECT count(*) FROM platform.outbox_event WHERE kind = 'casework.message-wanted' AND payload->>'to' = '10000000011' AND payload->>'text' LIKE '%已受理%'")).ShouldBe(1);
    }

    [Fact]
    public async Task Demo_cases_stand_at_every_stage_and_are_made_once()
    {
        await DemoAccounts.CreateAsync(_host.Services.GetRequiredService<Accounts>(), "42");
        await _host.Services.GetRequiredService<Settings>().ChooseModeAsync(StartMode.Demo);
        var demo = _host.Services.GetServices<IDemoData>().Single(d => d.GetType().Assembly == typeof(CaseworkModule).Assembly);
        for (var i = 0; i < 2; i++) await demo.LoadAsync("42", default);
        (await CountAsync("SELECT count(*) FROM casework.case_file")).ShouldBe(Demo.DemoCases.Count);
        (await CountAsync("SELECT count(DISTINCT stage) FROM casework.case_file")).ShouldBeGreaterThanOrEqualTo(3);
    }

    private SendMessages Sender(IMessageProvider provider) => new(_host.Database.Database, _host.Services.GetRequiredService<MessageSecrets>(), _host.Services.GetRequiredService<Settings>(),
        new ConfigurationBuilder().AddInMemoryCollection([new("Messages:Sms", provider.Name), new("Messages:Email", provider.Name)]).Build(), [provider], _host.Services.GetRequiredService<LiveFeed>(), NullLogger<SendMessages>.Instance);

    private async Task PublishAsync(string kind, object payload)
    {
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        await session.PublishAsync(kind, "test", payload);
        await session.CommitAsync();
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        return await session.QuerySingleAsync<long>(sql);
    }

    /// <summary>The host's own dispatcher may have the event in hand: what it does is seen within seconds.</summary>
    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience.Long);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isSo()) await look.WaitForNextTickAsync(patience.Token);
    }

    private sealed class Flaky : IMessageProvider
    {
        public bool IsUp { get; set; }

        public List<OutgoingMessage> Taken { get; } = [];

        public string Name => "flaky";

        public Task<MessageOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
        {
            if (!IsUp) return Task.FromResult<MessageOutcome>(new MessageOutcome.Unavailable("down"));
            Taken.Add(message);
            return Task.FromResult<MessageOutcome>(new MessageOutcome.Taken());
        }
    }
}
