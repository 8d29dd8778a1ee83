using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;

namespace Rongtong.Resumption.Projects;

/// <summary>Milestones of major projects: a deadline each, a case when one is late.</summary>
internal static class Milestones
{
    public static string Key(long id) => FormattableString.Invariant($"resumption.milestone:{id}");

    /// <summary>Due at the end of its day in China.</summary>
    public static Task SetAsync(Session session, long id, string region, string project, string name, DateOnly due, CancellationToken cancel) => session.PublishAsync(DeadlineSet.Kind, Key(id),
        new DeadlineSet(Key(id), ChinaDay.Start(due.AddDays(1)).ToUniversalTime(), region, $"重大项目：{project} {name}", $"Major project: {project}, {name}", "/resumption/projects"), cancel);

    /// <summary>Says that it is done; false when there is none in the actor's regions or it was done already.</summary>
    public static async Task<bool> DoneAsync(Session session, long id, DateOnly day, CancellationToken cancel)
    {
        if (day > ChinaDay.Of(session.Now)) return false;
        if (await session.ExecuteAsync("UPDATE resumption.milestone SET done_on = @day WHERE id = @id AND done_on IS NULL", new { id, day }, cancel) == 0) return false;
        await session.PublishAsync(DeadlineMet.Kind, Key(id), new DeadlineMet(Key(id)), cancel);
        await session.PublishAsync(CaseNoLongerWanted.Kind, Key(id), new CaseNoLongerWanted(Key(id), "the milestone was reached"), cancel);
        session.Audit("resumption.milestone-done", Key(id));
        return true;
    }

    public static async Task PassAsync(Session session, long id, CancellationToken cancel)
    {
        var late = await session.QuerySingleOrDefaultAsync<LateRow>("""
            UPDATE resumption.milestone m SET is_late = true FROM resumption.project p WHERE m.id = @id AND m.done_on IS NULL AND p.id = m.project_id
            RETURNING m.region_code, p.name AS project, m.name
            """, new { id }, cancel);
        if (late is not null) await session.PublishAsync(CaseWanted.Kind, Key(id), new CaseWanted(Key(id), "rules", late.RegionCode, null, $"重大项目节点逾期：{late.Project} {late.Name}", $"A milestone of a major project is late: {late.Project}, {late.Name}", "", "/resumption/projects", 3), cancel);
    }

    private sealed record LateRow
    {
        public string RegionCode { get; init; } = "";
        public string Project { get; init; } = "";
        public string Name { get; init; } = "";
    }
}

/// <summary>The list of major projects from a file: one row a milestone.</summary>
internal sealed class ImportProjects(IRegions regions) : IImportKind
{
    private const int TextLengthMax = 200;

    public string Name => "major-projects";

    public string Permission => ResumptionPermissions.Decide;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("code", true, "项目代码", "代码"), new("name", true, "项目名称", "项目"), new("region", true, "地区", "行政区划代码", "regionCode"), new("milestone", true, "节点"), new("due", true, "计划完成", "截止日期"),
        new("done", false, "完成日期"), new("enterprise", false, "统一社会信用代码", "企业代码"), new("investment", false, "投资额（万元）", "投资额"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        foreach (var id in await session.QueryAsync<long>("DELETE FROM resumption.milestone WHERE batch_id = @batchId RETURNING id", new { batchId }, cancel)) await session.PublishAsync(DeadlineMet.Kind, Milestones.Key(id), new DeadlineMet(Milestones.Key(id)), cancel);
        await session.ExecuteAsync("DELETE FROM resumption.project p WHERE batch_id = @batchId AND NOT EXISTS (SELECT FROM resumption.milestone m WHERE m.project_id = p.id)", new { batchId }, cancel);
    }

    private sealed class Sink(ImportContext context, IRegionTree tree) : IImportSink
    {
        private const long FenPerTenThousandYuan = 1_000_000;
        private long _new;
        private long _unchanged;
        private bool _isAlone;

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var (code, name, milestone, due) = (row.Text("code"), row.Text("name"), row.Text("milestone"), row.Day("due"));
            DateOnly? done = row.Text("done").Length > 0 ? row.Day("done") : null;
            foreach (var (column, text) in new[] { ("code", code), ("name", name), ("milestone", milestone) })
            {
                if (text.Length is 0 or > TextLengthMax) row.Reject(column, "resumption.import.expected.text");
            }
            var region = tree.Resolve(null, row.Text("region") is { Length: >= 2 } digits ? digits[..2] : null, "", row.Text("region"));
            if (region is not { Region.IsStatistical: false } found) row.Reject("region", "resumption.import.expected.region");
            else if (row.Rejects.Count == 0) await KeepAsync(code, name, found.Region.Code.Value, milestone, due, done, row.Text("enterprise"), row.LongCount("investment") ?? 0, cancel);
        }

        public Task<ImportOutcome> CompleteAsync(CancellationToken cancel) => Task.FromResult(new ImportOutcome(_new, 0, _unchanged, []));

        private async Task KeepAsync(string code, string name, string region, string milestone, DateOnly due, DateOnly? done, string enterprise, long investment, CancellationToken cancel)
        {
            var session = context.Session;
            // Rows come in the order of the file: two files with the same projects in another order would wait for each other.
            if (!_isAlone) await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('resumption.projects', 0))", cancel: cancel);
            _isAlone = true;
            await session.ExecuteAsync("""
                INSERT INTO resumption.project (code, name, region_code, enterprise_code, investment_fen, batch_id) VALUES (@code, @name, @region, @enterprise, @fen, @BatchId) ON CONFLICT (code) DO NOTHING
                """, new { code, name, region, enterprise, fen = Math.Min(investment, long.MaxValue / FenPerTenThousandYuan) * FenPerTenThousandYuan, context.BatchId }, cancel);
            var id = await session.QuerySingleOrDefaultAsync<long?>("""
                INSERT INTO resumption.milestone (project_id, region_code, enterprise_code, name, due_on, done_on, batch_id)
                SELECT id, region_code, enterprise_code, @milestone, @due, @done, @BatchId FROM resumption.project WHERE code = @code ON CONFLICT (project_id, name) DO NOTHING RETURNING id
                """, new { code, milestone, due, done, context.BatchId }, cancel);
            if (id is not { } added)
            {
                _unchanged++;
                return;
            }
            _new++;
            if (done is null) await Milestones.SetAsync(session, added, region, name, milestone, due, cancel);
        }
    }
}
