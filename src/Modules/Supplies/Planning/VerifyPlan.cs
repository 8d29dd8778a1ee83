using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Supplies.Planning;

/// <summary>What checking a stored version found.</summary>
/// <param name="IsReplayed">Computing it again from the stored snapshot gave the stored bytes.</param>
/// <param name="Problems">What the certificate found; empty when it holds.</param>
internal sealed record PlanProof(bool IsReplayed, IReadOnlyList<string> Problems)
{
    public bool IsProven => IsReplayed && Problems.Count == 0;
}

/// <summary>Checks new versions that were too large to be checked when they were made.</summary>
internal sealed class ProvePlans : IJob
{
    /// <summary>Needs up to which it is done unasked: a county. A province takes minutes and is proven on the page's button.</summary>
    private const int NeedsMax = 10_000;

    private const int RunMax = 5;

    public string Name => "supplies.prove-plans";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var waiting = await session.QueryAsync<PlanRow>($"""
            SELECT {PlanRow.Columns} FROM supplies.plan p WHERE state = 'draft' AND needs <= @NeedsMax AND EXISTS (SELECT FROM supplies.plan_version v WHERE v.plan_id = p.id AND v.version = p.version AND v.is_proven IS NULL) ORDER BY id DESC LIMIT @RunMax
            """, new { NeedsMax, RunMax }, cancel);
        foreach (var plan in waiting) await VerifyPlan.RunAsync(session, plan, plan.Version, cancel);
    }
}

/// <summary>Checks a stored version from its bytes alone: digests, the same answer again, and the certificate.</summary>
internal static class VerifyPlan
{
    public static async Task<PlanProof> RunAsync(Session session, PlanRow plan, int version, CancellationToken cancel)
    {
        var (snapshot, result) = await StoredPlans.BytesAsync(session, plan.Id, version, cancel);
        var proof = Check(snapshot, result, plan.SnapshotSha256);
        await session.ExecuteAsync("UPDATE supplies.plan_version SET is_proven = @IsProven WHERE plan_id = @Id AND version = @version", new { proof.IsProven, plan.Id, version }, cancel);
        return proof;
    }

    public static PlanProof Check(byte[] snapshotJson, byte[] resultJson, string digest)
    {
        var problems = new List<string>();
        if (Stored.Digest(snapshotJson) != digest) problems.Add("The snapshot is not the one the plan was made from: its digest differs.");
        var (snapshot, result) = (PlanSnapshot.FromJson(snapshotJson), PlanResult.FromJson(resultJson));
        problems.AddRange(CheckPlan.Problems(snapshot, result));
        return new(Replay(snapshot, digest, result.Pins).AsSpan().SequenceEqual(resultJson), problems);
    }

    /// <summary>The result's bytes, computed from nothing but the snapshot and the pins.</summary>
    public static byte[] Replay(PlanSnapshot snapshot, string digest, IReadOnlyList<Pin> pins)
    {
        var first = SolvePlan.First(snapshot, digest);
        return (pins.Count == 0 ? first : SolvePlan.Solve(snapshot, digest, pins, first)).Result.ToJson();
    }
}
