using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Codes;
using Rongtong.Registry.Enterprises.Merge;

namespace Rongtong.Registry.Enterprises.Import;

/// <summary>
/// Imports enterprises: <c>rongtong import enterprises FILE</c>. Runs unattended: what cannot be right is rejected with its line, what is odd is
/// reported, what looks like the same enterprise twice is put before a person. The option "day" (yyyy-MM-dd) says of when the file is: its
/// industry and region codes are read by the lists of that day.
/// </summary>
internal sealed class ImportEnterprises(IRegions regions) : IImportKind
{
    public string Name => "enterprises";

    public string Permission => RegistryPermissions.Enterprises;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("code", true, "统一社会信用代码", "社会信用代码", "信用代码", "uscc", "creditCode"),
        new("name", true, "企业名称", "单位名称", "单位详细名称", "名称"),
        new("region", false, "行政区划代码", "所属区县", "区县", "地区代码", "县区", "county", "regionCode"),
        new("province", false, "省份", "省"),
        new("address", false, "地址", "注册地址", "住所", "经营地址"),
        new("industry", false, "行业", "行业代码", "国民经济行业", "industryCode"),
        new("persons", false, "从业人员", "从业人数", "职工人数", "人数", "employees"),
        new("revenue", false, "营业收入（万元）", "营业收入", "年营业收入"),
        new("assets", false, "资产总额（万元）", "资产总额", "资产总计"),
        new("park", false, "园区", "产业集群", "开发区", "cluster"),
        new("status", false, "登记状态", "经营状态", "状态"),
        new("registered", false, "成立日期", "注册日期", "registeredOn"),
        new("closed", false, "注销日期", "closedOn"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await KeepEnterprises.UndoAsync(session, batchId, cancel);
        await AnnounceEnterprises.EverythingAsync(session, cancel);
    }

    private sealed class Sink : IImportSink
    {
        private static readonly Dictionary<string, string> s_statuses = new(StringComparer.OrdinalIgnoreCase)
        {
            ["active"] = "active",
            ["存续"] = "active",
            ["在业"] = "active",
            ["正常"] = "active",
            ["开业"] = "active",
            ["存续（在营、开业、在册）"] = "active",
            ["suspended"] = "suspended",
            ["停业"] = "suspended",
            ["歇业"] = "suspended",
            ["revoked"] = "revoked",
            ["吊销"] = "revoked",
            ["吊销未注销"] = "revoked",
            ["closed"] = "closed",
            ["注销"] = "closed",
            ["已注销"] = "closed",
        };

        private readonly ImportContext _context;
        private readonly IRegionTree _tree;
        private readonly KeepEnterprises _keep;
        private readonly DateOnly _day;
        private readonly Dictionary<(string, string), Region?> _regions = [];
        private readonly Dictionary<string, string?> _industries = [];
        private readonly List<ImportFinding> _checks = [];
        private int _innerWrong;

