using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rongtong.HealthPass;

/// <summary>
/// A public key ready for checking signatures. .NET's key objects are not promised to be safe between threads and cost more to make than a
/// signature costs to check, so each key keeps the few objects that threads have needed at the same time.
/// </summary>
internal sealed class VerificationKey
{
    /// <summary>Below this an RSA key is no longer held to be safe (BSI TR-02102, NIST SP 800-57).</summary>
    private const int RsaBitsMin = 2048;

    private readonly byte[] _publicKey;
    private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];
    private readonly bool _isRsa;

    public VerificationKey(byte[] subjectPublicKeyInfo)
    {
        _publicKey = subjectPublicKeyInfo;
        try
        {
            var key = Open();
            _isRsa = key is RSA;
            if (_isRsa ? key.KeySize < RsaBitsMin : key.KeySize != 256)
                throw new PassException($"the public key has {key.KeySize} bits; passes are signed by EC keys of 256 bits (P-256) or RSA keys of {RsaBitsMin} bits and more.");
            _idle.Add(key);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new PassException($"the public key is neither an EC nor an RSA key in SubjectPublicKeyInfo form: {e.Message}");
        }
    }

    /// <summary>Whether the signature over the hash is this key's, by the algorithm the message names and the key allows.</summary>
    public bool Verify(long? algorithm, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (_isRsa ? algorithm is not (CoseSign1.Ps256 or CoseSign1.Rs256) : algorithm != CoseSign1.Es256) return false;
        if (!_idle.TryTake(out var key)) key = Open();
        try
        {
            return key is RSA rsa
                ? rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, algorithm == CoseSign1.Ps256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
                : ((ECDsa)key).VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    private AsymmetricAlgorithm Open()
    {
        var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(_publicKey, out _);
        return (AsymmetricAlgorithm?)publicKey.GetECDsaPublicKey() ?? publicKey.GetRSAPublicKey() ?? throw new CryptographicException($"the key algorithm is {publicKey.Oid.Value}.");
    }
}

/// <summary>A P-256 private key with the id under which verifiers find its public half. Holds secrets: keep it in memory and dispose of it.</summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>r and s of 32 bytes each.</summary>
    internal const int SignatureBytes = 64;

    private const int KeyIdBytesMax = 32;

    private readonly ECParameters _parameters;
    private readonly ConcurrentBag<ECDsa> _idle = [];

    /// <summary>Takes the key out of an EC key object.</summary>
    /// <param name="key">P-256, with its private part exportable.</param>
    /// <param name="keyId">1 to 32 bytes; null takes the first 8 bytes of SHA-256 over the public key in SubjectPublicKeyInfo form.</param>
    /// <exception cref="PassException">The key is on another curve, or the id has no or too many bytes.</exception>
    public SigningKey(ECDsa key, byte[]? keyId = null)
    {
        if (key.KeySize != 256) throw new PassException($"the signing key has {key.KeySize} bits; ES256 needs P-256.");
        if (keyId is { Length: 0 or > KeyIdBytesMax }) throw new PassException($"the key id has {keyId.Length} bytes; 1 to {KeyIdBytesMax} are allowed.");
        _parameters = key.ExportParameters(includePrivateParameters: true);
        PublicKey = key.ExportSubjectPublicKeyInfo();
        KeyId = keyId ?? KeyIdOf(PublicKey.Span);
        // Map of two: 1 (algorithm) to -7 (ES256), 4 (key id) to the bytes.
        ProtectedHeader = [0xA2, 0x01, 0x26, 0x04, .. KeyId.Length < 24 ? new byte[] { (byte)(0x40 | KeyId.Length) } : [0x58, (byte)KeyId.Length], .. KeyId.Span];
    }

    /// <summary>The public half, SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The id that goes into every message.</summary>
    public ReadOnlyMemory<byte> KeyId { get; }

    internal byte[] ProtectedHeader { get; }

    /// <summary>The first 8 bytes of SHA-256 over a certificate or public key in DER: how the EU trust lists name keys.</summary>
    public static byte[] KeyIdOf(ReadOnlySpan<byte> der) => SHA256.HashData(der)[..8];

    /// <summary>Reads a PEM private key (PKCS#8 or SEC 1).</summary>
    /// <exception cref="PassException">The text is no such key.</exception>
    public static SigningKey FromPem(string pem, byte[]? keyId = null)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new PassException($"the signing key is not a PEM private key: {e.Message}");
        }
        return new(key, keyId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var key)) key.Dispose();
        CryptographicOperations.ZeroMemory(_parameters.D);
    }

    internal void Sign(ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        if (!_idle.TryTake(out var key)) key = ECDsa.Create(_parameters);
        try
        {
            key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out _);
        }
        finally
        {
            _idle.Add(key);
        }
        LowS.Normalise(signature[32..SignatureBytes]);
    }
}

/// <summary>
/// Of the two valid values s and n-s ours is always the smaller. This keeps one spelling per signature of ours; it is no defence, since others'
/// tokens come with either and are accepted: revocation therefore never looks at signature bytes.
/// </summary>
internal static class LowS
{
    /// <summary>Order n of P-256 (SEC 2, secp256r1).</summary>
    private static readonly byte[] s_order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    private static readonly byte[] s_halfOrder = Convert.FromHexString("7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8");

    public static void Normalise(Span<byte> s)
    {
        if (s.SequenceCompareTo(s_halfOrder) > 0) Negate(s);
    }

    /// <summary>s := n - s.</summary>
    public static void Negate(Span<byte> s)
    {
        var borrow = 0;
        for (var i = s.Length - 1; i >= 0; i--)
        {
            var digit = s_order[i] - s[i] - borrow;
            borrow = digit < 0 ? 1 : 0;
            s[i] = (byte)(digit & 0xFF);
        }
    }
}
