using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Pages;

/// <summary>The posts behind the resident's pages. Each carries an antiforgery token and works on the signed-in person alone.</summary>
internal static class PersonForms
{
    private const string PendingCookie = "rongtong-health-pending";
    private static readonly TimeSpan s_pendingLife = TimeSpan.FromMinutes(10);

    private sealed record Pending(int Type, string Document, string Name, string Phone, string Region);

    public static void MapPersonForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/health/sign-in/code", async (HttpContext http, IFormCollection form, SignInPerson people, IRegions regions, IDataProtectionProvider protection, CancellationToken cancel) =>
        {
            var type = int.TryParse(form["documentType"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (DocumentType)number : DocumentType.ResidentCard;
            var (document, problem) = DocumentNumber.Parse(type, form["document"]);
            if (document is not { } shown || problem is not null) return Results.LocalRedirect("/health?problem=document");
            var (name, phone, region) = (form["name"].ToString().Trim(), PhoneNumber.Normalise(form["phone"]), form["region"].ToString());
            if (name.Length is 0 or > 60 || phone is null || regions.Current.Find(new(region)) is not { IsStatistical: false }) return Results.LocalRedirect("/health?problem=fields");
            await people.SendCodeAsync(shown, phone, cancel);
            var pending = JsonSerializer.Serialize(new Pending((int)shown.Type, shown.Number, name, phone, region));
            http.Response.Cookies.Append(PendingCookie, Protector(protection).Protect(pending, s_pendingLife), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/health", MaxAge = s_pendingLife, IsEssential = true });
            return Results.LocalRedirect("/health?step=code");
        }).RequireRateLimiting(AccessMiddleware.SignInLimit).ExcludeFromDescription();

        endpoints.MapPost("/health/sign-in", async (HttpContext http, IFormCollection form, SignInPerson people, IDataProtectionProvider protection, CancellationToken cancel) =>
        {
            if (ReadPending(http, protection) is not { } pending || DocumentNumber.Parse((DocumentType)pending.Type, pending.Document).Document is not { } document) return Results.LocalRedirect("/health?problem=refused");
            if (await people.SignInAsync(document, pending.Name, pending.Phone, pending.Region, form["code"].ToString(), cancel) is not PersonSignIn.SignedIn signedIn) return Results.LocalRedirect("/health?step=code&problem=refused");
            http.Response.Cookies.Delete(PendingCookie, new CookieOptions { Path = "/health" });
            PersonCookie.SignIn(http, signedIn.Person, signedIn.Stamp);
            return Results.LocalRedirect("/health");
        }).RequireRateLimiting(AccessMiddleware.SignInLimit).ExcludeFromDescription();

        endpoints.MapPost("/health/sign-out", (HttpContext http) =>
        {
            PersonCookie.SignOut(http);
            return Results.LocalRedirect("/health");
        }).ExcludeFromDescription();

        endpoints.MapPost("/health/declaration", (HttpContext http, IFormCollection form, IRegions regions, RefreshColours refresh, Database database, CancellationToken cancel) => ForPersonAsync(http, database, async (session, person) =>
        {
            var from = regions.Current.Find(new(form["from"].ToString())) is { IsStatistical: false, Level: not RegionLevel.Nation } region ? region.Code.Value : null;
            var arrived = DateOnly.TryParseExact(form["arrived"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null;
            if ((from is not null && arrived is null) || arrived > Platform.ChinaDay.Of(session.Now)) return "day";
            await new Declare(person.RegionCode, from, arrived, form["contact"] == "yes", SymptomsOf(form["symptom"])).RunAsync(session, refresh, person.Id, cancel);
            Toast.Say(http, "health.declared");
            return null;
        }, cancel)).ExcludeFromDescription();

        endpoints.MapPost("/health/check-in", (HttpContext http, IFormCollection form, RecordCheckIn checkIn, Database database, CancellationToken cancel) => ForPersonAsync(http, database, async (session, person) =>
        {
            if (!decimal.TryParse(form["temperature"], NumberStyles.Number, CultureInfo.InvariantCulture, out var celsius) || celsius is < 0 or > 100) return "temperature";
            if (await checkIn.RunAsync(session, person.Id, (short)Math.Round(celsius * 10), SymptomsOf(form["symptom"]), "page", cancel) is CheckInOutcome.Implausible) return "temperature";
            Toast.Say(http, "health.checked-in");
            return null;
        }, cancel)).ExcludeFromDescription();

        endpoints.MapPost("/health/appeals", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => ForPersonAsync(http, database, async (session, person) =>
        {
            if (!long.TryParse(form["fact"], NumberStyles.None, CultureInfo.InvariantCulture, out var fact) || await Appeals.Appeals.FileAsync(session, person.Id, fact, form["statement"].ToString(), cancel) is not AppealOutcome.Filed) return "appeal";
            Toast.Say(http, "health.appealed");
            return null;
        }, cancel)).ExcludeFromDescription();

        endpoints.MapPost("/health/workplace", (HttpContext http, IFormCollection form, IEnterprises enterprises, IRegions regions, Database database, CancellationToken cancel) => ForPersonAsync(http, database, async (session, person) =>
        {
            var code = form["enterprise"].ToString().Normalize(System.Text.NormalizationForm.FormKC).Trim().ToUpperInvariant();
            if (code.Length == 0)
            {
                await session.ExecuteAsync("DELETE FROM health_code.workplace WHERE person_id = @Id", new { person.Id }, cancel);
                Toast.Say(http, "health.workplace.removed");
                return null;
            }
            if (await enterprises.FindByCodeAsync(code, cancel) is not { } enterprise) return "enterprise";
            var away = regions.Current.Find(new(form["away"].ToString())) is { IsStatistical: false, Level: not (RegionLevel.Nation or RegionLevel.Province) } region ? region.Code.Value : "";
            await session.ExecuteAsync("""
                INSERT INTO health_code.workplace (person_id, enterprise_code, away_region, told_at) VALUES (@Id, @Code, @away, @now)
                ON CONFLICT (person_id) DO UPDATE SET enterprise_code = excluded.enterprise_code, away_region = excluded.away_region, told_at = excluded.told_at
                """, new { person.Id, enterprise.Code, away, now = session.Now }, cancel);
            Toast.Say(http, "health.workplace.told");
            return null;
        }, cancel)).ExcludeFromDescription();

        // The code alone, for the moment at the gate: from memory, without a query, so that a city can open it at eight in the morning. What is not in
        // memory at this moment (the host has just started, or two changes crossed) is computed.
        endpoints.MapGet("/health/code", async (HttpContext http, Holders holders, IssuePass issue, TimeProvider clock, Database database, CancellationToken cancel) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            var now = clock.GetUtcNow();
            if (Person.IdOf(http.Actor()) is not { } id || await holders.FindAsync(id, cancel) is not { } holder) return Results.LocalRedirect("/health");
            var pass = await issue.FromMemoryAsync(holder, now, cancel);
            if (pass is null)
            {
                await using var session = await database.BeginAsync(http.Actor(), cancel);
                pass = await issue.RunAsync(session, id, PassKind.Page, cancel);
                await session.CommitAsync(cancel);
            }
            return pass is null ? Results.LocalRedirect("/health") : new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<CodePage>(new { Pass = pass, Name = holder.MaskedName, Now = now });
        }).ExcludeFromDescription();

        endpoints.MapPost("/health/cards/revoked", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => ForPersonAsync(http, database, async (session, person) =>
        {
            await Revocations.RevokeAsync(session, person.Id, cancel);
            Toast.Say(http, "health.card.revoked");
            return null;
        }, cancel)).ExcludeFromDescription();

        endpoints.MapPost("/health/cards", async (HttpContext http, IFormCollection form, IssuePass issue, Texts texts, Database database, CancellationToken cancel) =>
        {
            if (Person.IdOf(http.Actor()) is not { } id) return Results.LocalRedirect("/health");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var card = await issue.RunAsync(session, id, PassKind.Card, cancel);
            await session.CommitAsync(cancel);
            return card is null ? Results.LocalRedirect("/health") : Card(http, form, card, texts, texts["health.card"], texts["health.card.note"]);
        }).ExcludeFromDescription();

        endpoints.MapPost("/health/certificate", async (HttpContext http, IFormCollection form, TestCertificate certificates, Texts texts, Database database, CancellationToken cancel) =>
        {
            const string Page = "/health/certificate";
            if (Person.IdOf(http.Actor()) is not { } id) return Results.LocalRedirect(Page);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (!DateOnly.TryParseExact(form["born"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born)
                || !await certificates.TellNameAsync(session, id, form["family"].ToString(), form["given"].ToString(), born, cancel)) return Results.LocalRedirect(Page + "?problem=name");
            if (await certificates.MakeAsync(session, id, cancel) is not TestCertificateOutcome.Made made)
            {
                // What was told is kept: it is not asked again when there is a test.
                await session.CommitAsync(cancel);
                return Results.LocalRedirect(Page + "?problem=no-test");
            }
            await session.CommitAsync(cancel);
            var result = texts[made.Test.Detail.Positive == true ? "health.certificate.detected" : "health.certificate.not-detected"];
            return Card(http, form, made.Pass, texts, texts["health.certificate.title"], texts["health.certificate.line", made.Test.FromDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), result, made.Test.Organisation]);
        }).ExcludeFromDescription();
    }

    /// <summary>A card as a page to print, or as PDF.</summary>
    private static IResult Card(HttpContext http, IFormCollection form, IssuedPass card, Texts texts, string title, string note)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (form["form"] != "pdf") return new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<CardPage>(new { Title = title, Note = note, card.Token, card.ExpiresAt });
        var until = texts["health.card.until", card.ExpiresAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)];
        return Results.File(CardPdf.Of(card.Token, title, [until, .. Wrapped(note)]), "application/pdf", "health-card.pdf");
    }

