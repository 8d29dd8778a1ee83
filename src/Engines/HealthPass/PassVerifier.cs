using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Rongtong.HealthPass;

/// <summary>
/// Verifies passes against one trust list and one revocation list, without a network and without a clock: the time comes with the question. Safe to
/// use from several threads; a new list means a new verifier, so nothing remembered outlives what it was judged by.
/// </summary>
/// <remarks>
/// What does not depend on the time - everything but validity and revocation - is remembered for the last few thousand genuine tokens: a gate
/// sees the same worker every day, a page the same pass twenty times. Refusals are not remembered, or a stranger could push out the rest.
/// </remarks>
/// <param name="trust">Whom to believe.</param>
/// <param name="revocation">The revocation list; <see cref="RevocationList.None(string)"/> where there is none.</param>
/// <param name="rememberedMax">How many tokens are remembered, a power of two; 0 for none.</param>
public sealed class PassVerifier(TrustList trust, RevocationList? revocation = null, int rememberedMax = 4096)
{
    private readonly RevocationList _revocation = revocation ?? RevocationList.None("no revocation list was given");
    private readonly VerdictCache? _remembered = rememberedMax == 0 ? null : new VerdictCache(rememberedMax);

    /// <summary>Verifies one token.</summary>
    /// <param name="token">The text of the QR code, starting with HC1:.</param>
    /// <param name="at">The time to judge by.</param>
    public PassVerdict Verify(string token, DateTimeOffset at)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (_remembered is null || !TryHash(token, hash)) return Open(token) is var first && first.Opened is { } fresh ? Judge(fresh, at) : new PassVerdict.Refused(first.Fault, first.Detail, first.Claims);
        if (_remembered.Find(hash) is { } known) return Judge(known, at);
        var (opened, fault, detail, claims) = Open(token);
        if (opened is null) return new PassVerdict.Refused(fault, detail, claims);
        _remembered.Keep(hash, opened);
        return Judge(opened, at);
    }

    private (OpenedPass? Opened, PassFault Fault, string Detail, PassClaims? Claims) Open(string token)
    {
        var (bytes, fault, detail) = PassEnvelope.Open(token);
        return fault == PassFault.None ? Open(bytes) : (null, fault, detail, null);
    }

    /// <summary>Everything about a signed message that holds at any time.</summary>
    private (OpenedPass? Opened, PassFault Fault, string Detail, PassClaims? Claims) Open(ReadOnlyMemory<byte> bytes)
    {
        var (message, notCose) = CoseSign1.Parse(bytes);
        if (message is null) return (null, PassFault.NotCose, notCose!, null);
        var (region, key, fault, detail) = trust.FindSigner(message);
        if (key is null) return (null, fault, detail, null);
        // From here on the content is the issuer's; before, not a byte of it was looked at.
        (var claims, fault, detail) = PassClaims.Read(message.Payload);
        if (claims is null) return (null, fault, detail, null);
        if (FaultOfUsage(claims, key.Usages) is { } usage) return (null, PassFault.KeyUsageWrong, usage, claims);
        if (claims.IssuedAt < key.NotBefore || claims.ExpiresAt > key.NotAfter)
            return (null, PassFault.OutsideKeyValidity, $"the pass runs from {claims.IssuedAt:u} to {claims.ExpiresAt:u}, its key from {key.NotBefore:u} to {key.NotAfter:u}.", claims);
        (fault, detail) = trust.CheckRegion(region!, claims.Colour?.Region);
        return fault == PassFault.None ? (new(claims, region!), PassFault.None, "", claims) : (null, fault, detail, claims);
    }

    private PassVerdict Judge(OpenedPass pass, DateTimeOffset at)
    {
        var claims = pass.Claims;
        if (at < claims.IssuedAt) return new PassVerdict.Refused(PassFault.NotYetValid, $"valid from {claims.IssuedAt:u}; asked at {at:u}.", claims);
        if (at > claims.ExpiresAt) return new PassVerdict.Refused(PassFault.Expired, $"expired at {claims.ExpiresAt:u}; asked at {at:u}.", claims);
        var finding = _revocation.Find(claims.RevocationIds, at);
        return finding is RevocationFinding.Revoked revoked
            ? new PassVerdict.Refused(PassFault.Revoked, $"revoked (id {revoked.Id}) on the list of {revoked.AsOf:u}.", claims)
            : new PassVerdict.Accepted(claims, pass.Signer, finding, at > trust.ValidUntil);
    }

    private static string? FaultOfUsage(PassClaims claims, KeyUsages usages)
    {
        if (claims.Colour is not null && !usages.HasFlag(KeyUsages.Colour)) return "the key may not sign colours.";
        return claims.Certificate is { } certificate && !usages.HasFlag(UsageFor(certificate.Kind)) ? $"the key may not sign certificates of kind {certificate.Kind}." : null;
    }

    internal static KeyUsages UsageFor(CertificateKind kind) => kind switch { CertificateKind.Test => KeyUsages.Test, CertificateKind.Vaccination => KeyUsages.Vaccination, _ => KeyUsages.Recovery };

    private static bool TryHash(string token, Span<byte> hash)
    {
        if (token.Length > PassEnvelope.TokenCharsMax) return false;
        Span<byte> ascii = stackalloc byte[PassEnvelope.TokenCharsMax];
        if (Ascii.FromUtf16(token, ascii, out var written) != OperationStatus.Done) return false;
        SHA256.HashData(ascii[..written], hash);
        return true;
    }
}

/// <summary>A pass whose signature, claims and authority are good; whether it is in force is asked anew each time.</summary>
internal sealed record OpenedPass(PassClaims Claims, TrustedRegion Signer);

/// <summary>
/// The last genuine tokens by their SHA-256, in a fixed table: each hash has one place, a newcomer takes it. No locks: an entry is one immutable
/// object, and a reference is read and written whole.
/// </summary>
internal sealed class VerdictCache
{
    private readonly Entry?[] _entries;

    public VerdictCache(int size)
    {
        if (!int.IsPow2(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "The number of remembered tokens is a power of two.");
        _entries = new Entry?[size];
    }

    public OpenedPass? Find(ReadOnlySpan<byte> hash) => _entries[PlaceOf(hash)] is { } entry && hash.SequenceEqual(entry.Hash) ? entry.Pass : null;

    public void Keep(ReadOnlySpan<byte> hash, OpenedPass pass) => _entries[PlaceOf(hash)] = new(hash.ToArray(), pass);

    private int PlaceOf(ReadOnlySpan<byte> hash) => BitConverter.ToInt32(hash) & (_entries.Length - 1);

    private sealed record Entry(byte[] Hash, OpenedPass Pass);
}
