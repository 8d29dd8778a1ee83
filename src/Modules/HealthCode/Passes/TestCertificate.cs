using System.Globalization;
using System.Text;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.HealthPass;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Passes;

/// <summary>What became of asking for a test certificate.</summary>
public abstract record TestCertificateOutcome
{
    private TestCertificateOutcome() { }

    /// <summary>Made: a pass with colour and test entry.</summary>
    public sealed record Made(IssuedPass Pass, PersonalFact Test) : TestCertificateOutcome;

    /// <summary>There is no test of the last days, or no colour yet.</summary>
    public sealed record NoTest : TestCertificateOutcome;

    /// <summary>Name in Latin letters and day of birth are needed first.</summary>
    public sealed record NameMissing : TestCertificateOutcome;
}

/// <summary>
/// The holder's newest test result as an entry of the EU certificate, in one pass with the colour: read by any verifier of HC1 certificates.
/// <code>newest TestResult fact ≤ 14 days + name in Latin letters, told once + day of birth ──> entry "t" ──> signed with the colour ──> QR, paper, PDF</code>
/// It names the holder in full, as its schema demands, and is therefore made when asked for and never shown on the page of the code.
/// </summary>
public sealed class TestCertificate(Secrets secrets, PassKeys keys, RefreshColours refresh, ColourBook book)
{
    /// <summary>Days after which a result is no longer certified.</summary>
    public const int TestDays = 14;

    /// <summary>Days of the certificate itself.</summary>
    public const int LifeDays = 7;

    /// <summary>Longest name in Latin letters, characters (ICAO 9303).</summary>
    public const int NameLengthMax = 39;

    // EU value sets: disease COVID-19 (SNOMED CT), test "nucleic acid amplification with probe detection" (LOINC), results (SNOMED CT).
    private const string Disease = "840539006", NucleicAcid = "LP6464-4", Detected = "260373001", NotDetected = "260415000";

    /// <summary>Keeps the name in Latin letters and the day of birth. False when they cannot be a name and a birthday.</summary>
    public async Task<bool> TellNameAsync(Session session, long person, string family, string given, DateOnly born, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!IsLatin(family) || !IsLatin(given) || born > ChinaDay.Of(session.Now) || born.Year < 1900) return false;
        await session.ExecuteAsync("""
            INSERT INTO health_code.latin_name (person_id, family_name, given_name, birth_date) VALUES (@person, @f, @g, @b)
            ON CONFLICT (person_id) DO UPDATE SET family_name = excluded.family_name, given_name = excluded.given_name, birth_date = excluded.birth_date
            """, new { person, f = secrets.Protect(family.Trim()), g = secrets.Protect(given.Trim()), b = secrets.Protect(Iso(born)) }, cancel);
        return true;
    }

    /// <summary>Makes the certificate in the name of the session's person; it can be revoked like a card.</summary>
    public async Task<TestCertificateOutcome> MakeAsync(Session session, long person, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (await Person.FindAsync(session, person, cancel) is not { } holder) return new TestCertificateOutcome.NoTest();
        var (today, now) = (ChinaDay.Of(session.Now), session.Now);
        var history = await ReadHistory.OfAsync(session, person, cancel);
        var test = history.Facts.Where(f => f.Kind is FactKind.TestResult && f.FromDay >= today.AddDays(-TestDays) && ColourFacts.IsAdmissible(f, today, now, history.Appeals)).MaxBy(f => (f.FromDay, f.Id));
        var colour = book.Find(person, today) ?? (await refresh.OfAsync(session, [person], cancel))[person];
        if (test is null || IssuePass.ToPass(colour.Colour) is not { } shown) return new TestCertificateOutcome.NoTest();
        if (await session.QuerySingleOrDefaultAsync<(byte[] Family, byte[] Given, byte[] Born)?>("SELECT family_name, given_name, birth_date FROM health_code.latin_name WHERE person_id = @person", new { person }, cancel) is not { } latin) return new TestCertificateOutcome.NameMissing();
        var edition = await keys.NowAsync(cancel);
        var passId = PassKeys.NewPassId(edition, person);
        var (expires, name) = (now.AddDays(LifeDays), secrets.Unprotect(holder.Name));
        var certificate = new HealthCertificate(
            CertificateKind.Test, new(name, null, Standard(secrets.Unprotect(latin.Family)), Standard(secrets.Unprotect(latin.Given))), secrets.Unprotect(latin.Born),
            new Dictionary<string, string>
            {
                ["tg"] = Disease,
                ["tt"] = NucleicAcid,
                // The fact knows the day of the sample; the field wants an instant, and noon in China lies in that day everywhere from Lisbon to Honolulu's eve.
                ["sc"] = ChinaDay.Start(test.FromDay).AddHours(12).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["tr"] = test.Detail.Positive == true ? Detected : NotDetected,
                ["tc"] = Shortened(test.Organisation.Length > 0 ? test.Organisation : test.Author),
                ["co"] = TrustList.National,
                ["is"] = "Rongtong 融通",
                ["ci"] = "URN:UVCI:01:CN:" + passId.ToString("N").ToUpperInvariant(),
            });
        DateTimeOffset? until = shown is PassColour.Green ? null : ChinaDay.Start(colour.ChangesOn);
        var token = edition.Signer.Sign(new PassContent(TrustList.National, now, expires, new ColourClaim(shown, now, holder.RegionCode, until, passId, NameMask.Mask(name)), certificate));
        await session.ExecuteAsync("INSERT INTO health_code.card (pass_id, person_id, issued_at, expires_at) VALUES (@passId, @person, @now, @expires)", new { passId, person, now, expires }, cancel);
        session.Audit("health.certificate-issued", Person.ActorOf(person).Id);
        return new TestCertificateOutcome.Made(new(token, expires, colour), test);
    }

    /// <summary>ICAO 9303: capital letters, with &lt; for what stands between words.</summary>
    internal static string Standard(string name)
    {
        var plain = string.Concat(name.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)).ToUpperInvariant().Replace("'", "", StringComparison.Ordinal);
        return string.Join('<', plain.Split([' ', '-', '.'], StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsLatin(string name) => name.Trim().Length is > 0 and <= NameLengthMax && Standard(name.Trim()) is { Length: > 0 } standard && standard.All(c => c is '<' or >= 'A' and <= 'Z');

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80];

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