        public Sink(ImportContext context, IRegionTree tree)
        {
            (_context, _tree) = (context, tree);
            _keep = new(context.Session, $"import {context.BatchId}", context.BatchId);
            _day = context.Options.TryGetValue("day", out var day) && DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed : ChinaDay.Of(context.KnownFrom);
        }

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var code = CreditCode.Normalise(row.Text("code"));
            CheckCode(row, code);
            var name = row.Text("name");
            if (name.Length is 0 or > EnterpriseRow.TextLengthMax) row.Reject("name", "registry.enterprises.expected.name");
            if (row.Text("address").Length > EnterpriseRow.TextLengthMax) row.Reject("address", "registry.enterprises.expected.address");
            if (row.Text("park").Length > EnterpriseRow.TextLengthMax) row.Reject("park", "registry.enterprises.expected.address");
            var region = RegionOf(row, code);
            if (region is null) row.Reject("region", "registry.enterprises.expected.region");
            else if (_context.Session.Actor.Kind is not Platform.Access.ActorKind.System && !_context.Session.Actor.Covers(region.Code.Value)) row.Reject("region", "registry.enterprises.expected.scope");
            var industry = IndustryOf(row.Text("industry"));
            if (industry is null && row.Text("industry").Length > 0) row.Reject("industry", "registry.enterprises.expected.industry");
            var status = row.Text("status");
            if (status.Length > 0 && !s_statuses.ContainsKey(status)) row.Reject("status", "registry.enterprises.expected.status");
            var (registered, closed) = (DayOf(row, "registered"), DayOf(row, "closed"));
            if (closed < registered) row.Reject("closed", "registry.enterprises.expected.closed");
            var kept = new EnterpriseRow(code, name, region?.Code.Value ?? "")
            {
                Address = row.Text("address"),
                Industry = industry,
                Persons = row.Count("persons"),
                Revenue = row.LongCount("revenue"),
                Assets = row.LongCount("assets"),
                Park = row.Text("park"),
                Status = status.Length > 0 ? s_statuses.GetValueOrDefault(status) : null,
                RegisteredOn = registered,
                ClosedOn = closed,
            };
            if (row.Rejects.Count == 0) await _keep.AddAsync(kept, cancel);
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var outcome = await _keep.CompleteAsync(cancel);
            var duplicates = await new FindDuplicates(_context.Session, _tree).RunAsync(_context.BatchId, cancel);
            await AnnounceEnterprises.TouchedAsync(_context.Session, cancel);
            var findings = new List<ImportFinding>(_checks);
            if (_innerWrong > 0) findings.Add(new("registry.enterprises.finding.inner", Count(_innerWrong)));
            if (outcome.Repeated.Count > 0) findings.Add(new("registry.enterprises.finding.repeated", Count(outcome.Repeated.Count), Named(outcome.Repeated)));
            if (outcome.Outside.Count > 0) findings.Add(new("registry.enterprises.finding.outside", Count(outcome.Outside.Count), Named(outcome.Outside)));
            if (duplicates.Found > 0) findings.Add(new("registry.enterprises.finding.duplicates", Count(duplicates.Found)));
            if (duplicates.CrowdedBlocks > 0) findings.Add(new("registry.enterprises.finding.crowded", Count(duplicates.CrowdedBlocks)));
            return new(outcome.New, outcome.Changed, outcome.Unchanged, findings);
        }

        private void CheckCode(ImportRow row, string code)
        {
            var findings = CreditCode.Check(code);
            if (findings is CreditCodeFindings.Inner)
            {
                // The register has issued such codes; the outer check shows that it was copied right.
                _innerWrong++;
                return;
            }
            if (findings is CreditCodeFindings.None) return;
            row.Reject("code", CodeProblemKey(findings));
            if (findings.HasFlag(CreditCodeFindings.Outer) && _checks.Count < KeepEnterprises.NamedMax)
                _checks.Add(new("registry.enterprises.finding.check", row.Line.ToString(CultureInfo.InvariantCulture), code, CreditCode.ExpectedOuter(code).ToString()!));
        }

        private Region? RegionOf(ImportRow row, string code)
        {
            var (province, place) = (row.Text("province"), row.Text("region"));
            if (place.Length == 0 && province.Length == 0 && code.Length == CreditCode.Length) place = code[2..8];
            if (_regions.TryGetValue((province, place), out var known)) return known;
            return _regions[(province, place)] = RegionReading.Read(_tree, province, place, _day);
        }

        private string? IndustryOf(string text) =>
            text.Length == 0 ? null : _industries.TryGetValue(text, out var known) ? known : _industries[text] = Industries.Resolve(text, _day);

        private static DateOnly? DayOf(ImportRow row, string column) => row.Text(column).Length == 0 ? null : row.Day(column);

        private static string Named(IReadOnlyList<string> codes) => string.Join(", ", codes.Take(KeepEnterprises.NamedMax)) + (codes.Count > KeepEnterprises.NamedMax ? " …" : "");

        private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Key of the sentence for the gravest thing wrong with a code.</summary>
    internal static string CodeProblemKey(CreditCodeFindings findings) => findings switch
    {
        _ when findings.HasFlag(CreditCodeFindings.Length) => "registry.enterprises.expected.code-length",
        _ when findings.HasFlag(CreditCodeFindings.Alphabet) => "registry.enterprises.expected.code-alphabet",
        _ when findings.HasFlag(CreditCodeFindings.Division) => "registry.enterprises.expected.code-division",
        _ when findings.HasFlag(CreditCodeFindings.Outer) => "registry.enterprises.expected.code-outer",
        _ => "registry.enterprises.expected.code-inner",
    };
}
