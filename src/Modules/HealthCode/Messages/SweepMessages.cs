using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.Messages;

/// <summary>Deletes marks of received messages and short codes whose time is over, and says how many.</summary>
internal sealed class SweepMessages : IJob
{
    public string Name => "health.sweep-messages";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(session);
        // The longest limit counts one day.
        await DeleteAsync(session, "sms_received", "DELETE FROM health_code.sms_received WHERE received_at < @before", session.Now.AddDays(-2), cancel);
        await DeleteAsync(session, "travel_proof", "DELETE FROM health_code.travel_proof WHERE expires_at < @before", session.Now.AddDays(-1), cancel);
    }

    private static async Task DeleteAsync(Session session, string what, string sql, DateTimeOffset before, CancellationToken cancel)
    {
        var rows = await session.ExecuteAsync(sql, new { before }, cancel);
        if (rows == 0) return;
        await session.ExecuteAsync("INSERT INTO health_code.deletion_receipt (what, expired_before, rows_deleted, deleted_at) VALUES (@what, @day, @rows, @now)",
            new { what, day = ChinaDay.Of(before), rows = (long)rows, now = session.Now }, cancel);
    }
}
