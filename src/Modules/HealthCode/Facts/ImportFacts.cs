using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.HealthCode.Facts;

/// <summary>
/// Imports lists of laboratories, hospitals, disease control, carriers and ticket offices: <c>rongtong import health-facts FILE</c>. A person who is
/// not known is registered by document and name; restrictive rows wait as one batch for a second organisation.
/// </summary>
internal sealed class ImportFacts(IRegions regions, Secrets secrets, RefreshColours refresh) : IImportKind
{
    private const int ChunkRows = 5_000;

    public string Name => "health-facts";

    public string Permission => HealthCodePermissions.Record;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("documentType", false, "证件类型"),
        new("document", true, "证件号码", "身份证号", "idNumber"),
        new("name", true, "姓名"),
        new("region", true, "现住地区", "居住地", "regionCode"),
        new("kind", true, "事实类型", "类别"),
        new("source", true, "来源"),
        new("from", true, "日期", "开始日期", "day"),
        new("to", false, "结束日期"),
        new("place", false, "地点", "到访地", "placeCode"),
        new("result", false, "结果"),
        new("evidence", false, "依据", "报告编号"),
        new("confidence", false, "可信度"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions, secrets, refresh);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        var batches = await session.QueryAsync<long>("SELECT id FROM health_code.fact_batch WHERE import_batch_id = @batchId AND withdrawn_at = 'infinity'", new { batchId }, cancel);
        foreach (var batch in batches) await new FactBatches(refresh).WithdrawAsync(session, batch, cancel);
    }

    private sealed class Sink(ImportContext context, IRegions regions, Secrets secrets, RefreshColours refresh) : IImportSink
    {
        private readonly List<(DocumentNumber Document, string Name, string Region, NewFact Fact)> _rows = [];
        private readonly HashSet<string> _regionsSeen = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var type = Enum.TryParse<DocumentType>(row.Text("documentType"), ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : DocumentType.ResidentCard;
            var (document, problem) = DocumentNumber.Parse(type, row.Text("document"));
            if (document is null) row.Reject("document", problem!);
            if (row.Text("name").Length is 0 or > 60) row.Reject("name", "health.import.expected.name");
            var region = RegionOf(row, "region");
            if (region is null || !context.Session.Actor.Covers(region)) row.Reject("region", "health.import.expected.region");
            var place = row.Text("place").Length == 0 ? "" : RegionOf(row, "place");
            if (place is null) row.Reject("place", "health.import.expected.place");
            if (!Enum.TryParse<FactKind>(row.Text("kind"), ignoreCase: true, out var kind) || !Enum.IsDefined(kind)) row.Reject("kind", "health.import.expected.kind");
            if (!Enum.TryParse<FactSource>(row.Text("source"), ignoreCase: true, out var source) || !Enum.IsDefined(source)) row.Reject("source", "health.import.expected.source");
            var from = row.Day("from");
            var to = row.Text("to").Length == 0 ? from : row.Day("to");
            var confidence = 1f;
            if (row.Text("confidence") is { Length: > 0 } text && !(float.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out confidence) && confidence is >= 0 and <= 1)) row.Reject("confidence", "health.fact.problem.confidence");
            if (row.Rejects.Count > 0) return ValueTask.CompletedTask;
            var isPositive = row.Text("result").ToUpperInvariant() is "POSITIVE" or "阳性" or "CONFIRMED" or "确诊" or "+";
            var detail = kind switch
            {
                FactKind.TestResult => FactDetail.None with { Positive = isPositive },
                FactKind.Diagnosis => FactDetail.None with { Confirmed = isPositive },
                _ => FactDetail.None,
            };
            var fact = new NewFact(0, kind, from, to, place!, detail, source, row.Text("evidence"), confidence);
            if (RecordFacts.ProblemOf(fact, ChinaDay.Of(context.Session.Now)) is { } wrong)
            {
                row.Reject("kind", wrong);
                return ValueTask.CompletedTask;
            }
            _regionsSeen.Add(region!);
            _rows.Add((document!.Value, row.Text("name"), region!, fact));
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            var written = 0;
            foreach (var group in _rows.GroupBy(r => (r.Fact.Kind, IsRestrictive: PersonalFact.IsRestrictive(r.Fact.Kind, r.Fact.Detail))))
            {
                if (group.Key.IsRestrictive && session.Actor.Organisation.Length == 0) throw new ImportFileException("health.import.no-organisation");
                var people = group.Select(r => r.Document.ToString()).Distinct().Count();
                var batch = await FactBatches.OpenAsync(session, group.Key.Kind, CommonRegion(group.Select(r => r.Region)), group.First().Fact.Evidence, group.First().Fact.Evidence, group.Key.IsRestrictive, people, context.BatchId, cancel);
                foreach (var chunk in group.Chunk(ChunkRows))
                {
                    var ids = await RegisterPeople.FindOrAddAsync(session, secrets, [.. chunk.Select(r => (r.Document, r.Name, r.Region))], cancel);
                    var concerned = await RecordFacts.WriteAsync(session, [.. chunk.Select((r, i) => r.Fact with { PersonId = ids[i], BatchId = batch })], cancel);
                    if (!group.Key.IsRestrictive) await refresh.OfAsync(session, concerned, cancel);
                    written += chunk.Length;
                }
            }
            var waiting = _rows.Count(r => PersonalFact.IsRestrictive(r.Fact.Kind, r.Fact.Detail));
            return new(written, 0, 0, waiting == 0 ? [] : [new("health.import.waiting", waiting.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        }

        private string? RegionOf(ImportRow row, string column)
        {
            var text = row.Text(column);
            var code = text.All(char.IsAsciiDigit) ? text : null;
            if (code is not null)
            {
                while (code.Length > 2 && code.EndsWith("00", StringComparison.Ordinal)) code = code[..^2];
                return regions.Current.Find(new(code)) is { IsStatistical: false } found ? found.Code.Value : null;
            }
            return regions.Current.All.FirstOrDefault(r => !r.IsStatistical && r.Level is not RegionLevel.Nation && (r.Name == text || r.EnglishName == text))?.Code.Value;
        }

        /// <summary>The smallest region that holds all of them, so that who may record there finds the batch.</summary>
        private static string CommonRegion(IEnumerable<string> codes)
        {
            var common = codes.First();
            foreach (var code in codes)
            {
                while (!code.StartsWith(common, StringComparison.Ordinal)) common = common[..^2];
            }
            return common;
        }
    }
}
