using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Recycling;

/// <summary>A load as it stands.</summary>
internal sealed record Load
{
    /// <summary>Two weights further apart than this share of the greater one are marked: scales differ, and wet suits dry.</summary>
    public const decimal ToleratedShare = 0.05m;

    public long Id { get; init; }
    public DateTimeOffset CollectedAt { get; init; }
    public string FacilityCode { get; init; } = "";
    public string Stream { get; init; } = "";
    public string? ItemCode { get; init; }
    public long? Quantity { get; init; }
    public long WeightGrams { get; init; }
    public string Carrier { get; init; } = "";
    public long? CarrierWeightGrams { get; init; }
    public string Treatment { get; init; } = "";
    public long? ReceivedWeightGrams { get; init; }
    public string State { get; init; } = "";
    public string Certificate { get; init; } = "";

    /// <summary>The last weight is so far below or above the first that somebody has to ask.</summary>
    public bool IsWeightDoubtful => (ReceivedWeightGrams ?? CarrierWeightGrams) is { } last && Math.Abs(last - WeightGrams) > ToleratedShare * Math.Max(last, WeightGrams);

    private const string Columns = "id, collected_at, facility_code, stream, item_code, quantity, weight_grams, carrier, carrier_weight_grams, treatment, received_weight_grams, state, certificate";

    /// <summary>The last loads that the actor sees; of one party alone where its code is given, with those that wait in front.</summary>
    public static Task<IReadOnlyList<Load>> LastAsync(Session session, string? party, CancellationToken cancel) =>
        session.QueryAsync<Load>($"SELECT {Columns} FROM supplies.collection WHERE @party::text IS NULL OR @party IN (facility_code, carrier, treatment) ORDER BY (state = 'collected' AND @party IS NOT NULL) DESC, id DESC LIMIT 100", new { party }, cancel);
}

/// <summary>The carrier says what it fetched, the treatment facility what it received: each by its own scales, once.</summary>
/// <param name="Step">fetch or receive.</param>
internal sealed record WeighLoad(long Id, string Step, long WeightGrams)
{
    public async Task<CollectOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Step is not ("fetch" or "receive")) return new CollectOutcome.Invalid("state");
        if (WeightGrams is < 1 or > Collect.WeightGramsMax) return new CollectOutcome.Invalid("weight");
        var (weight, by, at, party) = Step == "fetch" ? ("carrier_weight_grams", "fetched_by", "fetched_at", "carrier") : ("received_weight_grams", "received_by", "received_at", "treatment");
        // Row policies show the load to its parties and to staff; who may speak for the scales is asked here.
        var load = await session.QuerySingleOrDefaultAsync<(string State, long? Weight, bool IsOwn)>($"""
            SELECT c.state, c.{weight}, coalesce(supplies.acts_for(f.region_code, f.code), false) FROM supplies.collection c LEFT JOIN supplies.facility f ON f.code = c.{party} WHERE c.id = @Id
            """, new { Id }, cancel);
        if (load.State is null || !load.IsOwn) return new CollectOutcome.NotFound();
        if (load.Weight == WeightGrams) return new CollectOutcome.Done(Id);
        if (load.Weight is not null || load.State != "collected") return new CollectOutcome.Invalid("state");
        var rows = 0;
        await session.AsSystemAsync(async () => rows = await session.ExecuteAsync($"UPDATE supplies.collection SET {weight} = @WeightGrams, {by} = @actor, {at} = @now WHERE id = @Id AND {weight} IS NULL AND state = 'collected'",
            new { Id, WeightGrams, actor = session.Actor.Id, now = session.Now }, cancel), cancel);
        return rows == 0 ? new CollectOutcome.Invalid("state") : new CollectOutcome.Done(Id);
    }
}
