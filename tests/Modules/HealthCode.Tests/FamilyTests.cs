using Rongtong.HostTesting;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>Acting for a child or a parent: agreed by the other's own telephone or before a community worker, never by knowing a name and a number.</summary>
public sealed class FamilyTests : IAsyncLifetime
{
    private const string Page = "/health/family";
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_parent_without_a_telephone_is_acted_for_once_a_community_worker_saw_both_documents()
    {
        using var daughter = await SignedInAsync("王小明", 41);
        var father = Resident.Card(42, "19500101");
        await AskAsync(daughter, father, "王大明", "parent");
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "3301", "Street office");
        var shown = await worker.GetStringAsync(new Uri(Page, UriKind.Relative));
        shown.ShouldContain("**明");
        shown.ShouldNotContain(father);
        shown.ShouldNotContain("王大明");
        (await ConfirmAsync(worker, "0000", Resident.Card(41)[^4..])).ShouldContain("refused");
        (await ConfirmAsync(worker, father[^4..], Resident.Card(41)[^4..])).ShouldBe(Page);

        await RunningHost.PostAsync(daughter.Browser, Page, Page + "/1/act");
        (await daughter.PageAsync()).ShouldContain("您正在代 王大明 办理");
        await daughter.PostAsync("/health/declaration");
        (await daughter.PageAsync()).ShouldContain("绿码");
        var token = await daughter.TokenAsync();
        await RunningHost.PostAsync(daughter.Browser, Page, Page + "/self");
        (await daughter.PageAsync()).ShouldContain("健康申报", customMessage: "her own code was not touched");

        await RunningHost.PostAsync(daughter.Browser, Page, Page + "/1/ended");
        await RunningHost.PostAsync(daughter.Browser, Page, Page + "/1/act");
        (await daughter.PageAsync()).ShouldNotContain("您正在代");
        token.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_worker_of_another_district_does_not_see_the_request_and_cannot_confirm_it()
    {
        using var daughter = await SignedInAsync("王小明", 43);
        await AskAsync(daughter, Resident.Card(44, "19500101"), "王大明", "parent");
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "4201", "Street office");
        (await worker.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldNotContain("**明");
        (await ConfirmAsync(worker, Resident.Card(44, "19500101")[^4..], Resident.Card(43)[^4..])).ShouldContain("refused");
    }

    [Fact]
    public async Task Who_has_a_telephone_agrees_by_the_code_sent_to_it_and_nobody_agrees_in_her_place()
    {
        using var mother = await SignedInAsync("李大红", 45);
        using var son = await SignedInAsync("王小明", 46);
        await AskAsync(son, Resident.Card(45), "李大红", "parent");
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "3301", "Street office");
        (await ConfirmAsync(worker, Resident.Card(45)[^4..], Resident.Card(46)[^4..])).ShouldContain("hasphone");
        var code = await mother.LastCodeAsync();
        (await CodeAsync(son, code!)).ShouldBe(Page);
        (await son.Browser.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("由我代办");
        (await mother.Browser.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("正在为我代办");
        // She ends it herself, while he is acting.
        await RunningHost.PostAsync(son.Browser, Page, Page + "/1/act");
        await RunningHost.PostAsync(mother.Browser, Page, Page + "/1/ended");
        (await son.PageAsync()).ShouldNotContain("您正在代");
    }

    [Fact]
    public async Task Three_wrong_codes_close_a_request()
    {
        using var mother = await SignedInAsync("李大红", 47);
        using var son = await SignedInAsync("王小明", 48);
        await AskAsync(son, Resident.Card(47), "李大红", "parent");
        var code = await mother.LastCodeAsync();
        for (var i = 0; i < 3; i++) (await CodeAsync(son, "00000x")).ShouldContain("refused");
        (await CodeAsync(son, code!)).ShouldContain("refused");
    }

    [Fact]
    public async Task A_stranger_s_request_reads_the_same_whether_the_person_is_registered_or_not()
    {
        using var known = await SignedInAsync("李大红", 49);
        using var stranger = await SignedInAsync("王小明", 50);
        var before = await known.LastCodeAsync();
        await AskAsync(stranger, Resident.Card(49), "张冠李", "other");
        (await known.LastCodeAsync()).ShouldBe(before, "the name does not fit: no message, and no word about it");
        await AskAsync(stranger, Resident.Card(51), "张冠李", "other");
        var page = await stranger.Browser.GetStringAsync(new Uri(Page, UriKind.Relative));
        page.Split("data-request").Length.ShouldBe(3);
    }

    [Fact]
    public async Task It_ends_on_the_child_s_eighteenth_birthday()
    {
        using var mother = await SignedInAsync("李大红", 52);
        var child = Resident.Card(53, "20020301");
        await AskAsync(mother, child, "李小小", "child");
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "3301", "Street office");
        (await ConfirmAsync(worker, child[^4..], Resident.Card(52)[^4..])).ShouldBe(Page);
        (await mother.Browser.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("有效期至 2020-03-01");
        _clock.Advance(TimeSpan.FromDays(11));
        await using (var session = await _host.Database.Database.BeginAsync(Platform.Access.Actor.System))
        {
            await People.Delegations.EndOverdueAsync(session, default);
            await session.CommitAsync();
        }
        await RunningHost.PostAsync(mother.Browser, Page, Page + "/1/act");
        (await mother.PageAsync()).ShouldNotContain("您正在代");
    }

    private async Task<Resident> SignedInAsync(string name, int order)
    {
        var resident = new Resident(_host, name, Resident.Card(order), "138000000" + order);
        (await resident.SignInAsync()).ShouldBe("/health");
        return resident;
    }

    private static async Task AskAsync(Resident who, string document, string name, string relation) =>
        (await RunningHost.PostAsync(who.Browser, Page, Page, ("documentType", "10"), ("document", document), ("name", name), ("relation", relation), ("consent", "yes"))).Headers.Location!.OriginalString.ShouldBe(Page);

    private static async Task<string> ConfirmAsync(HttpClient worker, string ward, string self) =>
        (await RunningHost.PostAsync(worker, Page, Page + "/1/confirmed", ("ward", ward), ("delegate", self))).Headers.Location!.OriginalString;

    private static async Task<string> CodeAsync(Resident who, string code) =>
        (await RunningHost.PostAsync(who.Browser, Page, Page + "/1/code", ("code", code))).Headers.Location!.OriginalString;
}
