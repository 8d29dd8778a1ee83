using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Casework.Liaison;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Casework.Demo;

/// <summary>
/// Invented matters of the demo province, the same every time: of the enterprise for which "enterprise" acts, of other enterprises of the register
/// and of its cities, at every stage a case can have, so that each page has something. They take the same steps that people take.
/// </summary>
internal sealed class DemoCases(Database database, IRegions regions, EnterpriseFacts enterprises, Accounts accounts, WorkCalendar calendar) : IDemoData
{
    /// <summary>Cases of demo mode.</summary>
    public const int Count = 48;

    /// <summary>Enterprises that the demo liaison officer looks after.</summary>
    public const int AssignedMax = 40;

    private const double HoursOfFirst = 3;
    private const double HoursBetween = 2.5;

    private static readonly (string Category, string Words)[] s_matters =
    [
        ("labour", "外省员工返岗交通不便，缺口约三成\n请协调点对点包车，上车地点可集中在两个车站。"), ("materials", "口罩库存只够三天\n每天需要一千二百只，现有供应商无法按期交货。"),
        ("money", "贷款本月到期，流动资金紧张\n申请展期或续贷，订单和纳税记录可提供。"), ("logistics", "原料车在县界被劝返\n司机持绿码和通行证，仍要求中转。"),
        ("rules", "复工备案材料要求前后不一致\n街道与园区口径不同，请明确清单。"), ("supplies", "额温枪和消毒液采购不到\n食堂与宿舍每日消毒需要固定供应。"),
        ("labour", "关键岗位人员在外地隔离\n数控调试两人无法到岗，整条线停。"), ("money", "厂房租金减免如何办理\n承租国有物业，尚未收到减免通知。"),
        ("logistics", "出口货柜无法按时集港\n拖车司机不足，船期为下周二。"), ("health", "员工健康码为黄码，能否返岗\n已居家满十四天。"),
        ("materials", "上游包装厂尚未复工\n纸箱断供，成品无法出库。"), ("price", "熔喷布报价一周涨三倍\n请核查是否哄抬价格。"),
    ];

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM casework.case_file)", cancel: cancel)) return;
        var known = (await accounts.ListAsync(Actor.System, cancel)).Where(a => a.IsDemo).ToDictionary(a => a.Login, a => a.ToActor());
        if (!known.TryGetValue("liaison", out var liaison) || !known.TryGetValue("industry", out var bureau) || !known.TryGetValue("enterprise", out var owner)) return;
        var own = await enterprises.FindByCodeAsync(DemoAccounts.DemoEnterprise, cancel);
        var (ofOwner, others) = (own is null ? [] : new[] { own }, await OthersAsync(provinceCode, own, cancel));
        await WhenEnterprisesChanged.StoreAsync(session, [.. ofOwner, .. others], cancel);
        var today = ChinaDay.Of(session.Now);
        foreach (var enterprise in ofOwner.Concat(others))
            await Assignments.AssignAsync(session, new(liaison.Id, liaison.Name), enterprise.Region.Value, "", enterprise.Id, today, cancel);

        var cities = regions.Current.ChildrenOf(new(provinceCode)).Where(r => !r.IsStatistical).Select(r => r.Code.Value).ToArray();
        var officer = new Officer(liaison.Id, liaison.Name);
        session.Audit("casework.demo-loaded", provinceCode);
        await session.PublishAsync(MessageWanted.Kind, "demo", new MessageWanted("sms", "10000000001", "", "您反映的问题已受理，可在“我的诉求”查看进度。"), cancel);
        await session.CommitAsync(cancel);

        for (var n = 0; n < Count; n++)
        {
            var (category, words) = s_matters[n % s_matters.Length];
            // Every fourth is the demo enterprise's own; the rest goes round the others, or round the cities where the register holds none.
            var about = n % 4 == 0 && own is not null ? own : others.Count > 0 ? others[n % others.Count] : null;
            var days = n % 3;
            var author = about == own && own is not null ? owner : bureau;
            var wanted = new NewCase($"casework.demo:{n}", category, CaseRules.Current.LadderOf(days).Urgency, about?.Region.Value ?? cities[n % cities.Length], about, words.Split('\n')[0], words.Split('\n')[0], words, "",
                IsShared: true, days, author.Id, about?.Name ?? bureau.Name, 0);
            await WalkAsync(wanted, TimeSpan.FromHours(HoursOfFirst + n * HoursBetween), n, new Officer(liaison.Id, liaison.Name), cancel);
        }
    }

    /// <summary>Takes the n-th case as far as its number says, each step some hours after the one before, as if it had been done then.</summary>
    private async Task WalkAsync(NewCase wanted, TimeSpan ago, int n, Officer officer, CancellationToken cancel)
    {
        CaseInput[] path = (n % 6) switch
        {
            0 => [],
            1 => [new CaseInput.Accept()],
            2 => [new CaseInput.Accept(), new CaseInput.Ask("请补充每日用量和现有库存。")],
            3 => [new CaseInput.Accept(), new CaseInput.Note("已联系市指挥部物资组。"), new CaseInput.Solve(CaseResult.Solved, "已协调到位，请确认。"), new CaseInput.Rate(n % 5 == 0 ? 3 : 5, "办得快")],
            4 => [new CaseInput.Accept(), new CaseInput.Solve(CaseResult.Partly, "先解决一半，其余排入下周计划。"), new CaseInput.Rate(3, "还差一半")],
            _ => [new CaseInput.Accept(), new CaseInput.Solve(CaseResult.Unsolved, "本地无此产能，已转报省级。")],
        };
        var clock = new PastClock(database.Clock, ago);
        var then = new Database(database.Source, clock);
        long id;
        await using (var opening = await then.BeginAsync(Actor.System, cancel))
        {
            id = await InsertCase.RunAsync(opening, wanted, calendar, cancel);
            await opening.CommitAsync(cancel);
        }
        var pause = ago / (path.Length + 1);
        foreach (var input in path)
        {
            clock.Pass(pause);
            await using var session = await then.BeginAsync(Actor.System, cancel);
            var file = (await CaseFile.LockAsync(session, id, cancel))!;
            var party = input is CaseInput.Rate ? Party.Enterprise : Party.Officer;
            // A case about no enterprise is not asked back or rated.
            if ((party is Party.Enterprise && !file.State.IsOfEnterprise) || CaseFlow.Decide(file.State, input, party, CaseRules.Current, calendar, session.Now) is not CaseOutcome.Taken taken) continue;
            await file.WriteAsync(session, taken, officer.Id, party is Party.Enterprise ? wanted.AuthorName : officer.Name, input.Words, cancel);
            if (input is CaseInput.Accept) await session.ExecuteAsync("UPDATE casework.case_file SET owner_id = @Id, owner_name = @Name WHERE id = @caseId", new { officer.Id, officer.Name, caseId = id }, cancel);
            await session.CommitAsync(cancel);
        }
    }

    private async Task<IReadOnlyList<Enterprise>> OthersAsync(string province, Enterprise? own, CancellationToken cancel)
    {
        var found = new List<Enterprise>();
        await foreach (var enterprise in enterprises.AllAsync(cancel))
        {
            if (enterprise.Id != own?.Id && enterprise.Region.Value.StartsWith(province, StringComparison.Ordinal)) found.Add(enterprise);
            if (found.Count == AssignedMax) break;
        }
        return found;
    }

    /// <summary>A clock that runs behind, by less and less.</summary>
    private sealed class PastClock(TimeProvider clock, TimeSpan ago) : TimeProvider
    {
        private TimeSpan _ago = ago;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - _ago;

        public void Pass(TimeSpan time) => _ago -= time;
    }
}
