using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Outbreak.Cases;

/// <summary>
/// Imports daily cumulative counts by region: <c>rongtong import cases FILE</c>. Nation, province and city rows may stand mixed; a row
/// without a place is its province's, a row without a province the nation's.
/// </summary>
internal sealed class ImportCases(IRegions regions) : IImportKind
{
    /// <summary>Option that keeps the figures from being published with the import.</summary>
    public const string HoldOption = "hold";

    public string Name => "cases";

    public string Permission => OutbreakPermissions.Import;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("date", true, "日期", "day", "报告日期"),
        new("country", false, "国家", "countryName"),
        new("province", false, "省份", "省", "省级", "provinceName"),
        new("provinceCode", false, "省代码", "省份代码"),
        new("city", false, "城市", "市", "地区", "地市", "cityName", "region", "district", "县区"),
        new("cityCode", false, "城市代码", "市代码", "地区代码", "regionCode", "code", "行政区划代码"),
        new("confirmed", true, "确诊", "累计确诊", "确诊病例", "confirmedCount"),
        new("suspected", false, "疑似", "疑似病例", "suspectedCount"),
        new("cured", false, "治愈", "累计治愈", "治愈出院", "curedCount", "recovered"),
        new("dead", false, "死亡", "累计死亡", "deadCount", "deaths"),
        new("imported", false, "境外输入", "累计境外输入", "importedCount"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await MergeCases.UndoAsync(session, batchId, cancel);
        await RefreshPicture.RunAsync(session, regions.Current, cancel);
    }

    private sealed class Sink(ImportContext context, IRegions regions) : IImportSink
    {
        private const int StageRows = 5_000;
        private const int ExamplesMax = 5;

        /// <summary>Names that nothing knows, in one file; more of them mean that it is another kind of file.</summary>
        private const int UnknownNamesMax = 5_000;

