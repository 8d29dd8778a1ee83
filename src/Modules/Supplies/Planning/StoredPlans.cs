using System.Collections.Concurrent;
using System.Text.Json;
using Rongtong.Allocation.Certificates;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>A plan's row.</summary>
internal sealed record PlanRow
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public long? ParentId { get; init; }
    public string State { get; init; } = "";
    public int Version { get; init; }
    public string SnapshotSha256 { get; init; } = "";
    public string EngineVersion { get; init; } = "";
    public string RuleVersion { get; init; } = "";
    public int Needs { get; init; }
    public string CreatedBy { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SentAt { get; init; }
    public bool IsDemo { get; init; }

    /// <summary>Regions of whoever made it.</summary>
    public string[] Scope { get; init; } = [];
    public long? ReplacedBy { get; init; }
    public long EntryMark { get; init; }
    public long NeedMark { get; init; }
    public long StepMark { get; init; }

    internal const string Columns = "id, region_code, parent_id, state, version, snapshot_sha256, engine_version, rule_version, needs, created_by, created_at, sent_at, is_demo, scope, replaced_by, entry_mark, need_mark, step_mark";
}

/// <summary>Where a new plan comes from.</summary>
/// <param name="Scope">Regions of whoever plans.</param>
internal sealed record PlanOrigin(long? Parent, bool IsDemo, IReadOnlyList<string> Scope, PlanMarks Marks);

/// <summary>A solution's row, without its bytes.</summary>
internal sealed record PlanVersionRow
{
    public int Version { get; init; }
    public string Actor { get; init; } = "";
    public DateTimeOffset At { get; init; }
    public string Changes { get; init; } = "[]";
    public string ResultSha256 { get; init; } = "";
    public bool? IsProven { get; init; }
    public decimal? Gap { get; init; }
    public decimal Cost { get; init; }
    public string Missed { get; init; } = "{}";

    internal const string Columns = "version, actor, at, changes::text AS changes, result_sha256, is_proven, gap, cost, missed::text AS missed";

    public IReadOnlyList<PinChange> Pins => JsonSerializer.Deserialize<PinChange[]>(Changes, JsonSerializerOptions.Web)!;

    public IReadOnlyDictionary<string, decimal> MissedByTier => JsonSerializer.Deserialize<Dictionary<string, decimal>>(Missed)!;
}

/// <summary>
/// Reads and writes plans. Snapshots and solutions are large and never change, so the last ones used are kept in memory; whether the actor may see a
/// plan is asked of the database first, each time.
/// </summary>
internal sealed class StoredPlans
{
    /// <summary>Needs of all plans kept together, some hundred megabytes: a dozen provinces, or a county for each of hundreds of dispatchers.</summary>
    private const int KeptNeedsMax = 1_200_000;

    /// <summary>Lanes up to which a new solution is checked by its certificate at once, which takes some ten milliseconds; beyond, a minute later or on the page's button.</summary>
    private const int CheckedAtOnceLanes = 20_000;

    private readonly ConcurrentDictionary<long, Kept> _kept = [];
    private long _clock;

