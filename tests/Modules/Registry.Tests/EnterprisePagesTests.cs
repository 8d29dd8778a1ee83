using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Registry.Enterprises.Demo;

namespace Rongtong.Registry.Tests;

public sealed class EnterprisePagesTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        await _host.Services.GetRequiredService<DemoEnterprises>().LoadAsync("42", default);
        await _host.Services.GetRequiredService<DemoEnterprises>().LoadAsync("42", default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_demo_register_has_three_thousand_entries_and_the_demo_enterprise_with_its_places()
    {
        var enterprises = _host.Services.GetRequiredService<IEnterprises>();
        var sizes = new Dictionary<EnterpriseSize, int>();
        var codes = new List<string>();
        await foreach (var e in enterprises.AllAsync())
        {
            codes.Add(e.Code);
            sizes[e.Size] = sizes.GetValueOrDefault(e.Size) + 1;
            Codes.CreditCode.Check(e.Code).ShouldBe(Codes.CreditCodeFindings.None);
        }
        (codes.Count, codes.Distinct().Count()).ShouldBe((DemoEnterprises.DemoCount, DemoEnterprises.DemoCount));
        sizes[EnterpriseSize.Micro].ShouldBeGreaterThan(sizes[EnterpriseSize.Small]);
        sizes[EnterpriseSize.Small].ShouldBeGreaterThan(sizes[EnterpriseSize.Large]);
        var own = (await enterprises.FindByCodeAsync(DemoAccounts.DemoEnterprise))!;
        own.Size.ShouldBe(EnterpriseSize.Medium);
        (await enterprises.PlacesOfAsync(own.Id)).Select(p => p.Kind).ShouldBe([PlaceKind.Plant, PlaceKind.Dormitory, PlaceKind.Dormitory, PlaceKind.Canteen, PlaceKind.Warehouse]);
    }

    [Fact]
    public async Task The_public_sees_facts_and_counts_and_neither_figures_nor_people()
    {
        var browser = _host.Browser();
        var id = (await _host.Services.GetRequiredService<IEnterprises>().FindByCodeAsync(DemoAccounts.DemoEnterprise))!.Id;
        var page = await browser.GetStringAsync(new Uri($"/enterprises/{id}", UriKind.Relative));
        page.ShouldContain("示例防护用品有限公司");
        RunningHost.WithoutTokens(page).ShouldNotContain("850");
        page.ShouldNotContain("18,600");
        (await browser.GetStringAsync(new Uri("/enterprises?section=C&size=3&region=4201", UriKind.Relative))).ShouldContain("/enterprises/");
        (await browser.GetStringAsync(new Uri("/enterprises/statistics?region=42", UriKind.Relative))).ShouldContain("id=\"heat\"");
        foreach (var closed in new[] { "/enterprises/duplicates", "/enterprises/imports", "/enterprises/own" })
            (await browser.GetAsync(new Uri(closed, UriKind.Relative))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        var document = await browser.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/enterprises/{DemoAccounts.DemoEnterprise}", UriKind.Relative));
        document.GetProperty("size").GetString().ShouldBe("medium");
        document.GetProperty("persons").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task An_owner_confirms_corrects_a_place_and_decides_who_is_called()
    {
        var owner = await _host.SignedInAsync("owner", "enterprise", "42", DemoAccounts.DemoEnterprise);
        const string Page = "/enterprises/own";
        (await owner.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("850");
        (await RunningHost.PostAsync(owner, Page, Page + "/confirmed")).Headers.Location!.OriginalString.ShouldBe(Page);
        (await RunningHost.PostAsync(owner, Page, Page + "/places", ("kind", "1"), ("name", "3号宿舍楼"), ("region", "420115"), ("area", "600.5"), ("capacity", "100"))).Headers.Location!.OriginalString.ShouldBe(Page);
        (await RunningHost.PostAsync(owner, Page, Page + "/places", ("kind", "1"), ("name", "x"), ("region", "999999"))).Headers.Location!.OriginalString.ShouldBe(Page + "?problem=place");
        var enterprises = _host.Services.GetRequiredService<IEnterprises>();
        var id = (await enterprises.FindByCodeAsync(DemoAccounts.DemoEnterprise))!.Id;
        (await RunningHost.PostAsync(owner, Page, Page + "/places", ("kind", "1"), ("name", "4号楼"), ("region", "420115"), ("rooms", "301, 15.5, 8\r\n302，，6\r\n303"))).Headers.Location!.OriginalString.ShouldBe(Page);
        (await enterprises.PlacesOfAsync(id)).Single(p => p.Name == "4号楼").Rooms.ShouldBe([new("301", 15.5m, 8), new("302", null, 6), new("303", null, null)]);
        (await owner.GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("301, 15.5, 8");
        foreach (var wrong in new[] { "301, -1, 8", "301, 15, x", "301, 15, 8, 9", ", 15, 8", "301\n301" })
            (await RunningHost.PostAsync(owner, Page, Page + "/places", ("kind", "1"), ("name", "x"), ("region", "420115"), ("rooms", wrong))).Headers.Location!.OriginalString.ShouldBe(Page + "?problem=place", wrong);
        (await RunningHost.PostAsync(owner, Page, Page + "/places", ("kind", "2"), ("name", "x"), ("region", "420115"), ("rooms", "301"))).Headers.Location!.OriginalString.ShouldBe(Page + "?problem=place", "a canteen has no rooms");
        var added = (await enterprises.PlacesOfAsync(id)).Single(p => p.Name == "3号宿舍楼");
        (added.AreaSquareMetres, added.Capacity).ShouldBe((600.5m, 100));
        await RunningHost.PostAsync(owner, Page, $"{Page}/places/{added.Id}", ("kind", "1"), ("name", "三号楼"), ("region", "420115"), ("capacity", "120"));
        (await enterprises.PlacesOfAsync(id)).Single(p => p.Name == "三号楼").Capacity.ShouldBe(120);
        await RunningHost.PostAsync(owner, Page, Page + "/contacts", ("name", "王小明"), ("duty", "厂长"), ("phone", "13800000001"), ("agreed", "yes"));
        await RunningHost.PostAsync(owner, Page, Page + "/contacts", ("name", "李不愿"), ("duty", ""), ("phone", "13800000002"));

        var staff = await _host.SignedInAsync("keeper", "industry_officer", "42");
        var seen = await staff.GetStringAsync(new Uri($"/enterprises/{id}", UriKind.Relative));
        seen.ShouldContain("王小明");
        seen.ShouldNotContain("李不愿");
        seen.ShouldContain("850");
        var elsewhere = await _host.SignedInAsync("far", "industry_officer", "33");
        (await elsewhere.GetStringAsync(new Uri($"/enterprises/{id}", UriKind.Relative))).ShouldNotContain("王小明");

        var contact = await ScalarAsync("SELECT id FROM registry.contact WHERE name = '王小明'");
        await RunningHost.PostAsync(owner, Page, $"{Page}/contacts/{contact}/consent", ("agreed", "no"));
        (await staff.GetStringAsync(new Uri($"/enterprises/{id}", UriKind.Relative))).ShouldNotContain("王小明");
        // Another enterprise reaches nothing of it.
        var stranger = await _host.SignedInAsync("stranger", "enterprise", "42", Codes.CreditCode.Complete("91420115YD000000"));
        await RunningHost.PostAsync(stranger, "/enterprises", $"{Page}/contacts/{contact}/consent", ("agreed", "yes"));
        (await staff.GetStringAsync(new Uri($"/enterprises/{id}", UriKind.Relative))).ShouldNotContain("王小明");
    }

    [Fact]
    public async Task A_keeper_imports_sees_duplicates_side_by_side_merges_and_parts_them()
    {
        var staff = await _host.SignedInAsync("keeper2", "industry_officer", "42");
        var (one, two) = (Codes.CreditCode.Complete("91420115YX000001"), Codes.CreditCode.Complete("91420115YX000002"));
        (await RunningHost.UploadAsync(staff, "/enterprises/imports", "/enterprises/imports", "e.csv", $"code,name,region\n{one},武汉甲乙丙丁机械有限公司,420115\n{two},甲乙丙丁机械(武汉)有限责任公司,420115\n123,坏有限公司,420115\n")).ShouldBe("/enterprises/imports");
        (await staff.GetStringAsync(new Uri("/enterprises/imports", UriKind.Relative))).ShouldContain("e.csv");
        var (first, second) = (await ScalarAsync($"SELECT id FROM registry.enterprise WHERE code = '{one}'"), await ScalarAsync($"SELECT id FROM registry.enterprise WHERE code = '{two}'"));
        (await staff.GetStringAsync(new Uri("/enterprises/duplicates", UriKind.Relative))).ShouldContain($"pair-{first}-{second}");
        (await RunningHost.PostAsync(staff, "/enterprises/duplicates", "/enterprises/merges", ("kept", $"{first}"), ("merged", $"{second}"))).Headers.Location!.OriginalString.ShouldBe("/enterprises/duplicates");
        (await staff.GetStringAsync(new Uri($"/enterprises/{first}", UriKind.Relative))).ShouldContain($"/enterprises/{second}/unmerged");
        await RunningHost.PostAsync(staff, $"/enterprises/{first}", $"/enterprises/{second}/unmerged");
        (await _host.Services.GetRequiredService<IEnterprises>().FindByCodeAsync(two))!.Id.ShouldBe((int)second);
        await RunningHost.PostAsync(staff, $"/enterprises/{first}", $"/enterprises/{first}/links", ("code", two), ("side", "supplier"), ("item", "轴承"));
        (await staff.GetStringAsync(new Uri($"/enterprises/{second}", UriKind.Relative))).ShouldContain("轴承");
        foreach (var path in new[] { "/enterprises/statistics", "/enterprises/statistics?size=3&region=4201", "/enterprises?lang=en", "/enterprises?search=甲乙" }) (await staff.GetAsync(new Uri(path, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK, path);
    }

    [Fact]
    public async Task A_machine_keeps_an_enterprise_and_is_told_all_that_is_wrong_with_another()
    {
        var key = await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bureau", ["industry_officer"], ["42"], DateTimeOffset.MaxValue);
        var machine = _host.Browser();
        machine.DefaultRequestHeaders.Authorization = new("Bearer", key);
        async Task<(HttpStatusCode Status, string Text)> PostAsync(object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/enterprises") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            using var answer = await machine.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        var code = Codes.CreditCode.Complete("91420115YX000009");
        (await PostAsync(new { code, name = "武汉接口有限公司", region = "420115", industry = "3525", persons = 10 })).Text.ShouldContain("new");
        (await PostAsync(new { code, name = "武汉接口有限公司", region = "420115", persons = 11 })).Text.ShouldContain("changed");
        (await PostAsync(new { code, name = "武汉接口有限公司", region = "420115", persons = 11 })).Text.ShouldContain("unchanged");
        var wrong = await PostAsync(new { code = code[..17] + (code[17] == '0' ? '1' : '0'), name = "", region = "330102", industry = "9999", persons = -1 });
        wrong.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        foreach (var part in new[] { $"should be {code[17]}", "name:", "region:", "industry:", "persons" }) wrong.Text.ShouldContain(part);
        (await machine.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/enterprises/{code}", UriKind.Relative))).GetProperty("persons").GetInt32().ShouldBe(11);
        (await machine.GetStringAsync(new Uri("/api/v1/tables/registry.enterprises?search=接口", UriKind.Relative))).ShouldContain(code);
    }

    [Fact]
    public async Task An_officer_sees_the_own_regions_first_and_others_when_asked()
    {
        async Task<string[]> RegionsSeenAsync(string[] scope, string query)
        {
            var key = await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "k" + Guid.NewGuid(), ["industry_officer"], scope, DateTimeOffset.MaxValue);
            var machine = _host.Browser();
            machine.DefaultRequestHeaders.Authorization = new("Bearer", key);
            var page = await machine.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/tables/registry.enterprises" + query, UriKind.Relative));
            return [.. page.GetProperty("rows").EnumerateArray().Select(r => r[1].GetString()!)];
        }
        var held = new Dictionary<string, string>();
        await foreach (var e in _host.Services.GetRequiredService<IEnterprises>().AllAsync()) held[e.Code] = e.Region.Value;
        var (first, last) = (held.Values.Min(StringComparer.Ordinal)!, held.Values.Max(StringComparer.Ordinal)!);
        (await RegionsSeenAsync([last], "")).ShouldSatisfyAllConditions(c => c.ShouldNotBeEmpty(), c => c.ShouldAllBe(code => held[code] == last));
        (await RegionsSeenAsync([last, first], "?sort=-region")).Select(code => held[code]).Distinct().ShouldBeSubsetOf([first, last]);
        (await RegionsSeenAsync([last], "?region=" + first)).ShouldSatisfyAllConditions(c => c.ShouldNotBeEmpty(), c => c.ShouldAllBe(code => held[code] == first));
        (await RegionsSeenAsync(["*"], "")).Length.ShouldBe(100);
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        return await session.QuerySingleAsync<long>(sql);
    }
}
