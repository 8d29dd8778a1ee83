
namespace Rongtong.HealthPass;

/// <summary>The colour of a health code.</summary>
public enum PassColour
{
    /// <summary>Nothing known speaks against going out.</summary>
    Green = 0,

    /// <summary>Seven days of isolation or what the region's rules name.</summary>
    Yellow = 1,

    /// <summary>Fourteen days of isolation or what the region's rules name.</summary>
    Red = 2,
}

/// <summary>
/// Our own claim: the colour and no more than a gate needs. It lies under the private CWT claim key <see cref="ClaimKey"/> (RFC 8392 leaves
/// integers below -65536 to private use), so that an EU verifier reads the rest of the token as it always does.
/// </summary>
/// <remarks>Map keys: 1 colour (0, 1, 2), 2 as-of time, 3 region, 4 until, 5 pass id (16 bytes), 6 masked name. Times are seconds since 1970.</remarks>
/// <param name="Colour">The colour.</param>
/// <param name="AsOf">When it was computed.</param>
/// <param name="Region">Region that answers for it, as in GB/T 2260 without trailing zeros (42, 4201, 420106).</param>
/// <param name="Until">End of the ground of a yellow or red colour; null where there is none.</param>
/// <param name="PassId">Random; says nothing of the person, and revocation is by it.</param>
/// <param name="MaskedName">The holder's name with the identifying part hidden, as <see cref="NameMask"/> writes it.</param>
public sealed record ColourClaim(PassColour Colour, DateTimeOffset AsOf, string Region, DateTimeOffset? Until, Guid PassId, string MaskedName)
{
    /// <summary>The claim key in the CWT.</summary>
    public const int ClaimKey = -65537;

    private const int NameCharsMax = 40;

    /// <summary>Four digits in a row can be the last of an ID number; no name has them.</summary>
    private const int DigitsMax = 3;

    internal void WriteTo(CborOutput output)
    {
        if (FaultOfContent() is { } fault) throw new PassException($"the colour claim cannot be signed: {fault}");
        output.Map(Until is null ? 5 : 6);
        output.Integer(1);
        output.Integer((int)Colour);
        output.Integer(2);
        output.Integer(AsOf.ToUnixTimeSeconds());
        output.Integer(3);
        output.Text(Region);
        if (Until is { } until)
        {
            output.Integer(4);
            output.Integer(until.ToUnixTimeSeconds());
        }
        output.Integer(5);
        Span<byte> id = stackalloc byte[16];
        PassId.TryWriteBytes(id, bigEndian: true, out _);
        output.Bytes(id);
        output.Integer(6);
        output.Text(MaskedName);
    }

    internal static (ColourClaim? Claim, string? Fault) From(CborNode node)
    {
        if (node[1] is not { Kind: CborKind.Integer, Integer: >= 0 and <= 2 } colour) return (null, "colour: 0, 1 or 2 is expected.");
        if (node[2]?.AsInstant() is not { } asOf) return (null, "as-of time: seconds since 1970 are expected.");
        if (node[3] is not { Kind: CborKind.Text } region) return (null, "region: text is expected.");
        if (node[4] is { } end && end.AsInstant() is null) return (null, "until: seconds since 1970 are expected.");
        if (node[5] is not { Kind: CborKind.Bytes, Bytes.Length: 16 } id) return (null, "pass id: 16 bytes are expected.");
        if (node[6] is not { Kind: CborKind.Text } name) return (null, "masked name: text is expected.");
        var claim = new ColourClaim((PassColour)colour.Integer, asOf, region.Text, node[4]?.AsInstant(), new Guid(id.Bytes.Span, bigEndian: true), name.Text);
        return claim.FaultOfContent() is { } fault ? (null, fault) : (claim, null);
    }

    /// <summary>The same rule for signing and for reading: a pass with an ID number in it is no pass of ours.</summary>
    private string? FaultOfContent()
    {
        if (Region.Length is not (2 or 4 or 6 or 9 or 12) || !Region.All(char.IsAsciiDigit)) return $"region: '{Region}' is no GB/T 2260 code of 2, 4, 6, 9 or 12 digits.";
        if (MaskedName.Length > NameCharsMax) return $"masked name: {MaskedName.Length} characters, {NameCharsMax} are allowed.";
        if (!MaskedName.Contains(NameMask.Hidden, StringComparison.Ordinal)) return "masked name: no part of it is hidden.";
        var digits = 0;
        foreach (var c in MaskedName)
        {
            digits = char.IsDigit(c) ? digits + 1 : 0;
            if (digits > DigitsMax) return "masked name: a row of digits, which may be part of an ID number.";
        }
        return null;
    }
}

/// <summary>Hides the identifying part of a name: enough left for a gate keeper to see that the face may fit, too little to look a person up.</summary>
public static class NameMask
{
    /// <summary>The sign that stands for what is hidden.</summary>
    public const string Hidden = "*";

    /// <summary>
    /// Chinese names keep their last character (张三丰 becomes **丰, 王五 *五); others keep the first letter of each word (Ann Li becomes A* L*).
    /// A single character is hidden whole.
    /// </summary>
    public static string Mask(string name)
    {
        var trimmed = name.Trim();
        var characters = System.Globalization.StringInfo.ParseCombiningCharacters(trimmed);
        if (characters.Length <= 1) return Hidden;
        if (!char.IsAscii(trimmed[0]) && !trimmed.Contains(' ', StringComparison.Ordinal) && !trimmed.Contains('·', StringComparison.Ordinal))
            return string.Concat(Enumerable.Repeat(Hidden, Math.Min(characters.Length - 1, 3))) + trimmed[characters[^1]..];
        return string.Join(' ', trimmed.Split([' ', '·'], StringSplitOptions.RemoveEmptyEntries).Take(6).Select(word => System.Globalization.StringInfo.GetNextTextElement(word) + Hidden));
    }
}