    public static Task<PlanRow?> FindAsync(Session session, long id, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @id", new { id }, cancel);

    /// <summary>The plan that stands in the place of one, however often it was replaced.</summary>
    public static async Task<PlanRow> PresentAsync(Session session, long id, CancellationToken cancel)
    {
        var plan = await session.QuerySingleAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @id", new { id }, cancel);
        return plan.ReplacedBy is { } next ? await PresentAsync(session, next, cancel) : plan;
    }

    public static Task<PlanVersionRow> VersionAsync(Session session, long id, int version, CancellationToken cancel) =>
        session.QuerySingleAsync<PlanVersionRow>($"SELECT {PlanVersionRow.Columns} FROM supplies.plan_version WHERE plan_id = @id AND version = @version", new { id, version }, cancel);

    /// <summary>Versions after one, the first first: who changed what meanwhile.</summary>
    public static Task<IReadOnlyList<PlanVersionRow>> SinceAsync(Session session, long id, int version, CancellationToken cancel) =>
        session.QueryAsync<PlanVersionRow>($"SELECT {PlanVersionRow.Columns} FROM supplies.plan_version WHERE plan_id = @id AND version > @version ORDER BY version LIMIT 50", new { id, version }, cancel);

    /// <summary>The snapshot of a plan that the session's actor may see.</summary>
    public async Task<PlanSnapshot> SnapshotAsync(Session session, PlanRow plan, CancellationToken cancel) => (await KeptAsync(session, plan, cancel)).Snapshot;

    /// <summary>The solution of the plan's present version, computed again where it is no longer in memory: a restarted host gives the same bytes.</summary>
    public async Task<SolvedPlan> SolvedAsync(Session session, PlanRow plan, CancellationToken cancel)
    {
        var kept = await KeptAsync(session, plan, cancel);
        if (kept.Latest is { } latest && latest.Version == plan.Version) return latest.Solved;
        var pins = await PinsAsync(session, plan.Id, plan.Version, cancel);
        var solved = kept.Solve(plan.SnapshotSha256, pins);
        kept.Latest = (plan.Version, solved);
        return solved;
    }

    public async Task<SolvedPlan> SolveAsync(Session session, PlanRow plan, IReadOnlyList<Pin> pins, CancellationToken cancel) => (await KeptAsync(session, plan, cancel)).Solve(plan.SnapshotSha256, pins);

    public static async Task<IReadOnlyList<Pin>> PinsAsync(Session session, long id, int version, CancellationToken cancel) =>
        JsonSerializer.Deserialize<Pin[]>(await session.QuerySingleAsync<string>("SELECT pins::text FROM supplies.plan_version WHERE plan_id = @id AND version = @version", new { id, version }, cancel), JsonSerializerOptions.Web)!;

    /// <summary>The stored bytes of a version: snapshot and result, as they were.</summary>
    public static async Task<(byte[] Snapshot, byte[] Result)> BytesAsync(Session session, long id, int version, CancellationToken cancel)
    {
        var (snapshot, result) = await session.QuerySingleAsync<(byte[], byte[])>("SELECT p.snapshot, v.result FROM supplies.plan p JOIN supplies.plan_version v ON v.plan_id = p.id AND v.version = @version WHERE p.id = @id", new { id, version }, cancel);
        return (Stored.Unpack(snapshot), Stored.Unpack(result));
    }

    /// <summary>Keeps a new plan with its first solution; returns its number.</summary>
    public async Task<long> AddAsync(Session session, PlanSnapshot snapshot, PlanOrigin origin, CancellationToken cancel)
    {
        var json = snapshot.ToJson();
        var digest = Stored.Digest(json);
        // What is kept is solved, not what was in hand: so nothing can differ when it is computed again.
        var stored = PlanSnapshot.FromJson(json);
        var solved = SolvePlan.First(stored, digest);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.plan (region_code, parent_id, snapshot, snapshot_sha256, engine_version, rule_version, needs, is_demo, created_by, created_at, scope, entry_mark, need_mark, step_mark)
            VALUES (@Region, @Parent, @packed, @digest, @engine, @LaneRule, @needs, @IsDemo, @by, @now, @scope, @Entry, @Need, @Step) RETURNING id
            """, new { stored.Region, origin.Parent, packed = Stored.Pack(json), digest, engine = SolvePlan.EngineVersion, stored.LaneRule, needs = stored.Needs.Count, origin.IsDemo, by = session.Actor.Id, now = session.Now, scope = origin.Scope.ToArray(), origin.Marks.Entry, origin.Marks.Need, origin.Marks.Step }, cancel);
        // In the product's name: the plan's row was written in the actor's, and to ask again for each of a hundred thousand rows takes longer than to write it.
        await session.AsSystemAsync(() => session.ExecuteAsync("""
            INSERT INTO supplies.plan_need (plan_id, demand, need_id, facility_code, region_code, item_code, tier, amount_kind, basis, needed, high, missed)
            SELECT @id, * FROM unnest(@demand, @need, @facility, @region, @item, @tier, @kind, @basis, @needed, @high, @missed)
            """, new
        {
            id,
            demand = Enumerable.Range(0, stored.Needs.Count).ToArray(),
            need = stored.Needs.Select(n => n.NeedId).ToArray(),
            facility = stored.Needs.Select(n => stored.Places[n.Place].Code).ToArray(),
            region = stored.Needs.Select(n => stored.Places[n.Place].Region).ToArray(),
            item = stored.Needs.Select(n => n.Item).ToArray(),
            tier = stored.Needs.Select(n => (short)n.Tier).ToArray(),
            kind = stored.Needs.Select(n => n.AmountKind).ToArray(),
            basis = stored.Needs.Select(n => n.Basis).ToArray(),
            needed = stored.Needs.Select(n => n.Quantity).ToArray(),
            high = stored.Needs.Select(n => n.High).ToArray(),
            missed = solved.Result.Missed.ToArray(),
        }, cancel), cancel);
        await WriteVersionAsync(session, id, 1, solved, [], cancel);
        await session.AsSystemAsync(() => PlanLines.WriteAsync(session, id, solved, isFirst: true, cancel), cancel);
        Keep(id, new(stored) { First = solved, Latest = (1, solved) });
        return id;
    }

    /// <summary>Keeps the next solution of a plan whose row the session has locked. Rows of a plan are so new that the database has no statistics of them; it would compare each with each.</summary>
    public static async Task WriteNextAsync(Session session, PlanRow plan, SolvedPlan solved, IReadOnlyList<PinChange> changes, CancellationToken cancel)
    {
        var next = plan.Version + 1;
        await session.ExecuteAsync("UPDATE supplies.plan SET version = @next WHERE id = @Id", new { next, plan.Id }, cancel);
        await session.ExecuteAsync("SELECT set_config('enable_nestloop', 'off', true)", cancel: cancel);
        await WriteVersionAsync(session, plan.Id, next, solved, changes, cancel);
        await session.AsSystemAsync(async () =>
        {
            await PlanLines.WriteAsync(session, plan.Id, solved, isFirst: false, cancel);
            await session.ExecuteAsync("UPDATE supplies.plan_need n SET missed = m.missed FROM unnest(@demand, @missed) AS m (demand, missed) WHERE n.plan_id = @Id AND n.demand = m.demand AND n.missed <> m.missed",
                new { plan.Id, demand = Enumerable.Range(0, solved.Result.Missed.Count).ToArray(), missed = solved.Result.Missed.ToArray() }, cancel);
        }, cancel);
        await session.ExecuteAsync("SELECT set_config('enable_nestloop', 'on', true)", cancel: cancel);
    }

    private static Task WriteVersionAsync(Session session, long id, int version, SolvedPlan solved, IReadOnlyList<PinChange> changes, CancellationToken cancel)
    {
        var json = solved.Result.ToJson();
        bool? isProven = solved.Whole.LaneCount <= CheckedAtOnceLanes ? CheckPlan.Problems(solved.Snapshot, PlanResult.FromJson(json), solved.Whole).Count == 0 : null;
        return session.ExecuteAsync("""
            INSERT INTO supplies.plan_version (plan_id, version, actor, at, changes, pins, result, result_sha256, is_proven, gap, cost, missed)
            VALUES (@id, @version, @by, @now, @changes::jsonb, @pins::jsonb, @packed, @digest, @isProven, @Gap, @Cost, @missed::jsonb)
            """, new
        {
            id,
            version,
            by = session.Actor.Id,
            now = session.Now,
            changes = JsonSerializer.Serialize(changes, JsonSerializerOptions.Web),
            pins = JsonSerializer.Serialize(solved.Result.Pins, JsonSerializerOptions.Web),
            packed = Stored.Pack(json),
            digest = Stored.Digest(json),
            isProven,
            solved.Result.Gap,
            solved.Result.Cost,
            missed = JsonSerializer.Serialize(MissedByTier(solved)),
        }, cancel);
    }

    public static SortedDictionary<int, decimal> MissedByTier(SolvedPlan solved)
    {
        var missed = new SortedDictionary<int, decimal> { [1] = 0, [2] = 0, [3] = 0, [4] = 0 };
        for (var d = 0; d < solved.Snapshot.Needs.Count; d++) missed[solved.Snapshot.Needs[d].Tier] = missed.GetValueOrDefault(solved.Snapshot.Needs[d].Tier) + solved.Result.Missed[d];
        return missed;
    }

    /// <summary>What the pages say of the present version as a whole, counted once: it is the same for everybody who may see the plan.</summary>
    public async Task<PlanFigures> FiguresAsync(Session session, PlanRow plan, CancellationToken cancel)
    {
        var kept = await KeptAsync(session, plan, cancel);
        if (kept.Figures is { } known && known.Version == plan.Version) return known.Figures;
        var figures = await PlanFigures.CountAsync(session, plan.Id, cancel);
        kept.Figures = (plan.Version, figures);
        return figures;
    }

    /// <summary>Forgets a solution that was computed in a session that did not commit.</summary>
    public void Forget(long id) => _kept.TryRemove(id, out _);

    private async Task<Kept> KeptAsync(Session session, PlanRow plan, CancellationToken cancel)
    {
        if (_kept.TryGetValue(plan.Id, out var kept) && kept.Digest == plan.SnapshotSha256)
        {
            kept.LastUse = Interlocked.Increment(ref _clock);
            return kept;
        }
        var json = Stored.Unpack(await session.QuerySingleAsync<byte[]>("SELECT snapshot FROM supplies.plan WHERE id = @Id", new { plan.Id }, cancel));
        return Keep(plan.Id, new(PlanSnapshot.FromJson(json)) { Digest = plan.SnapshotSha256 });
    }

    private Kept Keep(long id, Kept kept)
    {
        if (kept.First is { } first) kept.Digest = first.Result.SnapshotSha256;
        kept.LastUse = Interlocked.Increment(ref _clock);
        _kept[id] = kept;
        while (_kept.Count > 1 && _kept.Sum(k => (long)k.Value.Snapshot.Needs.Count) > KeptNeedsMax && _kept.MinBy(k => k.Value.LastUse) is { Value: not null } oldest) _kept.TryRemove(oldest.Key, out _);
        return kept;
    }

    private sealed class Kept(PlanSnapshot snapshot)
    {
        private readonly Lock _lock = new();

        public PlanSnapshot Snapshot { get; } = snapshot;
        public string Digest { get; set; } = "";
        public SolvedPlan? First { get; set; }
        public (int Version, SolvedPlan Solved)? Latest { get; set; }
        public (int Version, PlanFigures Figures)? Figures { get; set; }
        public long LastUse { get; set; }

        public SolvedPlan Solve(string digest, IReadOnlyList<Pin> pins)
        {
            lock (_lock)
            {
                First ??= SolvePlan.First(Snapshot, digest);
                return pins.Count == 0 ? First : SolvePlan.Solve(Snapshot, digest, pins, First);
            }
        }
    }
}
