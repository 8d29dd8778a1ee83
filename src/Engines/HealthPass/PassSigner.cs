using System.Formats.Cbor;

namespace Rongtong.HealthPass;

/// <summary>Makes passes. Safe to use from several threads.</summary>
/// <param name="key">The issuer's key; its id and public half belong on the trust list first.</param>
public sealed class PassSigner(SigningKey key)
{
    [ThreadStatic]
    private static CborWriter? s_writer;

    /// <summary>The pass as text for a QR code (alphanumeric mode, error level Q).</summary>
    /// <exception cref="PassException">The content is not one a verifier would accept.</exception>
    public string Sign(PassContent content)
    {
        if (content.ExpiresAt <= content.IssuedAt) throw new PassException($"the pass cannot be signed: it expires ({content.ExpiresAt:O}) before it begins ({content.IssuedAt:O}).");
        if (content.Colour is null && content.Certificate is null) throw new PassException("the pass cannot be signed: it has neither a colour nor a certificate.");
        var writer = s_writer ??= new CborWriter(CborConformanceMode.Strict);
        writer.Reset();
        PassClaims.Write(writer, content);
        Span<byte> small = stackalloc byte[1024];
        var payload = writer.BytesWritten <= small.Length ? small[..writer.BytesWritten] : new byte[writer.BytesWritten];
        writer.Encode(payload);
        return PassEnvelope.Wrap(CoseSign1.Sign(key, payload));
    }
}
