using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.People;

/// <summary>
/// Encryption and keyed hashes of what identifies a person. Texts are protected by the platform's key ring (AES-256, keys rotate and live in the
/// database, so every host reads what another wrote); hashes by a key of our own, itself protected, that never changes, because people are found by it.
/// </summary>
public sealed class Secrets(Database database, IDataProtectionProvider protection)
{
    private const string HashKey = "person-hash";
    private const int KeyBytes = 32;

    private readonly IDataProtector _people = protection.CreateProtector("Rongtong.HealthCode.People");
    private readonly IDataProtector _keys = protection.CreateProtector("Rongtong.HealthCode.Keys");
    private volatile byte[]? _hashKey;

    /// <summary>A text as it is stored.</summary>
    public byte[] Protect(string text) => _people.Protect(Encoding.UTF8.GetBytes(text));

    /// <summary>The text again.</summary>
    public string Unprotect(byte[] stored) => Encoding.UTF8.GetString(_people.Unprotect(stored));

    /// <summary>What a document is found by.</summary>
    public async Task<byte[]> HashOfAsync(DocumentNumber document, CancellationToken cancel = default) => Hash("document " + document, await HashKeyAsync(cancel));

    /// <summary>What a telephone is found by.</summary>
    public async Task<byte[]> HashOfPhoneAsync(string phone, CancellationToken cancel = default) => Hash("phone " + phone, await HashKeyAsync(cancel));

    /// <summary>The stored secret of a name, made by <paramref name="make"/> where there is none; the same for all hosts.</summary>
    public async Task<StoredSecret> ReadOrMakeAsync(string name, Func<StoredSecret> make, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        const string Sql = "SELECT protected, public_part, not_before, not_after FROM health_code.secret WHERE name = @name";
        var found = await session.QuerySingleOrDefaultAsync<Row>(Sql, new { name }, cancel);
        if (found is null)
        {
            var made = make();
            await session.ExecuteAsync("""
                INSERT INTO health_code.secret (name, protected, public_part, not_before, not_after) VALUES (@name, @kept, @PublicPart, @NotBefore, @NotAfter) ON CONFLICT (name) DO NOTHING
                """, new { name, kept = _keys.Protect(made.Value), made.PublicPart, NotBefore = made.NotBefore.ToUniversalTime(), NotAfter = made.NotAfter.ToUniversalTime() }, cancel);
            found = await session.QuerySingleAsync<Row>(Sql, new { name }, cancel);
            await session.CommitAsync(cancel);
        }
        return new(_keys.Unprotect(found.Protected), found.PublicPart, new(found.NotBefore, TimeSpan.Zero), new(found.NotAfter, TimeSpan.Zero));
    }

    private async Task<byte[]> HashKeyAsync(CancellationToken cancel) =>
        _hashKey ??= (await ReadOrMakeAsync(HashKey, () => new(RandomNumberGenerator.GetBytes(KeyBytes), null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1)), cancel)).Value;

    private static byte[] Hash(string text, byte[] key) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private sealed record Row
    {
        public byte[] Protected { get; init; } = [];
        public byte[]? PublicPart { get; init; }
        public DateTime NotBefore { get; init; }
        public DateTime NotAfter { get; init; }
    }
}

/// <summary>A secret with the time it may be used.</summary>
public sealed record StoredSecret(byte[] Value, byte[]? PublicPart, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
