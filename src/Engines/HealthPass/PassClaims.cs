using System.Security.Cryptography;
using System.Text;

namespace Rongtong.HealthPass;

/// <summary>What a pass says once its signature is known to be good.</summary>
/// <param name="Issuer">Who says so (<c>iss</c>): a country, or a region for passes of ours; null where the issuer left it out.</param>
/// <param name="IssuedAt">Start of validity.</param>
/// <param name="ExpiresAt">Last second of validity.</param>
/// <param name="Colour">The health code's colour, in passes of ours.</param>
/// <param name="Certificate">A test, vaccination or recovery, where there is one.</param>
/// <param name="RevocationIds">Every id under which this pass can be revoked; none depends on the signature bytes.</param>
public sealed record PassClaims(
    string? Issuer, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, ColourClaim? Colour, HealthCertificate? Certificate, IReadOnlyList<RevocationId> RevocationIds)
{
    internal const int IssuerKey = 1;
    internal const int ExpiresKey = 4;
    internal const int NotBeforeKey = 5;
    internal const int IssuedKey = 6;
    internal const int CertificatesKey = -260;
    internal const int CertificateVersionKey = 1;

    /// <summary>Reads the payload of a signed message.</summary>
    /// <returns>The claims, or what is wrong with them.</returns>
    internal static (PassClaims? Claims, PassFault Fault, string Detail) Read(ReadOnlyMemory<byte> payload)
    {
        var (node, fault) = CborNode.Read(payload);
        if (node is null) return (null, PassFault.PayloadNotCbor, fault!);
        if (node.Kind != CborKind.Map) return (null, PassFault.ClaimsIncomplete, $"the payload is {node.Kind} instead of a map of claims.");
        if (node[ExpiresKey]?.AsInstant() is not { } expires) return (null, PassFault.ClaimsIncomplete, "the expiry time (claim 4) is missing or no time.");
        if (node[IssuedKey]?.AsInstant() is not { } issued) return (null, PassFault.ClaimsIncomplete, "the issue time (claim 6) is missing or no time.");
        if (node[NotBeforeKey]?.AsInstant() is { } notBefore && notBefore > issued) issued = notBefore;

        ColourClaim? colour = null;
        if (node[ColourClaim.ClaimKey] is { } colourNode)
        {
            (colour, var colourFault) = ColourClaim.From(colourNode);
            if (colour is null) return (null, PassFault.SchemaViolated, "colour claim: " + colourFault);
        }
        HealthCertificate? certificate = null;
        if (node[CertificatesKey]?[CertificateVersionKey] is { } certificateNode)
        {
            var (kind, faults) = CertificateSchema.Check(certificateNode);
            if (kind is null) return (null, PassFault.SchemaViolated, string.Join(' ', faults));
            certificate = HealthCertificate.From(certificateNode, kind.Value);
        }
        if (colour is null && certificate is null) return (null, PassFault.ClaimsIncomplete, $"there is neither a health certificate (claim {CertificatesKey}) nor a colour (claim {ColourClaim.ClaimKey}).");

        var issuer = node[IssuerKey] is { Kind: CborKind.Text } text ? text.Text : null;
        // The content's own hash is for passes that name no id; a certificate's identifier may be empty.
        var ids = new List<RevocationId>(2);
        if (colour is not null) ids.Add(RevocationId.OfPass(colour.PassId));
        if (certificate is { Identifier.Length: > 0 }) ids.Add(RevocationId.OfCertificate(issuer ?? "", certificate.Identifier));
        if (ids.Count == 0) ids.Add(RevocationId.OfContent(payload.Span));
        return (new(issuer, issued, expires, colour, certificate, ids), PassFault.None, "");
    }

    internal static void Write(CborOutput output, PassContent content)
    {
        output.Map(3 + (content.Colour is null ? 0 : 1) + (content.Certificate is null ? 0 : 1));
        output.Integer(IssuerKey);
        output.Text(content.Issuer);
        output.Integer(ExpiresKey);
        output.Integer(content.ExpiresAt.ToUnixTimeSeconds());
        output.Integer(IssuedKey);
        output.Integer(content.IssuedAt.ToUnixTimeSeconds());
        if (content.Certificate is { } certificate)
        {
            output.Integer(CertificatesKey);
            output.Map(1);
            output.Integer(CertificateVersionKey);
            certificate.WriteTo(output);
        }
        if (content.Colour is { } colour)
        {
            output.Integer(ColourClaim.ClaimKey);
            colour.WriteTo(output);
        }
    }
}

/// <summary>What goes into a new pass.</summary>
/// <param name="Issuer">Region code of the issuer, or a country for a certificate read abroad.</param>
/// <param name="IssuedAt">Start of validity, whole seconds.</param>
/// <param name="ExpiresAt">Last second of validity. Keep it short (a day): what is short-lived seldom needs revoking.</param>
/// <param name="Colour">The colour.</param>
/// <param name="Certificate">A test, vaccination or recovery to carry along; it names the holder in full, as its schema demands.</param>
public sealed record PassContent(string Issuer, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, ColourClaim? Colour, HealthCertificate? Certificate = null);

/// <summary>
/// Sixteen bytes by which a pass is revoked. They come from what was signed; two signatures over the same content, or one signature in its two
/// spellings (r, s) and (r, n-s), have the same id.
/// </summary>
/// <param name="Value">The first 16 bytes of a SHA-256, most significant first.</param>
public readonly record struct RevocationId(UInt128 Value)
{
    /// <summary>Bytes of an id in files.</summary>
    public const int Bytes = 16;

    /// <summary>Of the colour claim's pass id: SHA-256("pass" 00 id).</summary>
    public static RevocationId OfPass(Guid passId)
    {
        Span<byte> input = stackalloc byte[5 + 16];
        "pass\0"u8.CopyTo(input);
        passId.TryWriteBytes(input[5..], bigEndian: true, out _);
        return Of(input);
    }

    /// <summary>Of a certificate's identifier: SHA-256(iss ci), the EU's hash type COUNTRYCODEUCI.</summary>
    public static RevocationId OfCertificate(string issuer, string identifier)
    {
        Span<byte> input = stackalloc byte[1024];
        var length = Encoding.UTF8.GetMaxByteCount(issuer.Length + identifier.Length);
        if (length > input.Length) input = new byte[length];
        var written = Encoding.UTF8.GetBytes(issuer, input);
        written += Encoding.UTF8.GetBytes(identifier, input[written..]);
        return Of(input[..written]);
    }

    /// <summary>Of the signed payload as a whole, for passes without an id of their own: SHA-256(payload).</summary>
    public static RevocationId OfContent(ReadOnlySpan<byte> payload) => Of(payload);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads 16 bytes.</summary>
    public static RevocationId Read(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    private static RevocationId Of(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return Read(hash);
    }
}