        private readonly IRegionTree _tree = regions.Current;
        private readonly Dictionary<(string, string, string, string), RegionResolution?> _resolved = [];
        private readonly Dictionary<(RegionMatch Match, string Name, string Code), int> _named = [];
        private readonly Dictionary<string, Region> _newAreas = [];
        private readonly List<(CaseCount Count, bool Adds, long Line)> _rows = [];
        private DateOnly _lastDay = DateOnly.MinValue;
        private bool _staging;

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var day = row.Day("date");
            var country = row.Text("country");
            if (country.Length > 0 && country is not ("中国" or "CN" or "China" or "china")) row.Reject("country", "outbreak.import.expected.china");
            var resolution = Resolve(row);
            var count = new CaseCount
            {
                RegionCode = resolution?.Region.Code.Value ?? "",
                Day = day,
                Confirmed = row.Count("confirmed"),
                Suspected = row.Count("suspected"),
                Cured = row.Count("cured"),
                Dead = row.Count("dead"),
                Imported = row.Count("imported"),
            };
            if (count.Confirmed is null && row.Rejects.Count == 0) row.Reject("confirmed", "outbreak.import.expected.confirmed");
            if (row.Rejects.Count > 0 || resolution is not { } found) return;
            if (day > _lastDay) _lastDay = day;
            if (found.Match is RegionMatch.Rule or RegionMatch.Unknown or RegionMatch.Alias)
            {
                var key = (found.Match, row.Text("province") + row.Text("city"), found.Region.Code.Value);
                _named[key] = _named.GetValueOrDefault(key) + 1;
            }
            if (found.Region.IsStatistical && _tree.Find(found.Region.Code) is null)
            {
                _newAreas[found.Region.Code.Value] = found.Region;
                if (_newAreas.Count > UnknownNamesMax) throw new ImportFileException("outbreak.import.too-many-unknown", UnknownNamesMax, row.Line, row.Text("city"));
            }
            // Several groups without a place of their own ("source not published", "to be confirmed") share one area and add up.
            var adds = found.Region.IsStatistical && found.Region.Code.Value[2] != 'U';
            // Where a file names a province as a place in itself (Hong Kong in Hong Kong), the province's own row is the better one: it comes last.
            var isEcho = found.Region.Level is RegionLevel.Province && row.Text("city").Length > 0;
            _rows.Add((count, adds, isEcho ? -row.Line : row.Line));
            if (_rows.Count >= StageRows) await StageAsync(cancel);
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            await StageAsync(cancel);
            if (!_staging) return new(0, 0, 0, []);
            await regions.KeepAsync(_newAreas.Values, cancel);
            if (await MergeCases.LatestKnownAsync(context.Session, cancel) is { } latest && latest > context.KnownFrom)
                throw new ImportFileException("outbreak.import.known-before", latest.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture));
            var duplicates = await MergeCases.SettleDuplicatesAsync(context.Session, cancel);
            var merged = await MergeCases.MergeAsync(context.Session, context.KnownFrom, context.BatchId, cancel);
            if (!context.Options.ContainsKey(HoldOption))
            {
                var published = await PublishFigures.CurrentAsync(context.Session, cancel);
                if (published is null || published < _lastDay) await new PublishFigures(_lastDay).RunAsync(context.Session, cancel);
            }
            await RefreshPicture.RunAsync(context.Session, regions.Current, cancel);
            return new(merged.New, merged.Changed, merged.Unchanged, [.. duplicates, .. NameFindings(), .. await OddityFindingsAsync(cancel)]);
        }

        private RegionResolution? Resolve(ImportRow row)
        {
            var (province, provinceCode, city, cityCode) = (row.Text("province"), row.Text("provinceCode"), row.Text("city"), row.Text("cityCode"));
            if (province.Length + provinceCode.Length + city.Length + cityCode.Length == 0) return new(_tree.Find(RegionCode.Nation)!, RegionMatch.Code);
            // A file may know codes only: the province is in the code.
            if (province.Length + provinceCode.Length == 0 && cityCode.Length >= 2) provinceCode = cityCode[..2];
            var key = (province, provinceCode, city, cityCode);
            if (!_resolved.TryGetValue(key, out var resolution)) _resolved[key] = resolution = _tree.Resolve(province, provinceCode, city, cityCode);
            if (resolution is null) row.Reject(row.Has("province") ? "province" : "cityCode", "outbreak.import.expected.region");
            return resolution;
        }

        private async Task StageAsync(CancellationToken cancel)
        {
            if (_rows.Count == 0) return;
            _staging = true;
            await MergeCases.StageAsync(context.Session, _rows, cancel);
            _rows.Clear();
        }

        private IEnumerable<ImportFinding> NameFindings()
        {
            foreach (var group in _named.GroupBy(n => n.Key.Match).OrderBy(g => g.Key))
            {
                var rows = group.Sum(n => n.Value).ToString(CultureInfo.InvariantCulture);
                var names = string.Join("、", group.OrderByDescending(n => n.Value).Select(n => $"{n.Key.Name}→{n.Key.Code}").Distinct().Take(40));
                yield return new($"outbreak.import.odd.{group.Key.ToString().ToLowerInvariant()}", rows, names);
            }
        }

        private async Task<IReadOnlyList<ImportFinding>> OddityFindingsAsync(CancellationToken cancel)
        {
            var tree = regions.Current;
            var series = await ReadSeries.OfEveryRegionAsync(context.Session, AsOf.Now, cancel);
            var flags = series.Values.SelectMany(SeriesFlag.Find).ToList();
            foreach (var (code, whole) in series)
            {
                CaseSeries[] parts = [.. tree.ChildrenOf(code).Select(child => series.GetValueOrDefault(child.Code)).OfType<CaseSeries>()];
                flags.AddRange(SeriesFlag.FindSumDifferences(whole, parts));
            }
            return [.. flags.GroupBy(f => f.Oddity).OrderBy(g => g.Key).Select(g => new ImportFinding(
                $"outbreak.import.odd.{g.Key.ToString().ToLowerInvariant()}",
                g.Count().ToString(CultureInfo.InvariantCulture),
                string.Join("; ", g.OrderByDescending(f => Math.Abs((long)f.Value - f.Expected)).Take(ExamplesMax)
                    .Select(f => $"{tree.Find(f.Region)?.Name ?? f.Region.Value} {f.Day:yyyy-MM-dd}: {f.Value} ({f.Expected})"))))];
        }
    }
}
