namespace Rongtong.HealthPass;

/// <summary>What a health certificate is about.</summary>
public enum CertificateKind
{
    /// <summary>A test result (<c>t</c>).</summary>
    Test,

    /// <summary>A vaccination (<c>v</c>).</summary>
    Vaccination,

    /// <summary>A recovery (<c>r</c>).</summary>
    Recovery,
}

/// <summary>A holder's name as the EU certificate spells it.</summary>
/// <param name="FamilyName"><c>fn</c>, in the holder's script.</param>
/// <param name="GivenName"><c>gn</c>, in the holder's script.</param>
/// <param name="FamilyNameStandard"><c>fnt</c>, transliterated by ICAO 9303: A to Z and &lt;.</param>
/// <param name="GivenNameStandard"><c>gnt</c>, transliterated likewise.</param>
public sealed record CertificateName(string? FamilyName, string? GivenName, string FamilyNameStandard, string? GivenNameStandard);

/// <summary>
/// An EU Digital COVID Certificate payload (schema 1.3.0): one test, vaccination or recovery of one person. Code values are those of the EU value
/// sets, such as disease 840539006 and result 260415000 (not detected) or 260373001 (detected).
/// </summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Name">The holder.</param>
/// <param name="DateOfBirth">Year, month or day (ISO 8601), or empty where unknown.</param>
/// <param name="Entry">The entry's fields by their short names (<c>tg</c>, <c>tr</c>, <c>sc</c>, <c>ci</c> …); whole numbers in digits.</param>
/// <param name="Version">Schema version, such as 1.3.0.</param>
public sealed record HealthCertificate(CertificateKind Kind, CertificateName Name, string DateOfBirth, IReadOnlyDictionary<string, string> Entry, string Version = "1.3.0")
{
    /// <summary>The certificate's own identifier (<c>ci</c>, UVCI).</summary>
    public string Identifier => Entry.GetValueOrDefault("ci", "");

    internal static string GroupOf(CertificateKind kind) => kind switch { CertificateKind.Test => "t", CertificateKind.Vaccination => "v", _ => "r" };

    /// <summary>Reads what the schema has found sound.</summary>
    internal static HealthCertificate From(CborNode node, CertificateKind kind)
    {
        var name = node["nam"]!;
        var entry = node[GroupOf(kind)]!.Items[0];
        var fields = new Dictionary<string, string>(entry.Items.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < entry.Items.Length; i += 2)
        {
            var value = entry.Items[i + 1];
            if (value.Kind is CborKind.Text) fields[entry.Items[i].Text] = Composed(value.Text);
            else if (value.Kind is CborKind.Integer) fields[entry.Items[i].Text] = CertificateSchema.IsTime(entry.Items[i].Text) ? CertificateSchema.InstantText(value) : value.Integer.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        return new(kind, new(Text(name, "fn"), Text(name, "gn"), name["fnt"]!.Text, Text(name, "gnt")), node["dob"]!.Text, fields, node["ver"]!.Text);
    }

    internal void WriteTo(CborOutput output)
    {
        output.Map(4);
        Write(output, "ver", Version);
        output.Text("nam");
        (string Key, string? Value)[] names = [("fn", Name.FamilyName), ("gn", Name.GivenName), ("fnt", Name.FamilyNameStandard), ("gnt", Name.GivenNameStandard)];
        output.Map(names.Count(n => n.Value is not null));
        foreach (var (key, value) in names)
        {
            if (value is not null) Write(output, key, Composed(value));
        }
        Write(output, "dob", DateOfBirth);
        output.Text(GroupOf(Kind));
        output.Array(1);
        output.Map(Entry.Count);
        foreach (var (key, value) in Entry)
        {
            if (CertificateSchema.IsNumber(key) && long.TryParse(value, out var number))
            {
                output.Text(key);
                output.Integer(number);
            }
            else Write(output, key, Composed(value));
        }
    }

    /// <summary>Strings are compared as NFC (hcert-spec 1.0.8, section 3.3); composed once here they can be compared as they are.</summary>
    private static string Composed(string text) => IsPlain(text) ? text : text.Normalize();

    /// <summary>Latin letters and Chinese characters, which have no other composition; asking the Unicode library costs more than the rest of a field.</summary>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c >= '\u0300' && (c < '\u3400' || c > '\u9FFF')) return false;
        }
        return true;
    }

    private static string? Text(CborNode map, string key) => map[key] is { Kind: CborKind.Text } text ? Composed(text.Text) : null;

    private static void Write(CborOutput output, string key, string value)
    {
        output.Text(key);
        output.Text(value);
    }
}
