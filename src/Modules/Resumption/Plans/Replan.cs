using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Resumption.Plans;

/// <summary>
/// Makes queued plans again, each in a transaction of its own: what is done stays done when the host ends, and nobody waits for more than one plan.
/// <code>
/// queue ──> made ──────────────────────────> out of the queue
///   ^  ├──> gone from the register ────────> out of the queue
///   │  └──> cannot be made: set aside with its reason, for officers and the enterprise to see
///   └────── again after 1, 2, 4 … minutes, a day at most; sooner when a tier changes
/// </code>
/// </summary>
internal sealed class Replan(Database database, PlanReturn plan) : IJob
{
    /// <summary>Plans of one run; the next run comes with the next look, so that other jobs have their turn.</summary>
    public const int PlansMax = 200;

    /// <summary>Longest reason that is kept, characters.</summary>
    public const int ReasonLengthMax = 500;

    private const string BeforePlan = "before_plan";

    public string Name => "resumption.replan";

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        for (var plans = 0; plans < PlansMax && await NextAsync(cancel); plans++) { }
    }

    /// <summary>How long a plan that failed this often waits.</summary>
    internal static TimeSpan Pause(int attempts) => TimeSpan.FromMinutes(Math.Min(1 << Math.Min(attempts - 1, 11), 24 * 60));

    private async Task<bool> NextAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var code = await session.QuerySingleOrDefaultAsync<string>(
            "SELECT enterprise_code FROM resumption.replan WHERE wanted_at <= @now ORDER BY wanted_at, enterprise_code LIMIT 1 FOR UPDATE SKIP LOCKED", new { now = session.Now }, cancel);
        if (code is null) return false;
        if (await TryAsync(session, code, cancel) is { } reason) await SetAsideAsync(session, code, reason, cancel);
        else await session.ExecuteAsync("DELETE FROM resumption.replan WHERE enterprise_code = @code", new { code }, cancel);
        await session.CommitAsync(cancel);
        return true;
    }

    /// <summary>Makes the plan; why it cannot be made, or null. A lost database is no fault of the plan and goes on to the caller.</summary>
    private async Task<string?> TryAsync(Session session, string code, CancellationToken cancel)
    {
        await session.Transaction.SaveAsync(BeforePlan, cancel);
        try
        {
            return await plan.RunAsync(session, code, await PlanReturn.TermsAsync(session, code, cancel), "tiers-changed", cancel) is PlanOutcome.Faulty faulty ? string.Join(" ", faulty.Faults) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException and (not NpgsqlException or PostgresException))
        {
            await session.Transaction.RollbackAsync(BeforePlan, cancel);
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static async Task SetAsideAsync(Session session, string code, string reason, CancellationToken cancel)
    {
        var attempts = await session.QuerySingleAsync<int>("""
            INSERT INTO resumption.plan_failure AS f (enterprise_code, region_code, reason, attempts, failed_at)
            VALUES (@code, coalesce((SELECT region_code FROM resumption.plan_run WHERE enterprise_code = ANY (resumption.members(@code)) ORDER BY id DESC LIMIT 1), ''), @reason, 1, @now)
            ON CONFLICT (enterprise_code) DO UPDATE SET region_code = excluded.region_code, reason = excluded.reason, attempts = f.attempts + 1, failed_at = excluded.failed_at
            RETURNING attempts
            """, new { code, reason = reason[..Math.Min(reason.Length, ReasonLengthMax)], now = session.Now }, cancel);
        await session.ExecuteAsync("UPDATE resumption.replan SET wanted_at = @again WHERE enterprise_code = @code", new { code, again = session.Now + Pause(attempts) }, cancel);
    }
}
