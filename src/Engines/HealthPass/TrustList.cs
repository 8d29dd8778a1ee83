using System.Buffers.Binary;

namespace Rongtong.HealthPass;

/// <summary>How the passes of a region count elsewhere: the three modes of mutual recognition of the national platform (2020), or not at all.</summary>
public enum RecognitionMode
{
    /// <summary>Passes of the region are refused.</summary>
    None,

    /// <summary>Regions share their data and show each other's colours: the region's own keys are accepted.</summary>
    SharedData,

    /// <summary>The region's code is converted through the national code: only the national platform's keys are accepted for it.</summary>
    ThroughNationalCode,

    /// <summary>The region has no code of its own and uses the national one: only the national platform's keys are accepted for it.</summary>
    NationalCode,
}

/// <summary>What a key may sign.</summary>
[Flags]
public enum KeyUsages
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Test results.</summary>
    Test = 1,

    /// <summary>Vaccinations.</summary>
    Vaccination = 2,

    /// <summary>Recoveries.</summary>
    Recovery = 4,

    /// <summary>Colours.</summary>
    Colour = 8,

    /// <summary>Revocation lists.</summary>
    Revocation = 16,
}

/// <summary>A region, or the nation, or a country abroad, with the keys it signs with.</summary>
/// <param name="Code">GB/T 2260 without trailing zeros; <see cref="TrustList.National"/> for the national platform; ISO 3166 letters for other countries.</param>
/// <param name="NameZh">Name in Chinese.</param>
/// <param name="NameEn">Name in English.</param>
/// <param name="Recognition">How its passes count.</param>
/// <param name="Keys">Its keys; none where only the national code is used.</param>
public sealed record TrustedRegion(string Code, string NameZh, string NameEn, RecognitionMode Recognition, IReadOnlyList<TrustedKey> Keys);

/// <summary>A key on the list.</summary>
public sealed class TrustedKey
{
    /// <summary>A key by its parts.</summary>
    /// <param name="keyId">The id that messages name; several keys may share one.</param>
    /// <param name="publicKey">SubjectPublicKeyInfo in DER: P-256, or RSA of 2048 bits and more.</param>
    /// <param name="notBefore">No pass issued earlier is accepted.</param>
    /// <param name="notAfter">No pass that expires later is accepted.</param>
    /// <param name="usages">What it may sign.</param>
    /// <exception cref="PassException">The key is malformed or too weak.</exception>
    public TrustedKey(byte[] keyId, byte[] publicKey, DateTimeOffset notBefore, DateTimeOffset notAfter, KeyUsages usages)
    {
        (KeyId, PublicKey, NotBefore, NotAfter, Usages) = (keyId, publicKey, notBefore, notAfter, usages);
        Verification = new(publicKey);
    }

    /// <summary>The id that messages name.</summary>
    public ReadOnlyMemory<byte> KeyId { get; }

    /// <summary>SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Start of its validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>End of its validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>What it may sign.</summary>
    public KeyUsages Usages { get; }

    internal VerificationKey Verification { get; }
}

/// <summary>
/// Whom a verifier believes: regions, their keys and how far their passes count. Travels as JSON, signed by the root key as a COSE_Sign1 message
/// over that very JSON; people read and write the JSON (docs/formats/health-pass.md).
/// </summary>
public sealed partial class TrustList
{
    /// <summary>The code of the national platform.</summary>
    public const string National = "CN";

    private readonly Dictionary<UInt128, List<(TrustedRegion Region, TrustedKey Key)>> _byKeyId = [];
    private readonly Dictionary<string, TrustedRegion> _byCode = new(StringComparer.Ordinal);

