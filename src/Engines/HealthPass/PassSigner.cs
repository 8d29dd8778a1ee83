namespace Rongtong.HealthPass;

/// <summary>Makes passes. Safe to use from several threads.</summary>
/// <param name="key">The issuer's key; its id and public half belong on the trust list first.</param>
public sealed class PassSigner(SigningKey key)
{
    [ThreadStatic]
    private static CborOutput? s_output;

    /// <summary>The pass as text for a QR code (alphanumeric mode, error level Q).</summary>
    /// <exception cref="PassException">The content is not one a verifier would accept.</exception>
    public string Sign(PassContent content)
    {
        if (content.ExpiresAt <= content.IssuedAt) throw new PassException($"the pass cannot be signed: it expires ({content.ExpiresAt:O}) before it begins ({content.IssuedAt:O}).");
        if (content.Colour is null && content.Certificate is null) throw new PassException("the pass cannot be signed: it has neither a colour nor a certificate.");
        var output = (s_output ??= new CborOutput()).Restart();
        PassClaims.Write(output, content);
        return PassEnvelope.Wrap(CoseSign1.Sign(key, output.Written));
    }
}
