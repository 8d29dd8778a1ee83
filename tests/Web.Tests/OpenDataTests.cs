using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Web.Tests;

/// <summary>What anybody may fetch: the stable addresses, their tags, and that no two of them tell on a person.</summary>
public sealed class OpenDataTests : IAsyncLifetime
{
    private const string RealSeries = "data/cases/china_city_daily.csv";
    private RunningHost _host = null!;
    private HttpClient _reader = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        _reader = _host.Browser();
    }

    public async Task DisposeAsync()
    {
        _reader.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("/open/tiers.json", "application/json")]
    [InlineData("/open/tiers.csv", "text/csv")]
    [InlineData("/open/tiers.geojson", "application/geo+json")]
    [InlineData("/open/cases/cn.json", "application/json")]
    [InlineData("/open/cases/42.csv", "text/csv")]
    public async Task A_document_has_a_tag_under_which_it_is_not_sent_again_until_it_changes(string path, string mediaType)
    {
        await ImportAsync("date,province,city,confirmed\n2020-02-01,湖北省,,180\n2020-02-01,湖北省,武汉市,100\n");
        using var first = await AskAsync(path);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Content.Headers.ContentType!.MediaType.ShouldBe(mediaType);
        var tag = first.Headers.ETag!.ToString();
        foreach (var known in new[] { tag, "W/" + tag, "\"another\", " + tag, "*" })
        {
            using var again = await AskAsync(path, known);
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified, known);
            again.Headers.ETag!.ToString().ShouldBe(tag);
        }
        using (var other = await AskAsync(path, "\"another\"")) other.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var head = await _reader.SendAsync(new HttpRequestMessage(HttpMethod.Head, path)))
        {
            head.StatusCode.ShouldBe(HttpStatusCode.OK);
            head.Headers.ETag!.ToString().ShouldBe(tag);
            head.Content.Headers.ContentLength.ShouldBe((await first.Content.ReadAsByteArrayAsync()).Length);
        }

        await ImportAsync("date,province,city,confirmed\n2020-02-02,湖北省,,280\n2020-02-02,湖北省,武汉市,190\n");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var changed = await AskAsync(path, tag);
            limit.Token.ThrowIfCancellationRequested();
            if (changed.StatusCode is HttpStatusCode.OK) break;
            await Task.Yield();
        }
    }

    [SharedFact(RealSeries)]
    public async Task Every_file_of_the_real_series_tells_the_same_number_of_a_region_and_day()
    {
        await ImportAsync(await File.ReadAllTextAsync(SharedData.PathOf(RealSeries)));
        var told = new Dictionary<(string Code, string Day), string>();
        var files = new Queue<string>(["cn"]);
        var read = 0;
        while (files.TryDequeue(out var file))
        {
            using var answer = await AskAsync($"/open/cases/{file}.csv");
            if (answer.StatusCode is HttpStatusCode.NotFound) continue;
            read++;
            var below = new HashSet<string>();
            foreach (var cells in (await answer.Content.ReadAsStringAsync()).Split('\n').Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')))
            {
                var key = (cells[1], cells[0]);
                if (told.TryGetValue(key, out var before)) cells[3].ShouldBe(before, $"{cells[2]} on {cells[0]} in {file}.csv");
                told[key] = cells[3];
                var code = cells[1].Length == 6 && cells[1].All(char.IsAsciiDigit) ? cells[1].EndsWith("0000", StringComparison.Ordinal) ? cells[1][..2] : cells[1].EndsWith("00", StringComparison.Ordinal) ? cells[1][..4] : cells[1] : cells[1];
                if (code.Length > 0 && (file == "cn" || code.Length > file.Length)) below.Add(code);
            }
            foreach (var code in below) files.Enqueue(code);
        }
        read.ShouldBeGreaterThan(400);
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string? knownTag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (knownTag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", knownTag);
        return await _reader.SendAsync(request);
    }

    private async Task ImportAsync(string csv)
    {
        var imports = _host.Services.GetRequiredService<ImportService>();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv));
        await imports.RunAsync(imports.Kinds.Single(kind => kind.Name == "cases"), stream, "cases.csv", new ImportOptions(), Actor.System);
    }
}
