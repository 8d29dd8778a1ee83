using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthPass;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.People;

/// <summary>What became of a step towards acting for another.</summary>
public enum DelegationOutcome
{
    /// <summary>Asked for, or done.</summary>
    Done,
    /// <summary>Code, document or names do not fit, or nothing of that number is open for this actor: one answer for all.</summary>
    Refused,
    /// <summary>Too many already.</summary>
    TooMany,
    /// <summary>The other has a telephone: her own code is needed, nobody agrees in her place.</summary>
    HasPhone,
    /// <summary>Somebody acts for that person already.</summary>
    Taken,
}

/// <summary>
/// Acting for a child or a parent.
/// <code>
/// "I act for this document" ──> open request ──> a telephone is known for it: code by SMS to that telephone ──typed back──> in force
///                                          └──> none is known: both documents shown to a community worker ──their last four characters──> in force
/// in force ──> until the child is 18, else a year; ended by either at any time ──> person.delegate_id empty again
/// </code>
/// The answer to a request is the same whoever it names, so that nobody learns who is registered.
/// </summary>
public sealed class Delegations(Secrets secrets, QueueSms messages)
{
    /// <summary>People one may act for.</summary>
    public const int WardsMax = 6;

    /// <summary>Requests in thirty days.</summary>
    public const int RequestsMax = 10;

    /// <summary>Guesses at a code or at documents.</summary>
    public const int AttemptsMax = 3;

    private const int AdultAge = 18;
    private static readonly TimeSpan s_requestLife = TimeSpan.FromDays(7);

    /// <summary>Asks, in the name of the session's person.</summary>
    public async Task<DelegationOutcome> RequestAsync(Session session, long delegateId, DocumentNumber ward, string name, string relation, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (await Person.FindAsync(session, delegateId, cancel) is not { } self) return DelegationOutcome.Refused;
        var hash = await secrets.HashOfAsync(ward, cancel);
        var (recent, wards) = await session.QuerySingleAsync<(long, long)>("""
            SELECT count(*) FILTER (WHERE requested_at > @since), count(*) FILTER (WHERE basis IS NOT NULL AND ended_at = 'infinity') FROM health_code.delegation WHERE delegate_id = @delegateId
            """, new { delegateId, since = session.Now.AddDays(-30) }, cancel);
        if (recent >= RequestsMax || wards >= WardsMax) return DelegationOutcome.TooMany;
        byte[]? codeHash = null;
        await session.AsSystemAsync(async () =>
        {
            var known = await session.QuerySingleOrDefaultAsync<(long Id, byte[] Name, byte[]? Phone)?>("SELECT id, name, phone FROM health_code.person WHERE document_hash = @hash", new { hash }, cancel);
            if (known is not { Phone: { } phone } person || person.Id == delegateId || !SignInPerson.IsSameName(secrets.Unprotect(person.Name), name)) return;
            var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
            codeHash = HashOf(code, hash);
            var who = NameMask.Mask(secrets.Unprotect(self.Name));
            await messages.WriteAsync(session, secrets.Unprotect(phone), $"【融通】{who} 申请代您办理健康码。同意请把验证码 {code} 告诉对方，不同意请勿理会。{who} asks to act for you; give the code {code} only if you agree.", cancel);
        }, cancel);
        await session.ExecuteAsync("""
            INSERT INTO health_code.delegation (delegate_id, ward_document_hash, ward_document, ward_name, delegate_name, region_code, relation, code_sha256, requested_at)
            VALUES (@delegateId, @hash, @document, @name, @self, @region, @relation, @codeHash, @now)
            """, new { delegateId, hash, document = secrets.Protect(ward.ToString()), name = secrets.Protect(name.Trim()), self = self.Name, region = self.RegionCode, relation, codeHash, now = session.Now }, cancel);
        return DelegationOutcome.Done;
    }

