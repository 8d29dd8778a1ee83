using System.Globalization;

namespace Rongtong.HealthPass;

/// <summary>
/// What the EU schemas 1.0.0 to 1.3.0 demand of a certificate, as the widest of them does: an issuer's older version is still sound. Dates are read
/// leniently (a time behind a date, a sample time in seconds or milliseconds), because real certificates have them and their day is clear.
/// </summary>
internal static class CertificateSchema
{
    private const int TextCharsMax = 80;

    private static readonly CertificateKind[] s_kinds = Enum.GetValues<CertificateKind>();
    private static readonly string[] s_vaccination = ["tg", "vp", "mp", "ma", "dn", "sd", "dt", "co", "is", "ci"];
    private static readonly string[] s_test = ["tg", "tt", "sc", "tr", "tc", "co", "is", "ci"];
    private static readonly string[] s_recovery = ["tg", "fr", "co", "is", "df", "du", "ci"];

    public static bool IsTime(string key) => key is "sc" or "dr";

    public static bool IsNumber(string key) => key is "dn" or "sd";

    /// <summary>The kind of a sound certificate, or everything that is wrong with it.</summary>
    public static (CertificateKind? Kind, IReadOnlyList<string> Faults) Check(CborNode certificate)
    {
        if (certificate.Kind != CborKind.Map) return (null, [$"the certificate is {certificate.Kind} instead of a map."]);
        List<string>? faults = null;
        void Fault(string text) => (faults ??= []).Add(text);

        if (RequiredText(certificate, "ver", Fault) is { } version && !IsVersion(version)) Fault($"ver: '{version}' is not of the form 1.3.0.");
        if (RequiredText(certificate, "dob", Fault) is { } birth && !IsBirth(birth)) Fault($"dob: '{birth}' is not a year, month or day of 1900 to 2099.");
        CheckName(certificate["nam"], Fault);
        CertificateKind? kind = null;
        foreach (var candidate in s_kinds)
        {
            var group = HealthCertificate.GroupOf(candidate);
            if (certificate[group] is not { Kind: not CborKind.Null } entries) continue;
            if (kind is not null) Fault($"{group}: a certificate is about one thing; it has '{HealthCertificate.GroupOf(kind.Value)}' too.");
            kind = candidate;
            if (entries is not { Kind: CborKind.Array, Items: [{ Kind: CborKind.Map } entry] }) Fault($"{group}: one entry is expected.");
            else CheckEntry(group, entry, Fault);
        }
        if (kind is null) Fault("there is none of v, t and r.");
        return faults is null ? (kind, []) : (null, faults);
    }

    /// <summary>A sample time that was written as a number: seconds, or milliseconds where seconds would lie beyond the year 5000.</summary>
    public static string InstantText(CborNode number)
    {
        var seconds = number.Integer > 100_000_000_000 ? number.Integer / 1000 : number.Integer;
        return CborNode.OfInteger(seconds).AsInstant() is { } instant ? instant.UtcDateTime.ToString(CborNode.InstantFormat, CultureInfo.InvariantCulture) : "";
    }

    private static void CheckName(CborNode? name, Action<string> fault)
    {
        if (name is not { Kind: CborKind.Map })
        {
            fault("nam: a map is expected.");
            return;
        }
        RequiredText(name, "fnt", fault);
        for (var i = 0; i + 1 < name.Items.Length; i += 2)
        {
            var (key, value) = (name.Items[i].Text, name.Items[i + 1]);
            if (key is not ("fn" or "gn" or "fnt" or "gnt") || value.Kind == CborKind.Null && key != "fnt") continue;
            if (value.Kind != CborKind.Text) fault($"nam.{key}: text is expected.");
            else if (value.Text.Length > TextCharsMax) fault($"nam.{key}: {value.Text.Length} characters, {TextCharsMax} are allowed.");
            else if (key is "fnt" or "gnt" && value.Text.AsSpan().IndexOfAnyExcept(s_standardName) >= 0) fault($"nam.{key}: '{value.Text}' has characters other than A to Z and <.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> s_standardName = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ<");

    private static void CheckEntry(string group, CborNode entry, Action<string> fault)
    {
        foreach (var key in group switch { "v" => s_vaccination, "t" => s_test, _ => s_recovery })
        {
            if (entry[key] is not { Kind: not CborKind.Null }) fault($"{group}.{key}: missing.");
        }
        for (var i = 0; i + 1 < entry.Items.Length; i += 2)
        {
            var (key, value) = (entry.Items[i].Text, entry.Items[i + 1]);
            if (FaultOf(key, value) is { } text) fault($"{group}.{key}: {text}");
        }
    }

    private static string? FaultOf(string key, CborNode value)
    {
        if (value.Kind == CborKind.Null) return null;
        if (IsNumber(key)) return value.Kind == CborKind.Integer && value.Integer >= 1 ? null : "a positive whole number is expected.";
        if (IsTime(key) && value.Kind == CborKind.Integer) return InstantText(value).Length > 0 ? null : $"{value.Integer} is no point in time.";
        if (value.Kind != CborKind.Text) return IsKnown(key) ? "text is expected." : null;
        return key switch
        {
            "sc" or "dr" => DateTimeOffset.TryParse(value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? null : $"'{value.Text}' is no ISO 8601 time.",
            "dt" or "fr" or "df" or "du" => IsDate(value.Text) ? null : $"'{value.Text}' is no ISO 8601 date.",
            "is" or "ci" or "tc" or "nm" => value.Text.Length <= TextCharsMax ? null : $"{value.Text.Length} characters, {TextCharsMax} are allowed.",
            "co" => value.Text.AsSpan().ContainsAnyInRange('A', 'Z') ? null : $"'{value.Text}' is no country code.",
            _ => null,
        };
    }

    private static bool IsKnown(string key) => s_vaccination.Contains(key) || s_test.Contains(key) || s_recovery.Contains(key) || key is "nm" or "dr";

    private static string? RequiredText(CborNode map, string key, Action<string> fault)
    {
        if (map[key] is { Kind: CborKind.Text } text) return text.Text;
        fault(map[key] is null ? $"{key}: missing." : $"{key}: text is expected.");
        return null;
    }

    private static bool IsVersion(string text) => text.Split('.') is { Length: 3 } parts && parts.All(p => p.Length > 0 && p.All(char.IsAsciiDigit));

    private static bool IsBirth(string text) =>
        text.Length == 0 || (text.StartsWith("19", StringComparison.Ordinal) || text.StartsWith("20", StringComparison.Ordinal)) && IsDatePart(text.AsSpan()[..Math.Min(10, text.Length)]);

    private static bool IsDate(string text) => text.Length >= 10 && IsDatePart(text.AsSpan()[..10]) && (text.Length == 10 || text[10] is 'T' or ' ');

    private static bool IsDatePart(ReadOnlySpan<char> text)
    {
        if (text.Length is not (4 or 7 or 10)) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (i is 4 or 7 ? text[i] != '-' : !char.IsAsciiDigit(text[i])) return false;
        }
        return true;
    }
}
