using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthPass;
using Rongtong.HostTesting;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>The code alone on a page, on paper, as PDF, and with a test entry that is read abroad.</summary>
public sealed partial class CodePageTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_code_page_shows_the_colour_of_the_moment_and_a_pass_that_verifies()
    {
        using var resident = await GreenAsync(81);
        var page = await CodePageAsync(resident);
        page.ShouldContain("绿码");
        page.ShouldContain("**红");
        page.ShouldNotContain("李小红");
        (await VerifyAsync(TokenOf(page))).Claims.Colour!.Colour.ShouldBe(PassColour.Green);
        await resident.PostAsync("/health/check-in", ("temperature", "38.2"), ("symptom", "1"));
        (await CodePageAsync(resident)).ShouldContain("黄码");
    }

    [Fact]
    public async Task What_is_not_in_memory_at_this_moment_is_computed_and_shown_all_the_same()
    {
        using var resident = await GreenAsync(87);
        var id = await resident.IdAsync();
        // An announcement of another host that differs from what is booked: the book forgets the person.
        await using (var session = await _host.Database.Database.BeginAsync(Platform.Access.Actor.System))
        {
            await Colour.ColourBook.AnnounceAsync(session, [new(id, new(Colour.Colour.Red, new(2020, 3, 1)))], default);
            await session.Transaction.CommitAsync();
        }
        var book = _host.Services.GetRequiredService<Colour.ColourBook>();
        while (book.Find(id, new(2020, 2, 20)) is not null) await Task.Yield();
        (await CodePageAsync(resident)).ShouldContain("绿码");
    }

    [Fact]
    public async Task Without_a_declaration_or_a_person_the_code_page_leads_to_where_it_begins()
    {
        using var nobody = _host.Browser();
        (await nobody.GetAsync(new Uri("/health/code", UriKind.Relative))).Headers.Location!.OriginalString.ShouldBe("/health");
        using var resident = new Resident(_host, "李小红", Resident.Card(82), "13800000082");
        await resident.SignInAsync();
        (await resident.Browser.GetAsync(new Uri("/health/code", UriKind.Relative))).Headers.Location!.OriginalString.ShouldBe("/health");
    }

    [Fact]
    public async Task A_test_result_travels_as_an_entry_of_the_EU_certificate_beside_the_colour()
    {
        using var resident = await GreenAsync(83);
        using var laboratory = await _host.SignedInAsync("lab", "health_recorder", "33", "First laboratory");
        await RunningHost.UploadAsync(laboratory, "/health/batches", "/health/batches/imports", "tests.csv",
            $"document,name,region,kind,source,from,positive,evidence\n{Resident.Card(83)},李小红,3301,TestResult,Laboratory,2020-02-19,false,报告 9\n");
        (await CertificateAsync(resident, ("family", "李"), ("given", "Xiaohong"))).Headers.Location!.OriginalString.ShouldContain("problem=name");
        var page = await (await CertificateAsync(resident, ("family", "Li"), ("given", "Xiao-hong"))).Content.ReadAsStringAsync();
        var claims = (await VerifyAsync(TokenOf(page))).Claims;
        claims.Colour!.Colour.ShouldBe(PassColour.Green);
        claims.Certificate!.Name.FamilyNameStandard.ShouldBe("LI");
        claims.Certificate.Name.GivenNameStandard.ShouldBe("XIAO<HONG");
        claims.Certificate.Name.FamilyName.ShouldBe("李小红");
        claims.Certificate.Entry["tr"].ShouldBe("260415000");
        claims.Certificate.Entry["tc"].ShouldBe("First laboratory");
        claims.Certificate.Entry["sc"].ShouldBe("2020-02-19T04:00:00Z");
        // What was told once is shown, not asked.
        (await resident.Browser.GetStringAsync(new Uri("/health/certificate", UriKind.Relative))).ShouldContain("value=\"Xiao-hong\"");
    }

    [Fact]
    public async Task Without_a_recent_test_there_is_no_certificate()
    {
        using var resident = await GreenAsync(84);
        (await CertificateAsync(resident, ("family", "Li"), ("given", "Xiaohong"))).Headers.Location!.OriginalString.ShouldContain("problem=no-test");
    }

    [Fact]
    public async Task The_card_as_pdf_says_in_text_what_it_is_and_carries_the_code()
    {
        using var resident = await GreenAsync(85);
        var answer = await RunningHost.PostAsync(resident.Browser, "/health", "/health/cards", ("form", "pdf"));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
        var pdf = await answer.Content.ReadAsByteArrayAsync();
        Encoding.ASCII.GetString(pdf, 0, 8).ShouldBe("%PDF-1.4");
        var text = Encoding.ASCII.GetString(pdf);
        text.ShouldContain(Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes("健康")));
        // The table of objects points at objects: readers that repair nothing can open it.
        foreach (Match entry in TableEntry().Matches(text)) text[int.Parse(entry.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)..].ShouldMatch(@"^\d+ 0 obj");
        Regex.Count(text, " re\n").ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_telephone_that_flickers_over_a_border_changes_no_colour_but_a_ticket_does()
    {
        await using (var session = await _host.Database.Database.BeginAsync(Platform.Access.Actor.System))
        {
            // Yuhang and Deqing lie side by side; Deqing is a high-risk county.
            await session.ExecuteAsync("INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('330521', '2020-02-01', '2020-02-20', 'high', false, 'test', '2020-02-01')");
            await session.CommitAsync();
        }
        using var resident = await GreenAsync(86);
        var id = await resident.IdAsync();
        await RecordAsync(new(id, Facts.FactKind.Stay, new(2020, 2, 10), new(2020, 2, 19), "330110", new() { Hours = 200 }, Facts.FactSource.Carrier, ""));
        await RecordAsync(new(id, Facts.FactKind.Stay, new(2020, 2, 15), new(2020, 2, 15), "330521", new() { Hours = 5 }, Facts.FactSource.Carrier, ""));
        (await resident.PageAsync()).ShouldContain("绿码");
        await RecordAsync(new(id, Facts.FactKind.Trip, new(2020, 2, 15), new(2020, 2, 15), "330521", new(), Facts.FactSource.Ticket, ""));
        (await resident.PageAsync()).ShouldContain("红码");
    }

    private async Task RecordAsync(Facts.NewFact fact)
    {
        await using var session = await _host.Database.Database.BeginAsync(Platform.Access.Actor.System);
        await Facts.RecordFacts.WriteAsync(session, [fact]);
        await _host.Services.GetRequiredService<Colour.RefreshColours>().OfAsync(session, [fact.PersonId]);
        await session.CommitAsync();
    }

    private async Task<Resident> GreenAsync(int order)
    {
        var resident = new Resident(_host, "李小红", Resident.Card(order), "138000000" + order);
        await resident.SignInAsync();
        await resident.PostAsync("/health/declaration");
        return resident;
    }

    private static Task<string> CodePageAsync(Resident resident) => resident.Browser.GetStringAsync(new Uri("/health/code", UriKind.Relative));

    private static Task<HttpResponseMessage> CertificateAsync(Resident resident, params (string, string)[] fields) =>
        RunningHost.PostAsync(resident.Browser, "/health/certificate", "/health/certificate", [.. fields, ("born", "1980-01-01"), ("form", "page")]);

    private async Task<PassVerdict.Accepted> VerifyAsync(string token)
    {
        var edition = await _host.Services.GetRequiredService<PassKeys>().NowAsync();
        return new PassVerifier(edition.List, null).Verify(token, _clock.GetUtcNow()).ShouldBeOfType<PassVerdict.Accepted>();
    }

    private static string TokenOf(string page) => WebUtility.HtmlDecode(Token().Match(page).Groups[1].Value);

    [GeneratedRegex("data-token=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("^(\\d{10}) 00000 n ", RegexOptions.Multiline)]
    private static partial Regex TableEntry();
}
