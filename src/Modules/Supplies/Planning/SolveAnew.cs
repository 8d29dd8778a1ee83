using System.Globalization;
using System.Text.Json;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>A line that is another than before; codes of facilities, units before and now.</summary>
internal sealed record ChangedLine(string From, string To, string Item, long Before, long Now);

/// <summary>What a proposal has other than the one it replaced.</summary>
/// <param name="Changed">Lines that differ, of which the largest <paramref name="Lines"/> are kept.</param>
/// <param name="Pins">Fixed lines that could not be kept as they were.</param>
internal sealed record PlanNews(int Changed, IReadOnlyList<ChangedLine> Lines, IReadOnlyList<CarriedPin> Pins);

/// <summary>
/// Plans what is plannable now in place of a proposal: the same region, settings and fixed lines. Of a plan that was sent it plans what is left.
/// The proposal before stands as replaced, so that whoever still edits it is led here. The caller holds its row locked.
/// </summary>
internal sealed record SolveAnew(PlanRow Before)
{
    /// <summary>Changed lines kept for the page; the rest is a number.</summary>
    private const int LinesKept = 50;

    public async Task<long> RunAsync(Session session, StoredPlans plans, Places places, CancellationToken cancel)
    {
        var old = await plans.SnapshotAsync(session, Before, cancel);
        session.StatementSeconds = CreatePlan.StatementSeconds;
        var marks = await PlanMarks.ReadAsync(session, cancel);
        var snapshot = await TakeSnapshot.RunAsync(session, places, Before.RegionCode, old.Settings, Before.Scope, cancel);
        var isDraft = Before.State == "draft";
        var (kept, lessened) = CarryPins.Over(old, snapshot, isDraft ? await StoredPlans.PinsAsync(session, Before.Id, Before.Version, cancel) : []);
        var id = await plans.AddAsync(session, snapshot, new(Before.Id, Before.IsDemo, Before.Scope, marks), cancel);
        if (kept.Count > 0 && await new ChangePins(id, 1, kept).RunAsync(session, plans, cancel) is not ChangeOutcome.Solved)
            throw new InvalidOperationException($"The fixed lines of plan {Before.Id} were found to fit and were refused by plan {id}.");
        if (isDraft)
        {
            await session.ExecuteAsync("UPDATE supplies.plan SET state = 'replaced', replaced_by = @id WHERE id = @Before", new { id, Before = Before.Id }, cancel);
            var news = JsonSerializer.Serialize(await CompareAsync(session, id, lessened, cancel), JsonSerializerOptions.Web);
            await session.ExecuteAsync("UPDATE supplies.plan SET news = @news::jsonb WHERE id = @id", new { id, news }, cancel);
        }
        session.Audit("supplies.plan-solved-anew", id.ToString(CultureInfo.InvariantCulture), Before.Id.ToString(CultureInfo.InvariantCulture));
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return id;
    }

    private async Task<PlanNews> CompareAsync(Session session, long id, IReadOnlyList<CarriedPin> pins, CancellationToken cancel)
    {
        const string Sums = "(SELECT from_facility, to_facility, item_code, sum(quantity)::bigint AS quantity FROM supplies.plan_line WHERE plan_id = {0} AND quantity > 0 GROUP BY 1, 2, 3)";
        var rows = await session.QueryAsync<(string From, string To, string Item, long Before, long Now, int Count)>($"""
            SELECT from_facility, to_facility, item_code, coalesce(o.quantity, 0), coalesce(n.quantity, 0), (count(*) OVER ())::int
            FROM {Sums.Replace("{0}", "@old", StringComparison.Ordinal)} o FULL JOIN {Sums.Replace("{0}", "@id", StringComparison.Ordinal)} n USING (from_facility, to_facility, item_code)
            WHERE o.quantity IS DISTINCT FROM n.quantity
            ORDER BY abs(coalesce(n.quantity, 0) - coalesce(o.quantity, 0)) DESC, 1, 2, 3 LIMIT @LinesKept
            """, new { old = Before.Id, id, LinesKept }, cancel);
        return new(rows.Count == 0 ? 0 : rows[0].Count, [.. rows.Select(r => new ChangedLine(r.From, r.To, r.Item, r.Before, r.Now))], pins);
    }
}

/// <summary>How far the ledger and the needs had come before a snapshot was taken.</summary>
internal sealed record PlanMarks(long Entry, long Need, long Step)
{
    /// <summary>Counting stops there: what matters is that there is something, and roughly how much.</summary>
    public const int CountMax = 1_000;

    public static async Task<PlanMarks> ReadAsync(Session session, CancellationToken cancel)
    {
        PlanMarks? marks = null;
        await session.AsSystemAsync(async () => marks = await session.QuerySingleAsync<PlanMarks>("""
            SELECT (SELECT coalesce(max(id), 0) FROM supplies.entry) AS entry, (SELECT coalesce(max(id), 0) FROM supplies.need) AS need, (SELECT coalesce(max(id), 0) FROM supplies.need_step) AS step
            """, cancel: cancel), cancel);
        return marks!;
    }

    /// <summary>Needs asked for or changed, and movements of suppliers' stock, since a plan's snapshot: as many as its reader may see, up to <see cref="CountMax"/>.</summary>
    public static Task<(int Needs, int Movements)> SinceAsync(Session session, PlanRow plan, CancellationToken cancel) => session.QuerySingleAsync<(int, int)>("""
        SELECT (SELECT count(*)::int FROM (
                    (SELECT id FROM supplies.need WHERE id > @NeedMark AND region_code ^@ @RegionCode LIMIT @CountMax)
                    UNION SELECT need_id FROM (SELECT need_id FROM supplies.need_step WHERE id > @StepMark AND region_code ^@ @RegionCode LIMIT @CountMax) s) n),
            (SELECT count(*)::int FROM (SELECT 1 FROM supplies.entry e JOIN supplies.facility f ON f.code = CASE WHEN e.to_state = 'on_hand' THEN e.to_place ELSE e.from_place END
                WHERE e.id > @EntryMark AND 'on_hand' IN (e.from_state, e.to_state) AND f.role = 'supplier' LIMIT @CountMax) m)
        """, new { plan.NeedMark, plan.StepMark, plan.EntryMark, plan.RegionCode, CountMax }, cancel);
}
