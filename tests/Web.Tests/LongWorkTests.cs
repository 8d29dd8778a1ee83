using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;
using Rongtong.Web.Working;

namespace Rongtong.Web.Tests;

/// <summary>Work that takes longer than a page waits, with no patience at all.</summary>
public sealed class LongWorkTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock, services => services.AddSingleton(new LongWorkPatience(TimeSpan.Zero)));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_file_that_takes_long_shows_how_far_it_is_and_then_its_result()
    {
        using var officer = await _host.SignedInAsync("officer", "officer", "42");
        using var stranger = await _host.SignedInAsync("other", "officer", "42");
        string page;
        // As long as somebody keeps the table the file cannot end: what is seen meanwhile is seen on every machine.
        await using (var keeper = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await keeper.ExecuteAsync("LOCK TABLE outbreak.case_count IN SHARE MODE");
            page = await RunningHost.UploadAsync(officer, "/outbreak/data", "/outbreak/data/imports", "many.csv", "date,province,city,confirmed\n2020-02-19,湖北省,武汉市,5\n");
            page.ShouldStartWith("/working/");
            (await stranger.GetAsync(new Uri(page, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await officer.GetStringAsync(new Uri(page, UriKind.Relative))).ShouldContain("role=\"progressbar\"");
        }
        var answer = await ResultAsync(officer, page);
        answer.Headers.Location!.OriginalString.ShouldBe("/outbreak/data");
    }

    [Fact]
    public async Task What_goes_wrong_leads_back_with_the_reason()
    {
        using var officer = await _host.SignedInAsync("officer", "officer", "42");
        var page = await RunningHost.UploadAsync(officer, "/outbreak/data", "/outbreak/data/imports", "empty.csv", "");
        var answer = await ResultAsync(officer, page);
        answer.Headers.Location!.OriginalString.ShouldStartWith("/outbreak/data?problem=empty.csv");
    }

    [Fact]
    public async Task Work_whose_host_is_gone_is_said_to_be_interrupted_and_not_waited_for()
    {
        using var officer = await _host.SignedInAsync("officer", "officer", "42");
        var id = Guid.NewGuid();
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("""
                INSERT INTO platform.long_work (id, actor, title_key, subject, back, started_at, seen_at, done, total)
                SELECT @id, 'account:' || id, 'web.working.import', 'x.csv', '/outbreak/data', @now, @now, 10, 100 FROM platform.account WHERE login = 'officer'
                """, new { id, now = session.Now });
            await session.CommitAsync();
        }
        var page = new Uri($"/working/{id}", UriKind.Relative);
        (await officer.GetStringAsync(page)).ShouldContain("aria-valuenow=\"10\"");
        _clock.Advance(LongWork.SignMax + TimeSpan.FromSeconds(1));
        (await officer.GetStringAsync(page)).ShouldContain("什么都没有写入");
    }

    private static async Task<HttpResponseMessage> ResultAsync(HttpClient browser, string page)
    {
        while (true)
        {
            var answer = await browser.GetAsync(new Uri(page, UriKind.Relative));
            if (answer.StatusCode is not HttpStatusCode.OK) return answer;
        }
    }
}