    /// <summary>Agrees by the code that the other got and passed on.</summary>
    public async Task<DelegationOutcome> ConfirmByCodeAsync(Session session, long delegateId, long request, string code, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (await OpenAsync(session, request, cancel) is not { } open || open.DelegateId != delegateId || open.CodeSha256 is not { } expected) return DelegationOutcome.Refused;
        if (!CryptographicOperations.FixedTimeEquals(expected, HashOf(code.Trim(), open.WardDocumentHash))) return DelegationOutcome.Refused;
        return await PutInForceAsync(session, open, "phone", cancel);
    }

    /// <summary>Agrees in person: the community worker types the last four characters of both documents she was shown.</summary>
    public async Task<DelegationOutcome> ConfirmByWorkerAsync(Session session, long request, string wardLastFour, string delegateLastFour, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        // The row policy shows a worker the open requests of her own regions alone; what follows is the product's work.
        if (!await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM health_code.delegation WHERE id = @request)", new { request }, cancel)) return DelegationOutcome.Refused;
        var outcome = DelegationOutcome.Refused;
        await session.AsSystemAsync(async () =>
        {
            if (await OpenAsync(session, request, cancel) is not { } open || await Person.FindAsync(session, open.DelegateId, cancel) is not { } self) return;
            if (!Ends(secrets.Unprotect(open.WardDocument), wardLastFour) || !Ends(secrets.Unprotect(self.Document), delegateLastFour)) return;
            outcome = await PutInForceAsync(session, open, "worker", cancel);
        }, cancel);
        return outcome;
    }

    /// <summary>Ends it, in the name of the delegate or of the one acted for.</summary>
    public static async Task EndAsync(Session session, long delegation, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var ended = await session.QuerySingleOrDefaultAsync<(long DelegateId, long? WardId)?>(
            "UPDATE health_code.delegation SET ended_at = @now, ended_by = @by WHERE id = @delegation AND ended_at = 'infinity' RETURNING delegate_id, ward_id", new { delegation, now = session.Now, by = session.Actor.Id }, cancel);
        if (ended is { WardId: { } ward }) await ReleaseAsync(session, [ward], cancel);
    }

    /// <summary>Ends those whose time is over; run with the clock job.</summary>
    internal static async Task EndOverdueAsync(Session session, CancellationToken cancel)
    {
        var wards = await session.QueryAsync<long?>("UPDATE health_code.delegation SET ended_at = @now, ended_by = 'system' WHERE basis IS NOT NULL AND ended_at = 'infinity' AND until <= @today RETURNING ward_id", new { now = session.Now, today = ChinaDay.Of(session.Now) }, cancel);
        if (wards.Count > 0) await ReleaseAsync(session, [.. wards.OfType<long>()], cancel);
        await session.ExecuteAsync("DELETE FROM health_code.delegation WHERE basis IS NULL AND requested_at < @before", new { before = session.Now - s_requestLife }, cancel);
    }

    private static async Task ReleaseAsync(Session session, long[] wards, CancellationToken cancel)
    {
        await session.AsSystemAsync(() => session.ExecuteAsync("UPDATE health_code.person SET delegate_id = NULL WHERE id = ANY (@wards)", new { wards }, cancel), cancel);
        foreach (var ward in wards)
        {
            await Holders.ChangedAsync(session, ward, cancel);
            session.Audit("health.delegation-ended", Person.ActorOf(ward).Id);
        }
    }

