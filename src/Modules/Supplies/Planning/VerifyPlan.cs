using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>What checking a stored version found.</summary>
/// <param name="IsReplayed">Computing it again from the stored snapshot gave the stored bytes.</param>
/// <param name="Problems">What the certificate found; empty when it holds.</param>
internal sealed record PlanProof(bool IsReplayed, IReadOnlyList<string> Problems)
{
    public bool IsProven => IsReplayed && Problems.Count == 0;
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
