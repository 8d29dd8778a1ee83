using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.Facts;

/// <summary>Deletes what has served its time, and writes down how much: a receipt without contents, for everybody to read.</summary>
internal sealed class DeleteExpired : IJob
{
    /// <summary>Days a check-in is kept: the longest rule looks back fourteen, missed days and an appeal on top.</summary>
    private const int CheckInDays = 60;

    /// <summary>Days a sent message is kept.</summary>
    private const int MessageDays = 7;

    /// <summary>Days that who looked is kept, like appeals.</summary>
    private const int LookDays = 365;

    public string Name => "health.delete-expired";

    public TimeSpan Every => TimeSpan.FromHours(24);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        await DeleteAsync("fact", "DELETE FROM health_code.fact WHERE expires_on < @before", today);
        await DeleteAsync("check_in", "DELETE FROM health_code.check_in WHERE day < @before", today.AddDays(-CheckInDays));
        await DeleteAsync("sms", "DELETE FROM health_code.sms WHERE created_at < @before::date", today.AddDays(-MessageDays));
        await DeleteAsync("sign_in_code", "DELETE FROM health_code.sign_in_code WHERE created_at < @before::date", today.AddDays(-1));
        await DeleteAsync("request_nonce", "DELETE FROM health_code.request_nonce WHERE at < @before::date", today);
        await DeleteAsync("card", "DELETE FROM health_code.card WHERE expires_at < @before::date", today.AddDays(-MessageDays));
        await DeleteAsync("venue_day", "DELETE FROM health_code.venue_day WHERE day < @before", today.AddDays(-CheckInDays));
        await DeleteAsync("delegation", "DELETE FROM health_code.delegation WHERE ended_at < @before::date", today.AddDays(-LookDays));
        await DeleteAsync("look", "DELETE FROM health_code.look WHERE at < @before::date", today.AddDays(-LookDays));

        async Task DeleteAsync(string what, string sql, DateOnly before)
        {
            var rows = await session.ExecuteAsync(sql, new { before }, cancel);
            if (rows > 0)
                await session.ExecuteAsync("INSERT INTO health_code.deletion_receipt (what, expired_before, rows_deleted, deleted_at) VALUES (@what, @before, @rows, @now)", new { what, before, rows = (long)rows, now = session.Now }, cancel);
        }
    }
}
