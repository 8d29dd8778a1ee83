using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Web.Tests;

public sealed class ApiTests : IAsyncLifetime
{
    private const string Cases = "date,province,city,confirmed\n2020-02-01,湖北省,武汉市,100\n2020-02-02,湖北省,武汉市,180\n2020-02-02,湖北省,云中城,7\n";
    private RunningHost _host = null!;
    private HttpClient _machine = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        var key = await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "gateway", ["officer", "epidemiologist"], ["*"], DateTimeOffset.MaxValue);
        _machine = _host.Browser();
        _machine.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task DisposeAsync()
    {
        _machine.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_description_names_every_endpoint_of_the_api_and_the_permission_it_needs()
    {
        using var answer = await _machine.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var paths = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("paths");
        string[] described = [.. paths.EnumerateObject().Select(p => p.Name)];
        described.ShouldContain("/api/v1/imports/{kind}");
        described.ShouldContain("/api/v1/outbreak/{code}/trend");
        described.ShouldContain("/api/v1/tables/{name}");
        described.ShouldContain("/open/tiers.json");
        described.ShouldAllBe(path => path.StartsWith("/api/") || path.StartsWith("/open/"));
        paths.GetProperty("/api/v1/outbreak/publications").GetProperty("post").GetProperty("description").GetString()!.ShouldContain("outbreak.import");
    }

    [Fact]
    public async Task Metrics_are_in_the_format_that_prometheus_reads()
    {
        await _machine.GetAsync(new Uri("/outbreak", UriKind.Relative));
        var lines = (await _machine.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldContain("# TYPE http_server_request_duration_seconds histogram");
        lines.ShouldContain(line => line.StartsWith("http_server_request_duration_seconds_bucket{") && line.Contains("le=\"+Inf\"") && line.Contains("http_route=\"/outbreak\""));
        lines.Where(line => line[0] != '#').ShouldAllBe(line => System.Text.RegularExpressions.Regex.IsMatch(line, "^[a-z_0-9]+(\\{.*\\})? -?[0-9.eE+-]+$"));
    }

    [Fact]
    public async Task A_file_sent_twice_with_the_same_key_is_loaded_once_and_answered_twice()
    {
        using var first = await SendAsync("a-key", Cases);
        using var second = await SendAsync("a-key", Cases);
        first.StatusCode.ShouldBe(HttpStatusCode.OK, await first.Content.ReadAsStringAsync());
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        second.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
        var batch = JsonDocument.Parse(await first.Content.ReadAsStringAsync()).RootElement.GetProperty("batchId").GetInt64();
        (await _machine.GetAsync(new Uri($"/api/v1/imports/{batch + 1}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _machine.DeleteAsync(new Uri($"/api/v1/imports/{batch}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _machine.GetAsync(new Uri("/api/v1/outbreak/42/trend", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound, "what was undone is gone");
    }

    [Fact]
    public async Task The_same_key_with_another_file_is_refused()
    {
        using var first = await SendAsync("a-key", Cases);
        using var second = await SendAsync("a-key", Cases.Replace("180", "181", StringComparison.Ordinal));
        second.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        second.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task A_browser_cannot_be_made_to_post_a_file()
    {
        using var browser = await _host.SignedInAsync("officer", "officer", "*");
        using var body = new StringContent(Cases, Encoding.UTF8, "text/csv");
        (await browser.PostAsync(new Uri("/api/v1/imports/cases", UriKind.Relative), body)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_answered_with_what_is_wrong()
    {
        using var answer = await SendAsync("a-key", "day;people\n1;2\n");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("confirmed");
    }

    [Fact]
    public async Task An_unknown_place_waits_for_an_officer_and_its_rows_go_where_it_belongs()
    {
        using var loaded = await SendAsync("a-key", Cases);
        using var officer = await _host.SignedInAsync("officer", "officer", "42");
        var page = await officer.GetStringAsync(new Uri("/regions/places", UriKind.Relative));
        page.ShouldContain("云中城");
        var area = System.Text.RegularExpressions.Regex.Match(page, "name=\"area\" value=\"([^\"]+)\"").Groups[1].Value;
        (await RunningHost.PostAsync(officer, "/regions/places", "/regions/places", ("area", area), ("region", "4403"))).Headers.Location!.OriginalString.ShouldContain("invalid");
        (await RunningHost.PostAsync(officer, "/regions/places", "/regions/places", ("area", area), ("region", "4211"))).Headers.Location!.OriginalString.ShouldBe("/regions/places");
        await WaitForTableAsync("province=42&region=黄冈");
        // The next file with that name finds the region by itself.
        using var again = await SendAsync("another-key", Cases.Replace(",7\n", ",9\n", StringComparison.Ordinal));
        JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement.GetProperty("changed").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_step_on_a_warning_needs_its_version_and_is_taken_once()
    {
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("INSERT INTO outbreak.warning (region_code, first_day, last_day, opened_at) VALUES ('4201', '2020-02-01', '2020-02-01', now())");
            await session.CommitAsync();
        }
        var step = new { version = 1, stage = "verify", note = "telephoned the clinic" };
        using var taken = await _machine.PostAsJsonAsync(new Uri("/api/v1/outbreak/warnings/1/steps", UriKind.Relative), step);
        using var stale = await _machine.PostAsJsonAsync(new Uri("/api/v1/outbreak/warnings/1/steps", UriKind.Relative), step);
        using var silent = await _machine.PostAsJsonAsync(new Uri("/api/v1/outbreak/warnings/1/steps", UriKind.Relative), step with { version = 2, note = " " });
        taken.StatusCode.ShouldBe(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());
        stale.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        silent.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private async Task<HttpResponseMessage> SendAsync(string key, string csv)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/imports/cases") { Content = new StringContent(csv, Encoding.UTF8, "text/csv") };
        request.Headers.Add("Idempotency-Key", key);
        return await _machine.SendAsync(request);
    }

    /// <summary>Events reach other modules within moments; the test asks until the row is there, and fails by the runner's own limit.</summary>
    private async Task WaitForTableAsync(string query)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            var page = JsonDocument.Parse(await _machine.GetStringAsync(new Uri("/api/v1/tables/outbreak.tiers?" + query, UriKind.Relative), limit.Token)).RootElement;
            if (page.GetProperty("rows").GetArrayLength() > 0) return;
            await Task.Yield();
        }
    }
}
