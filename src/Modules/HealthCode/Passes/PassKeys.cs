using System.Buffers.Binary;
using System.Security.Cryptography;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.People;
using Rongtong.HealthPass;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Passes;

/// <summary>
/// The keys of this installation: a root that signs the trust list, signing keys that follow each other every ninety days, and the key that makes
/// pass ids.
/// <code>
/// root ──> trust list: CN with the keys of now and of the next period; provinces through the national code, or with their own keys where that was decided
/// pass id = AES(person number, random): a gate cannot tell two passes of one person apart; we can tell whose it is without a table
/// </code>
/// </summary>
public sealed class PassKeys(Secrets secrets, IRegions regions, Database database, ReadCache cache, TimeProvider clock) : IDisposable
{
    /// <summary>Days of one signing key.</summary>
    private const int PeriodDays = 90;

    /// <summary>Days a key stays on the list after its period: the longest life of a pass and some.</summary>
    private const int OverlapDays = 14;

    private static readonly TimeSpan s_listLife = TimeSpan.FromDays(7);
    private static readonly DateTimeOffset s_epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(8));

    private readonly SemaphoreSlim _making = new(1);
    private volatile Edition? _edition;

    /// <summary>Everything that follows from the keys, for one period and edition of the list.</summary>
    internal sealed record Edition(long Period, SigningKey Root, SigningKey Key, TrustList List, byte[] SignedList, Aes PassIds, IReadOnlyList<Recognition> Recognised, DateTimeOffset MadeAt)
    {
        /// <summary>Makes passes.</summary>
        public PassSigner Signer { get; } = new(Key);
    }

    /// <summary>The keys and the list of now; the list is made anew once a day, and when another region is recognised or no longer is.</summary>
    internal async ValueTask<Edition> NowAsync(CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var recognised = await cache.GetAsync(RecogniseRegion.Topic, Actor.System, "in force", async () =>
        {
            await using var session = await database.BeginAsync(Actor.System, cancel);
            return await Recognition.InForceAsync(session, cancel);
        });
        var current = _edition;
        if (current is not null && ReferenceEquals(current.Recognised, recognised) && current.Period == PeriodOf(now) && now - current.MadeAt < TimeSpan.FromDays(1) && now >= current.MadeAt) return current;
        await _making.WaitAsync(cancel);
        try
        {
            return _edition = await MakeAsync(now, recognised, cancel);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>A pass id that only this installation can read.</summary>
    internal static Guid NewPassId(Edition edition, long person)
    {
        Span<byte> block = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(block, person);
        RandomNumberGenerator.Fill(block[8..]);
        Span<byte> id = stackalloc byte[16];
        lock (edition.PassIds) edition.PassIds.EncryptEcb(block, id, PaddingMode.None);
        return new Guid(id, bigEndian: true);
    }

    /// <summary>Whose pass it is. Meaningful only for ids of passes whose signature was verified.</summary>
    internal static long PersonOf(Edition edition, Guid passId)
    {
        Span<byte> id = stackalloc byte[16];
        passId.TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> block = stackalloc byte[16];
        lock (edition.PassIds) edition.PassIds.DecryptEcb(id, block, PaddingMode.None);
        return BinaryPrimitives.ReadInt64BigEndian(block);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _making.Dispose();
        _edition?.PassIds.Dispose();
        _edition?.Key.Dispose();
        _edition?.Root.Dispose();
    }

    private static long PeriodOf(DateTimeOffset at) => (long)Math.Floor((at - s_epoch).TotalDays / PeriodDays);

    private async Task<Edition> MakeAsync(DateTimeOffset now, IReadOnlyList<Recognition> recognised, CancellationToken cancel)
    {
        var period = PeriodOf(now);
        var root = await KeyAsync("pass-root", DateTimeOffset.UnixEpoch, now.AddYears(100), cancel);
        var keys = new List<TrustedKey>();
        SigningKey? own = null;
        // The key before signs no more but its passes still run; the one after is told in time for gates that are offline for days.
        for (var p = period - 1; p <= period + 1; p++)
        {
            var (from, to) = (s_epoch.AddDays(p * PeriodDays - 1), s_epoch.AddDays((p + 1) * PeriodDays + OverlapDays));
            var key = await KeyAsync("pass-key-" + p.ToString(System.Globalization.CultureInfo.InvariantCulture), from, to, cancel);
            keys.Add(new(key.KeyId.ToArray(), key.PublicKey.ToArray(), from, to, KeyUsages.Colour | KeyUsages.Test | KeyUsages.Revocation));
            if (p == period) own = key;
        }
        var list = new TrustList(
            (long)(now - s_epoch).TotalSeconds, now, now + s_listLife,
            [
                new TrustedRegion(TrustList.National, "全国", "China", RecognitionMode.SharedData, keys),
                .. recognised.Select(r => regions.Current.Find(new(r.RegionCode)) is { } region
                    ? new TrustedRegion(r.RegionCode, region.Name, region.EnglishName ?? region.Name, Enum.Parse<RecognitionMode>(r.Mode), RecogniseRegion.KeysOf(r)) : null).OfType<TrustedRegion>(),
                .. regions.Current.ChildrenOf(RegionCode.Nation).Where(p => !p.IsStatistical && recognised.All(r => r.RegionCode != p.Code.Value))
                    .Select(p => new TrustedRegion(p.Code.Value, p.Name, p.EnglishName ?? p.Name, RecognitionMode.NationalCode, [])),
            ]);
        var passIds = Aes.Create();
        passIds.Key = (await secrets.ReadOrMakeAsync("pass-id", () => new(RandomNumberGenerator.GetBytes(32), null, DateTimeOffset.UnixEpoch, now.AddYears(100)), cancel)).Value;
        return new(period, root, own!, list, list.Sign(root), passIds, recognised, now);
    }

    private async Task<SigningKey> KeyAsync(string name, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        var stored = await secrets.ReadOrMakeAsync(name, () =>
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new(made.ExportPkcs8PrivateKey(), made.ExportSubjectPublicKeyInfo(), from, to);
        }, cancel);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(stored.Value, out _);
        return new SigningKey(key);
    }
}