    private async Task<DelegationOutcome> PutInForceAsync(Session session, OpenRequest open, string basis, CancellationToken cancel)
    {
        var outcome = DelegationOutcome.Done;
        await session.AsSystemAsync(async () =>
        {
            var document = secrets.Unprotect(open.WardDocument);
            var known = await session.QuerySingleOrDefaultAsync<(long Id, byte[] Name, byte[]? Phone, long? Delegate)?>("SELECT id, name, phone, delegate_id FROM health_code.person WHERE document_hash = @WardDocumentHash FOR UPDATE", new { open.WardDocumentHash }, cancel);
            long ward;
            if (known is { } person)
            {
                outcome = person.Delegate is not null ? DelegationOutcome.Taken
                    : person.Id == open.DelegateId || !SignInPerson.IsSameName(secrets.Unprotect(person.Name), secrets.Unprotect(open.WardName)) ? DelegationOutcome.Refused
                    : basis == "worker" && person.Phone is not null ? DelegationOutcome.HasPhone : DelegationOutcome.Done;
                if (outcome is not DelegationOutcome.Done) return;
                ward = person.Id;
                await session.ExecuteAsync("UPDATE health_code.person SET delegate_id = @DelegateId WHERE id = @ward", new { open.DelegateId, ward }, cancel);
            }
            else
            {
                ward = await session.QuerySingleAsync<long>("""
                    INSERT INTO health_code.person (region_code, document_hash, document, name, delegate_id, created_at) VALUES (@RegionCode, @WardDocumentHash, @WardDocument, @WardName, @DelegateId, @now) RETURNING id
                    """, new { open.RegionCode, open.WardDocumentHash, open.WardDocument, open.WardName, open.DelegateId, now = session.Now }, cancel);
            }
            await session.ExecuteAsync("UPDATE health_code.delegation SET ward_id = @ward, basis = @basis, confirmed_at = @now, confirmed_by = @by, until = @until WHERE id = @Id",
                new { ward, basis, now = session.Now, by = session.Actor.Id, until = Until(open.Relation, document, ChinaDay.Of(session.Now)), open.Id }, cancel);
            await Holders.ChangedAsync(session, ward, cancel);
            session.Audit("health.delegation-agreed", Person.ActorOf(ward).Id, basis);
        }, cancel);
        return outcome;
    }

    /// <summary>Counts the attempt whatever comes of it; the caller commits also a refusal.</summary>
    private static Task<OpenRequest?> OpenAsync(Session session, long request, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<OpenRequest>("""
        UPDATE health_code.delegation SET attempts = attempts + 1 WHERE id = @request AND basis IS NULL AND ended_at = 'infinity' AND attempts < @AttemptsMax AND requested_at > @since
        RETURNING id, delegate_id, ward_document_hash, ward_document, ward_name, region_code, relation, code_sha256
        """, new { request, AttemptsMax, since = session.Now - s_requestLife }, cancel);

    private static DateOnly Until(string relation, string document, DateOnly today)
    {
        var isCard = document.StartsWith(((int)DocumentType.ResidentCard).ToString(CultureInfo.InvariantCulture) + ":", StringComparison.Ordinal);
        if (relation == "child" && isCard && DateOnly.TryParseExact(document.AsSpan(3 + 6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born) && born.AddYears(AdultAge) is var grown && grown > today) return grown;
        return today.AddYears(1);
    }

    private static bool Ends(string document, string lastFour)
    {
        var shown = lastFour.Normalize(NormalizationForm.FormKC).Trim().ToUpperInvariant();
        return shown.Length == 4 && document.EndsWith(shown, StringComparison.Ordinal);
    }

    private static byte[] HashOf(string code, byte[] documentHash) => SHA256.HashData([.. Encoding.ASCII.GetBytes(code), .. documentHash]);

    private sealed record OpenRequest
    {
        public long Id { get; init; }
        public long DelegateId { get; init; }
        public byte[] WardDocumentHash { get; init; } = [];
        public byte[] WardDocument { get; init; } = [];
        public byte[] WardName { get; init; } = [];
        public string RegionCode { get; init; } = "";
        public string Relation { get; init; } = "";
        public byte[]? CodeSha256 { get; init; }
    }
}

/// <summary>Ends delegations in their time.</summary>
internal sealed class EndDelegations : IJob
{
    public string Name => "health.delegations";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public Task RunAsync(Session session, CancellationToken cancel) => Delegations.EndOverdueAsync(session, cancel);
}
