using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Projects;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Demo;

/// <summary>Invented openings, reports and projects of enterprises of the demo register, the same every time; the use cases write them, so that rules and deadlines hold.</summary>
internal sealed class DemoResumption(Database database, IEnumerable<IEnterprises> enterprises, WhatIsHeld held, FileOpening filing, PlanReturn plan, Rules.OfficeBindings offices) : IDemoData
{
    /// <summary>Enterprises with an opening: enough for every list, little enough for a first visit.</summary>
    private const int Count = 60;

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        if (enterprises.FirstOrDefault() is not { } register) return;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM resumption.opening)", cancel: cancel)) return;
        var firms = new List<Enterprise>();
        if (await register.FindByCodeAsync(DemoAccounts.DemoEnterprise, cancel) is { } own) firms.Add(own);
        await foreach (var firm in register.AllAsync(cancel))
        {
            if (firms.Count >= Count) break;
            if (firm.Code != DemoAccounts.DemoEnterprise && firm.Region.IsWithin(new(provinceCode))) firms.Add(firm);
        }
        var today = ChinaDay.Of(session.Now);
        for (var i = 0; i < firms.Count; i++) await OpenAsync(session, firms[i], i, today, cancel);
        // Answered a week ago, so that reports are awaited today at whatever hour the demo is loaded.
        await session.ExecuteAsync("UPDATE resumption.opening SET ended_at = ended_at - interval '7 days' WHERE ended_at IS NOT NULL", cancel: cancel);
        await new ExpectReports().RunAsync(session, cancel);
        if (firms.Count > 0)
        {
            await plan.RunAsync(session, firms[0].Code, new PlanTerms(), "demo", cancel);
            await AddProjectsAsync(session, firms, provinceCode, today, cancel);
        }
        await session.CommitAsync(cancel);
    }

    private async Task OpenAsync(Session session, Enterprise firm, int order, DateOnly today, CancellationToken cancel)
    {
        if (await filing.RunAsync(session, firm.Code, today, 20 + (order * 37 % 900), isCommitted: true, cancel) is not FilingOutcome.Filed filed) return;
        // Two thirds are answered; the others show who is stuck where.
        if (filed.Status is OpeningStatus.Waiting && order % 3 > 0)
        {
            foreach (var office in Rules.DatedRules.List.Offices[filed.Track]) await AnswerOpening.AnswerAsync(session, offices, filed.Id, office, order % 10 != 7, order % 10 == 7 ? "demo" : "", cancel);
        }
        for (var ago = 6; order % 5 > 0 && ago >= (order % 4 == 0 ? 1 : 0); ago--)
            await new SendReport(today.AddDays(-ago), 0, 10 + (order * 13 % 200), IsOpen: true, 0, "").RunAsync(session, held, firm.Code, cancel);
    }

    private static async Task AddProjectsAsync(Session session, List<Enterprise> firms, string province, DateOnly today, CancellationToken cancel)
    {
        foreach (var (name, order) in new[] { ("示范园区二期", 0), ("轨道交通示范线", 1), ("医用防护用品生产基地", 2) })
        {
            var firm = firms[order % firms.Count];
            var id = await session.QuerySingleAsync<long>("INSERT INTO resumption.project (code, name, region_code, enterprise_code, investment_fen) VALUES (@code, @name, @Value, @Code, @fen) RETURNING id",
                new { code = FormattableString.Invariant($"DEMO-{province}-{order}"), name, firm.Region.Value, firm.Code, fen = (order + 1) * 50_000_000_000L }, cancel);
            foreach (var (milestone, days) in new[] { ("复工", -3), ("主体施工", 20 + order), ("验收", 90) })
            {
                var added = await session.QuerySingleAsync<long>("INSERT INTO resumption.milestone (project_id, region_code, enterprise_code, name, due_on, done_on) VALUES (@id, @Value, @Code, @milestone, @due, @done) RETURNING id",
                    new { id, firm.Region.Value, firm.Code, milestone, due = today.AddDays(days), done = days < 0 && order < 2 ? today.AddDays(days) : (DateOnly?)null }, cancel);
                if (days > 0 || order == 2) await Milestones.SetAsync(session, added, firm.Region.Value, name, milestone, today.AddDays(days), cancel);
            }
        }
    }
}
