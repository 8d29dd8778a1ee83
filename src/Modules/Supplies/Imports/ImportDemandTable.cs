using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Imports;

/// <summary>
/// Imports a table with a hospital in each row and an item in each column, as volunteers kept them in January 2020:
/// <c>rongtong import supplies-demand-table FILE</c>. In such tables 0 and an empty field ask for nothing, and 1 means "needed, nobody said how much".
/// </summary>
internal sealed class ImportDemandTable(IRegions regions) : IImportKind
{
    /// <summary>What people who filled in the tables wrote where an amount was not told.</summary>
    private const long UnknownAmount = 1;

    public string Name => "supplies-demand-table";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("facility", true, "医院名称", "单位名称", "名称", "hospital"),
        new("city", true, "file", "城市", "市"),
        new("district", false, "区县", "区", "县"),
        new("address", false, "医院地址", "地址"),
        new("link", false, "官方链接", "链接"),
        new("review", false, "审核状态"),
        .. ItemCatalogue.Current.All.Select(i => new ImportColumn(i.Code, false, [.. i.Aliases.Append(i.Zh)])),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => UndoNeeds.RunAsync(session, batchId, cancel);

    private sealed class Sink(ImportContext context, IRegionTree tree) : IImportSink
    {
        private readonly Oddities _odd = new();
        private readonly Dictionary<string, FacilityDraft> _facilities = new(StringComparer.Ordinal);
        private readonly Dictionary<(string Facility, string Item), (Amount Amount, string Link, bool IsVerified)> _asked = [];
        private FilePlaces Places => field ??= new(tree, _odd);

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var (name, city) = (row.Text("facility"), Places.City(row.Text("city")));
            if (name.Length is 0 or > 200) row.Reject("facility", "supplies.import.expected.name");
            if (city is null) row.Reject("city", "supplies.import.expected.city");
            var amounts = new List<(string Item, long Quantity)>();
            foreach (var item in ItemCatalogue.Current.All)
            {
                if (!row.Has(item.Code)) continue;
                var quantity = row.LongCount(item.Code);
                if (quantity > Stock.Ledger.QuantityMax) row.Reject(item.Code, "supplies.import.expected.quantity");
                if (quantity is null) _odd.Add("supplies.import.odd.empty", row.Line, $"{name} {item.Zh}");
                if (quantity > 0) amounts.Add((item.Code, quantity.Value));
            }
            if (row.Rejects.Count > 0) return ValueTask.CompletedTask;
            var (kind, frontLine) = FacilityKinds.OfName(name);
            var draft = new FacilityDraft("", name, kind, Places.Within(city!, row.Text("district"), row.Line)) { Address = Cut(row.Text("address"), 400), FrontLine = frontLine };
            var isVerified = row.Text("review") == "已审核";
            if (!isVerified) _odd.Add("supplies.import.odd.unreviewed", row.Line, name);
            if (amounts.Count == 0) _odd.Add("supplies.import.odd.asks-nothing", row.Line, name);
            if (_facilities.ContainsKey(draft.CodeOrMade)) _odd.Add("supplies.import.odd.repeated", row.Line, name);
            _facilities[draft.CodeOrMade] = draft;
            foreach (var (item, quantity) in amounts)
            {
                var amount = quantity == UnknownAmount ? Amount.Unknown : Amount.Known(quantity);
                if (amount.Kind == "unknown") _odd.Add("supplies.import.odd.unknown-amount", row.Line, $"{name} {ItemCatalogue.Current.Find(item)!.Zh}");
                // Of two rows of one hospital a number says more than none, else the later row counts; the repetition is told above.
                if (amount.Kind == "unknown" && _asked.TryGetValue((draft.CodeOrMade, item), out var before) && before.Amount.Kind == "known") continue;
                _asked[(draft.CodeOrMade, item)] = (amount, Cut(row.Text("link"), 1000), isVerified);
            }
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            await RegisterFacilities.RunAsync(session, _facilities.Values, context.BatchId, isDemo: false, cancel);
            var known = (await session.QueryAsync<Facility>($"SELECT {Facility.Columns} FROM supplies.facility WHERE code = ANY (@codes)", new { codes = _facilities.Keys.ToArray() }, cancel)).ToDictionary(f => f.Code);
            var (added, changed, unchanged) = (0L, 0L, 0L);
            foreach (var ((facility, item), (amount, link, isVerified)) in _asked)
            {
                var outcome = await new AskFor(known[facility], item, "", amount) { Source = "table", SourceLink = link, IsVerified = isVerified, BatchId = context.BatchId }.RunAsync(session, cancel);
                _ = outcome switch { AskOutcome.Asked => added++, AskOutcome.Changed => changed++, AskOutcome.Unchanged => unchanged++, _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The need of {facility} for {item} was refused: {outcome}.")) };
            }
            return new(added, changed, unchanged, _odd.Findings);
        }
    }

    internal static string Cut(string text, int length) => text.Length > length ? text[..length] : text;
}

/// <summary>Takes imported needs back: what was new goes, what was changed is as before; what people changed since stays theirs.</summary>
internal static class UndoNeeds
{
    public static async Task RunAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            UPDATE supplies.need n SET (specification, amount_kind, quantity, low, high, urgency, tier, tier_rule, burn_per_day, needed_by, is_verified, source, source_link, state, expires_at, version) =
                (SELECT b.specification, b.amount_kind, b.quantity, b.low, b.high, b.urgency, b.tier, b.tier_rule, b.burn_per_day, b.needed_by, b.is_verified, b.source, b.source_link, b.state, b.expires_at, n.version + 1
                 FROM jsonb_populate_record(NULL::supplies.need, s.before) b)
            FROM supplies.need_step s WHERE s.batch_id = @batchId AND s.need_id = n.id AND n.version = s.version
            """, new { batchId }, cancel);
        await session.ExecuteAsync("DELETE FROM supplies.need WHERE batch_id = @batchId AND version = 1", new { batchId }, cancel);
        await RegisterFacilities.UndoAsync(session, batchId, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }
}
