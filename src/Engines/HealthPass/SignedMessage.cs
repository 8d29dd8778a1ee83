namespace Rongtong.HealthPass;

/// <summary>
/// Other things that are signed by the same kind of key as passes. The domain is signed along (COSE's external data) without being in the message, so
/// that what was signed for one purpose is worth nothing for another, not even under the same key; passes have the empty domain.
/// </summary>
public static class SignedMessage
{
    /// <summary>The payload as a COSE_Sign1 message.</summary>
    /// <param name="key">The issuer's key.</param>
    /// <param name="domain">What it is signed for; not empty, which is that of passes.</param>
    /// <param name="payload">Any bytes.</param>
    public static byte[] Sign(SigningKey key, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> payload)
    {
        if (domain.IsEmpty) throw new ArgumentException("A message needs a domain: the empty one is that of passes.", nameof(domain));
        return CoseSign1.Sign(key, payload, domain);
    }

    /// <summary>The payload, where the holder of the public key (SubjectPublicKeyInfo in DER) signed the message for this domain; else null.</summary>
    public static ReadOnlyMemory<byte>? Open(byte[] publicKey, ReadOnlySpan<byte> domain, ReadOnlyMemory<byte> message) =>
        CoseSign1.Parse(message).Message is { } parsed && parsed.IsSignedBy(new VerificationKey(publicKey), domain)
            // A bare null would become empty bytes, which is an answer.
            ? parsed.Payload : (ReadOnlyMemory<byte>?)null;
}