    /// <summary>Lines of a card: a Chinese character is as wide as two others.</summary>
    private static IEnumerable<string> Wrapped(string text)
    {
        const int WidthMax = 46;
        var (line, width) = (new System.Text.StringBuilder(), 0);
        foreach (var c in text)
        {
            var wide = c >= '\u2E80' ? 2 : 1;
            if (width + wide > WidthMax || (c == ' ' && width > WidthMax - 8))
            {
                yield return line.ToString();
                (line, width) = (new(), 0);
                if (c == ' ') continue;
            }
            line.Append(c);
            width += wide;
        }
        if (line.Length > 0) yield return line.ToString();
    }

    /// <summary>Runs the work for the signed-in person; a word from it is the problem shown, and nothing is kept then.</summary>
    private static async Task<IResult> ForPersonAsync(HttpContext http, Database database, Func<Session, Person, Task<string?>> work, CancellationToken cancel)
    {
        if (Person.IdOf(http.Actor()) is not { } id) return Results.LocalRedirect("/health");
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await Person.FindAsync(session, id, cancel) is not { } person) return Results.LocalRedirect("/health");
        if (await work(session, person) is { } problem) return Results.LocalRedirect("/health?problem=" + problem);
        await session.CommitAsync(cancel);
        return Results.LocalRedirect("/health");
    }

    private static Symptoms SymptomsOf(StringValues values)
    {
        var symptoms = Symptoms.None;
        foreach (var value in values)
        {
            if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bit) && Enum.IsDefined((Symptoms)bit)) symptoms |= (Symptoms)bit;
        }
        return symptoms;
    }

    private static Pending? ReadPending(HttpContext http, IDataProtectionProvider protection)
    {
        try
        {
            return http.Request.Cookies[PendingCookie] is { Length: > 0 and < 4_000 } text ? JsonSerializer.Deserialize<Pending>(Protector(protection).Unprotect(text)) : null;
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or JsonException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("Rongtong.HealthCode.Pending").ToTimeLimitedDataProtector();
}
