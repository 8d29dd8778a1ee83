using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Facilities;

namespace Rongtong.Supplies.Imports;

/// <summary>Imports facilities: <c>rongtong import supplies-facilities FILE</c>. A known code is changed; empty fields leave what is known.</summary>
internal sealed class ImportFacilities(IRegions regions) : IImportKind
{
    private static readonly string[] s_sizes = ["", "unknown", "small", "medium", "large"];

    public string Name => "supplies-facilities";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("name", true, "名称", "单位名称"), new("kind", true, "类型", "类别"), new("code", false, "代码", "编码"), new("region", false, "行政区划代码", "地区代码"),
        new("province", false, "省", "省份"), new("place", false, "地区", "市", "区县"), new("address", false, "地址"), new("longitude", false, "经度"), new("latitude", false, "纬度"),
        new("size", false, "规模"), new("frontline", false, "一线级别"), new("staff", false, "人员数", "职工人数"), new("person", false, "联系人"), new("phone", false, "电话", "联系电话"), new("email", false, "邮箱"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => RegisterFacilities.UndoAsync(session, batchId, cancel);

    private sealed class Sink(ImportContext context, IRegionTree tree) : IImportSink
    {
        private readonly List<FacilityDraft> _drafts = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var (name, kind, code, size) = (row.Text("name"), row.Text("kind"), row.Text("code"), row.Text("size"));
            if (name.Length is 0 or > 200) row.Reject("name", "supplies.import.expected.name");
            if (!FacilityKinds.All.Contains(kind)) row.Reject("kind", "supplies.import.expected.kind");
            if (code.Length > 40 || code.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')) row.Reject("code", "supplies.import.expected.code");
            if (!s_sizes.Contains(size)) row.Reject("size", "supplies.import.expected.size");
            var frontLine = row.Count("frontline") ?? 0;
            if (frontLine > 3) row.Reject("frontline", "supplies.import.expected.frontline");
            var region = row.Text("region") is { Length: >= 2 } given
                ? tree.Resolve(null, given[..2], null, given) : tree.Resolve(row.Text("province"), null, row.Text("place"), null);
            if (region is not { Region.IsStatistical: false } found) row.Reject(row.Has("region") ? "region" : "place", "supplies.import.expected.region");
            else if (tree.Find(new(found.Region.Code.Value)) is not null)
            {
                var draft = new FacilityDraft(code, name, kind, found.Region.Code.Value)
                {
                    Address = ImportDemandTable.Cut(row.Text("address"), 400),
                    SizeClass = size.Length == 0 ? "unknown" : size,
                    FrontLine = frontLine,
                    Staff = row.Count("staff"),
                    Longitude = Degrees(row, "longitude", 180),
                    Latitude = Degrees(row, "latitude", 90),
                    Person = ImportDemandTable.Cut(row.Text("person"), 100),
                    Phone = ImportDemandTable.Cut(row.Text("phone"), 40),
                    Email = ImportDemandTable.Cut(row.Text("email"), 200),
                };
                if (!context.Session.Actor.Covers(draft.RegionCode) && FacilityKinds.Receivers.Contains(kind)) row.Reject("region", "supplies.import.expected.scope");
                if (row.Rejects.Count == 0) _drafts.Add(draft);
            }
            return ValueTask.CompletedTask;
        }

        private static decimal? Degrees(ImportRow row, string column, int max)
        {
            var text = row.Text(column);
            if (text.Length == 0) return null;
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= max) return degrees;
            row.Reject(column, "supplies.import.expected.degrees");
            return null;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var (added, changed) = await RegisterFacilities.RunAsync(context.Session, _drafts, context.BatchId, isDemo: false, cancel);
            return new(added, changed, _drafts.Count - added - changed, []);
        }
    }
}
