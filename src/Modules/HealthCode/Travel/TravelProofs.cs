using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Travel;

/// <summary>One place as the text message names it.</summary>
public sealed record ShownPlace(string RegionCode, bool HasStar, bool IsUncertain);

/// <summary>Exactly what a text message said, and nothing else: what its short code leads to.</summary>
/// <param name="MaskedPhone">As 138****5678.</param>
/// <param name="FromDay">First of the days.</param>
/// <param name="Day">Last of the days.</param>
/// <param name="Places">In the order of the message.</param>
public sealed record ShownTravel(string MaskedPhone, DateOnly FromDay, DateOnly Day, IReadOnlyList<ShownPlace> Places)
{
    /// <summary>The first three and last four digits.</summary>
    public static string Mask(string phone)
    {
        ArgumentNullException.ThrowIfNull(phone);
        return phone.Length < 8 ? "****" : $"{phone[..3]}****{phone[^4..]}";
    }
}

/// <summary>
/// Short codes by which an employer checks that a shown text message is real. Kept as keyed hashes: who reads the table cannot ask with it.
/// <code>31 characters ^ 8 places = 8.5e11; with 100,000 in force, one guess in 8.5 million hits; an address may miss 20 times in a minute</code>
/// </summary>
public sealed class TravelProofs(Database database, Secrets secrets) : IDisposable
{
    /// <summary>Without 0 O 1 I L.</summary>
    public const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    /// <summary>Characters of a code.</summary>
    public const int CodeLength = 8;

    /// <summary>Hours a code lives.</summary>
    public const int LifeHours = 24;

    /// <summary>Codes that do not exist which one address may ask for in a minute.</summary>
    public const int MissesPerMinuteMax = 20;

    private readonly PartitionedRateLimiter<string> _misses = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = MissesPerMinuteMax, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>Keeps what is shown and returns its code, in the session.</summary>
    public async Task<string> IssueAsync(Session session, long person, ShownTravel shown, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var code = RandomNumberGenerator.GetString(Alphabet, CodeLength);
        await session.ExecuteAsync("INSERT INTO health_code.travel_proof (code_hash, person_id, shown, issued_at, expires_at) VALUES (@hash, @person, @kept, @now, @expires)",
            new { hash = await HashAsync(code, cancel), person, kept = secrets.Protect(JsonSerializer.Serialize(shown)), now = session.Now, expires = session.Now.AddHours(LifeHours) }, cancel);
        return code;
    }

    /// <summary>What the code was given for; null when there is no such code, it is over, or the address has asked for too many that were not there: one answer for all three.</summary>
    public async Task<ShownTravel?> FindAsync(string? typed, string address, CancellationToken cancel = default)
    {
        using var allowed = _misses.AttemptAcquire(address, 0);
        if (!allowed.IsAcquired) return null;
        var code = Normalise(typed);
        if (code is null) return null;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var kept = await session.QuerySingleOrDefaultAsync<byte[]>("""
            UPDATE health_code.travel_proof SET times_checked = times_checked + 1, last_checked_at = @now WHERE code_hash = @hash AND expires_at > @now RETURNING shown
            """, new { hash = await HashAsync(code, cancel), now = session.Now }, cancel);
        if (kept is null)
        {
            using var miss = _misses.AttemptAcquire(address);
            return null;
        }
        await session.CommitAsync(cancel);
        return JsonSerializer.Deserialize<ShownTravel>(secrets.Unprotect(kept));
    }

    /// <summary>A code as typed by people: spaces, hyphens, small letters and full width do not matter.</summary>
    internal static string? Normalise(string? typed)
    {
        if (typed is not { Length: > 0 and <= 40 }) return null;
        var code = new string([.. typed.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(c => c is not (' ' or '-'))]);
        return code.Length == CodeLength && code.All(Alphabet.Contains) ? code : null;
    }

    public void Dispose() => _misses.Dispose();

    private volatile byte[]? _key;

    private async Task<byte[]> HashAsync(string code, CancellationToken cancel)
    {
        _key ??= (await secrets.ReadOrMakeAsync("travel-proof", () => new(RandomNumberGenerator.GetBytes(32), null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1)), cancel)).Value;
        return HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(code));
    }
}
