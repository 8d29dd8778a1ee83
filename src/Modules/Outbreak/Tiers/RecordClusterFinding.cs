using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Tiers;

/// <summary>What became of a finding that somebody wanted to record.</summary>
public abstract record FindingOutcome
{
    private FindingOutcome() { }

    /// <summary>Recorded under this id; tiers are computed anew.</summary>
    public sealed record Recorded(long Id) : FindingOutcome;

    /// <summary>A field is wrong; the text key says what was expected.</summary>
    public sealed record Invalid(string Field, string TextKey) : FindingOutcome;

    /// <summary>The region is outside the actor's scope.</summary>
    public sealed record OutsideScope : FindingOutcome;
}

/// <summary>Records what investigators found about clusters in a region: the fact of the tier rule that counts cannot give. No tier is set here.</summary>
public sealed record RecordClusterFinding(string RegionCode, DateOnly FromDay, DateOnly ToDay, bool IsCluster, string Evidence)
{
    /// <summary>Longest evidence text, characters.</summary>
    public const int EvidenceLengthMax = 2_000;

    internal async Task<FindingOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (FromDay > ToDay) return new FindingOutcome.Invalid(nameof(ToDay), "outbreak.finding.days-reversed");
        if (string.IsNullOrWhiteSpace(Evidence) || Evidence.Length > EvidenceLengthMax) return new FindingOutcome.Invalid(nameof(Evidence), "outbreak.finding.evidence-missing");
        if (!session.Actor.Covers(RegionCode)) return new FindingOutcome.OutsideScope();
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO outbreak.cluster_finding (region_code, from_day, to_day, is_cluster, evidence, author, known_from)
            VALUES (@RegionCode, @FromDay, @ToDay, @IsCluster, @evidence, @author, @now) RETURNING id
            """, new { RegionCode, FromDay, ToDay, IsCluster, evidence = Evidence.Trim(), author = session.Actor.Name, now = session.Now }, cancel);
        return new FindingOutcome.Recorded(id);
    }
}

/// <summary>Takes a finding back; what was decided while it stood stays explainable.</summary>
public sealed record WithdrawClusterFinding(long Id)
{
    internal Task<int> RunAsync(Session session, CancellationToken cancel) => session.ExecuteAsync(
        "UPDATE outbreak.cluster_finding SET known_until = @now WHERE id = @Id AND known_until = 'infinity'", new { Id, now = session.Now }, cancel);
}
