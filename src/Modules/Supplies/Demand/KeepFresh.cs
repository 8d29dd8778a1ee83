using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Platform.Localisation;

namespace Rongtong.Supplies.Demand;

/// <summary>
/// Keeps needs and offers true: asks before they lapse, asks back how much where nobody said, and lets lapse what nobody confirms. One message a
/// facility and day at most, whatever there is to ask; the answer is one tap on the page it names.
/// </summary>
internal sealed class KeepFresh(TextCatalogue texts) : IJob
{
    /// <summary>Hours before the end at which is asked whether it still holds.</summary>
    private const int RemindHours = 36;

    /// <summary>Days after which an unanswered question for the amount is asked again.</summary>
    private const int AskBackDays = 2;

    /// <summary>Facilities told in one run; the next run takes the rest.</summary>
    private const int FacilitiesMax = 5_000;

    public string Name => "supplies.keep-fresh";

    public TimeSpan Every => TimeSpan.FromMinutes(30);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        // Offers before needs, each in one order, and before the first is changed: whoever takes an offer or answers for a need waits, or is waited for.
        var due = new { soon = session.Now.AddHours(RemindHours), again = session.Now.AddDays(-AskBackDays) };
        await session.ExecuteAsync("SELECT FROM supplies.offer WHERE state = 'open' AND expires_at <= @soon ORDER BY id FOR NO KEY UPDATE", due, cancel);
        await session.ExecuteAsync("SELECT FROM supplies.need WHERE state IN ('open', 'partly_met') AND (expires_at <= @soon OR (amount_kind = 'unknown' AND (asked_back_at IS NULL OR asked_back_at <= @again))) ORDER BY id FOR NO KEY UPDATE", due, cancel);
        await ExpireAsync(session, cancel);
        await AskAsync(session, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }

    private static async Task ExpireAsync(Session session, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            INSERT INTO supplies.need_step (need_id, facility_code, region_code, what, version, before, actor, at)
            SELECT id, facility_code, region_code, 'expired', version + 1, to_jsonb(n), 'system', @Now FROM supplies.need n WHERE state IN ('open', 'partly_met') AND expires_at <= @Now
            """, new { session.Now }, cancel);
        await session.ExecuteAsync("UPDATE supplies.need SET state = 'expired', closed_at = @Now, version = version + 1 WHERE state IN ('open', 'partly_met') AND expires_at <= @Now", new { session.Now }, cancel);
        await session.ExecuteAsync("UPDATE supplies.offer SET state = 'expired', closed_at = @Now, version = version + 1 WHERE state = 'open' AND expires_at <= @Now", new { session.Now }, cancel);
    }

    private async Task AskAsync(Session session, CancellationToken cancel)
    {
        var due = new { soon = session.Now.AddHours(RemindHours), again = session.Now.AddDays(-AskBackDays), session.Now, FacilitiesMax };
        var waiting = await session.QueryAsync<(string Facility, string Phone, string Email, int Ending, int Unknown)>("""
            SELECT facility_code, c.phone, c.email, sum(ending)::int, sum(unknown)::int FROM (
                SELECT facility_code, (expires_at <= @soon AND reminded_at IS NULL)::int AS ending, (amount_kind = 'unknown' AND (asked_back_at IS NULL OR asked_back_at <= @again))::int AS unknown
                FROM supplies.need WHERE state IN ('open', 'partly_met')
                UNION ALL SELECT facility_code, (expires_at <= @soon AND reminded_at IS NULL)::int, 0 FROM supplies.offer WHERE state = 'open') open
            JOIN supplies.facility_contact c USING (facility_code)
            WHERE ending + unknown > 0 AND (c.phone <> '' OR c.email <> '')
            GROUP BY facility_code, c.phone, c.email ORDER BY facility_code LIMIT @FacilitiesMax
            """, due, cancel);
        foreach (var (facility, phone, email, ending, unknown) in waiting)
        {
            // One text in both languages: whose telephone it is, the file does not say.
            var text = string.Join(" ", TextCatalogue.Languages.Select(l => string.Format(System.Globalization.CultureInfo.InvariantCulture, texts.Find("supplies.message.fresh", l), ending, unknown)));
            var message = phone.Length > 0 ? new MessageWanted("sms", phone, "", text) : new MessageWanted("email", email, texts.Find("supplies.message.subject", TextCatalogue.Languages[0]), text);
            await session.PublishAsync(MessageWanted.Kind, facility, message, cancel);
        }
        var told = new { due.soon, due.again, due.Now, facilities = waiting.Select(w => w.Facility).ToArray() };
        await session.ExecuteAsync("UPDATE supplies.need SET reminded_at = @Now WHERE facility_code = ANY (@facilities) AND state IN ('open', 'partly_met') AND expires_at <= @soon AND reminded_at IS NULL", told, cancel);
        await session.ExecuteAsync("UPDATE supplies.need SET asked_back_at = @Now WHERE facility_code = ANY (@facilities) AND state IN ('open', 'partly_met') AND amount_kind = 'unknown' AND (asked_back_at IS NULL OR asked_back_at <= @again)", told, cancel);
        await session.ExecuteAsync("UPDATE supplies.offer SET reminded_at = @Now WHERE facility_code = ANY (@facilities) AND state = 'open' AND expires_at <= @soon AND reminded_at IS NULL", told, cancel);
    }
}