    /// <summary>A list by its parts.</summary>
    /// <param name="number">Grows with each edition; a verifier never goes back to a smaller one.</param>
    /// <param name="issuedAt">When it was made.</param>
    /// <param name="validUntil">When a newer one is due; later the list still serves, and every verdict says that it is stale.</param>
    /// <param name="regions">The regions, each once.</param>
    /// <exception cref="PassException">A region is there twice.</exception>
    public TrustList(long number, DateTimeOffset issuedAt, DateTimeOffset validUntil, IReadOnlyList<TrustedRegion> regions)
    {
        (Number, IssuedAt, ValidUntil, Regions) = (number, issuedAt, validUntil, regions);
        foreach (var region in regions)
        {
            if (!_byCode.TryAdd(region.Code, region)) throw new PassException($"the trust list has region '{region.Code}' twice.");
            foreach (var key in region.Keys)
            {
                var index = IndexOf(key.KeyId.Span);
                if (!_byKeyId.TryGetValue(index, out var keys)) _byKeyId[index] = keys = [];
                keys.Add((region, key));
            }
        }
    }

    /// <summary>Grows with each edition.</summary>
    public long Number { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset IssuedAt { get; }

    /// <summary>When a newer one is due.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>The regions.</summary>
    public IReadOnlyList<TrustedRegion> Regions { get; }

    /// <summary>The key that signed the message: of all that share its id, since eight bytes of a hash can meet by chance.</summary>
    internal (TrustedRegion? Region, TrustedKey? Key, PassFault Fault, string Detail) FindSigner(CoseSign1 message)
    {
        if (message.KeyId is not { Length: > 0 } keyId) return (null, null, PassFault.KeyIdMissing, "the message names no key.");
        var isKnown = false;
        if (_byKeyId.TryGetValue(IndexOf(keyId.Span), out var candidates))
        {
            foreach (var (region, key) in candidates)
            {
                if (!key.KeyId.Span.SequenceEqual(keyId.Span)) continue;
                isKnown = true;
                if (message.IsSignedBy(key.Verification)) return (region, key, PassFault.None, "");
            }
        }
        return isKnown
            ? (null, null, PassFault.SignatureWrong, "the signature is not that of the key it names.")
            : (null, null, PassFault.KeyUnknown, $"there is no key {Convert.ToHexStringLower(keyId.Span)} on trust list {Number}.");
    }

    /// <summary>Whether the signer may speak for the region the colour names.</summary>
    internal (PassFault Fault, string Detail) CheckRegion(TrustedRegion signer, string? claimed)
    {
        if (signer.Recognition == RecognitionMode.None) return (PassFault.RegionNotRecognised, $"passes of {signer.Code} {signer.NameEn} are not recognised.");
        if (claimed is null) return (PassFault.None, "");
        if (signer.Code == National)
        {
            var region = RegionOf(claimed);
            return region is null or { Recognition: RecognitionMode.None }
                ? (PassFault.RegionNotRecognised, $"passes of region {claimed} are not recognised.")
                : (PassFault.None, "");
        }
        if (!claimed.StartsWith(signer.Code, StringComparison.Ordinal)) return (PassFault.RegionOutsideKey, $"a key of {signer.Code} signed for region {claimed}.");
        return signer.Recognition == RecognitionMode.SharedData
            ? (PassFault.None, "")
            : (PassFault.RegionNotRecognised, $"passes of {signer.Code} {signer.NameEn} count through the national code alone; this one is the region's own.");
    }

    /// <summary>The entry for a region or the nearest above it.</summary>
    private TrustedRegion? RegionOf(string code)
    {
        for (var length = code.Length; length >= 2; length--)
        {
            if (_byCode.TryGetValue(code[..length], out var region)) return region;
        }
        return null;
    }

    /// <summary>Ids of up to 15 bytes have an index of their own; longer ones may share one and are compared whole.</summary>
    private static UInt128 IndexOf(ReadOnlySpan<byte> keyId)
    {
        Span<byte> index = stackalloc byte[16];
        index.Clear();
        keyId[..Math.Min(15, keyId.Length)].CopyTo(index);
        index[15] = (byte)Math.Min(keyId.Length, byte.MaxValue);
        return BinaryPrimitives.ReadUInt128LittleEndian(index);
    }
}
