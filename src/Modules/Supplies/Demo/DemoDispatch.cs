using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Planning;

namespace Rongtong.Supplies.Demo;

/// <summary>
/// Consignments of the invented province in every state: a week of deliveries that came, were short, lost, lapsed or declined; and a plan of today, sent,
/// of which some is confirmed, loaded, under way and there. Everything goes through the use cases, on the days on which it would have happened.
/// </summary>
internal sealed class DemoDispatch(Database database, IRegions regions, StoredPlans plans, Places places, DispatchKeys keys) : IDemoData
{
    private const int Days = 5;
    private const string Prefix = "demo:";

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        IReadOnlyList<Shelf> shelves;
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.consignment WHERE starts_with(reference, @Prefix))", new { Prefix }, cancel)) return;
            shelves = await session.QueryAsync<Shelf>("""
                SELECT b.place, b.item_code, sum(b.quantity)::bigint AS quantity FROM supplies.balance b JOIN supplies.facility f ON f.code = b.place
                WHERE f.is_demo AND f.role = 'supplier' AND b.state = 'on_hand' AND b.quantity > 0 GROUP BY 1, 2 ORDER BY 1, 2
                """, cancel: cancel);
        }
        await LoadPastAsync(shelves, cancel);
        await LoadTodayAsync(provinceCode, cancel);
    }

    /// <summary>One consignment of each producer's shelf a day: a twentieth of it to a hospital that asked.</summary>
    private async Task LoadPastAsync(IReadOnlyList<Shelf> shelves, CancellationToken cancel)
    {
        for (var back = Days; back >= 1; back--)
        {
            var wave = new List<(long Id, long Quantity, int Number)>();
            var start = new Database(database.Source, new ClockOfDaysAgo(database.Clock, TimeSpan.FromDays(back)));
            await using (var session = await start.BeginAsync(Actor.System, cancel))
            {
                foreach (var (shelf, number) in shelves.Select((s, n) => (s, n)))
                {
                    var asked = await session.QueryAsync<(long Need, string Facility, short Tier)>("""
                        SELECT n.id, n.facility_code, n.tier FROM supplies.need n JOIN supplies.facility f ON f.code = n.facility_code
                        WHERE f.is_demo AND n.item_code = @ItemCode AND n.state IN ('open', 'partly_met') AND n.amount_kind = 'known' AND n.quantity > n.met_quantity ORDER BY n.facility_code <> @DemoFacility, n.tier, n.id
                        """, new { shelf.ItemCode, DemoAccounts.DemoFacility }, cancel);
                    if (asked.Count == 0 || shelf.Quantity < 20) continue;
                    var to = asked[(number + back) % Math.Min(asked.Count, 4)];
                    var wanted = new NewConsignment(shelf.ItemCode, shelf.Place, to.Facility, shelf.Quantity / 20, "command", string.Create(CultureInfo.InvariantCulture, $"{Prefix}{back}:{number}"), to.Need, to.Tier);
                    // One in nine is answered by nobody: its reservation ends as soon as it began.
                    var goodFor = (number + back) % 9 == 8 ? TimeSpan.FromMicroseconds(1) : SendPlan.GoodFor;
                    if (await Reservations.ReserveAsync(session, [wanted], goodFor, cancel) is not ReserveOutcome.Reserved reserved) continue;
                    wave.Add((reserved.Ids[0], wanted.Quantity, number + back));
                    // Answered before anybody else sees it: the host's own clock lets lapse what has waited since days.
                    if (AnswerOf((number + back) % 9) is { } answer) await StepAsync(session, reserved.Ids[0], answer, cancel);
                }
                await session.CommitAsync(cancel);
            }
            var later = new Database(database.Source, new ClockOfDaysAgo(database.Clock, TimeSpan.FromDays(back) - TimeSpan.FromHours(2)));
            await InAsync(later, async session =>
            {
                foreach (var (id, quantity, number) in wave) await EndAsync(session, id, quantity, number % 9, cancel);
            }, cancel);
        }
    }

    private static StepInput? AnswerOf(int kind) => kind switch { 8 => null, 7 => new StepInput.Decline(), 6 => new StepInput.Cancel(), _ => new StepInput.Confirm() };

    private async Task EndAsync(Session session, long id, long quantity, int kind, CancellationToken cancel)
    {
        switch (kind)
        {
            case 8:
                // The host's own clock may have come first.
                await new TakeStep(id, new StepInput.Lapse()).RunAsync(session, cancel);
                return;
            case 7 or 6:
                return;
            default:
                await LoadAsync(session, id, TimeSpan.FromHours(20), cancel);
                await StepAsync(session, id, new StepInput.Ship(), cancel);
                StepInput end = kind switch
                {
                    5 => new StepInput.Lose(),
                    4 => new StepInput.Receive(quantity * 9 / 10, "damaged"),
                    3 => new StepInput.Receive(quantity - 1, "short"),
                    _ => new StepInput.Receive(quantity, null),
                };
                await StepAsync(session, id, end, cancel);
                return;
        }
    }

    private async Task LoadTodayAsync(string provinceCode, CancellationToken cancel)
    {
        await InAsync(database, async session =>
        {
            if (await new CreatePlan(provinceCode, new()) { IsDemo = true }.RunAsync(session, plans, places, cancel) is not CreateOutcome.Created plan) throw new InvalidOperationException("The plan of the demo data could not be made.");
            if (await new SendPlan(plan.Id, 1).RunAsync(session, regions.Current, cancel) is not SendOutcome.Sent) throw new InvalidOperationException("The plan of the demo data could not be sent.");
            var sent = await session.QueryAsync<long>("""
                SELECT c.id FROM supplies.plan_line l JOIN supplies.consignment c ON c.id = l.consignment_id WHERE l.plan_id = @Id AND c.made_on IS NULL ORDER BY c.to_facility <> @DemoFacility, c.id
                """, new { plan.Id, DemoAccounts.DemoFacility }, cancel);
            foreach (var (id, number) in sent.Select((id, n) => (id, n)))
            {
                switch (number % 7)
                {
                    case 0:
                        await StepAsync(session, id, new StepInput.Confirm(), cancel);
                        await LoadAsync(session, id, TimeSpan.FromHours(12), cancel);
                        await StepAsync(session, id, new StepInput.Ship(), cancel);
                        break;
                    case 1:
                        await StepAsync(session, id, new StepInput.Confirm(), cancel);
                        await LoadAsync(session, id, TimeSpan.FromHours(6), cancel);
                        await StepAsync(session, id, new StepInput.Ship(), cancel);
                        await StepAsync(session, id, new StepInput.Arrive(), cancel);
                        break;
                    case 2:
                        await StepAsync(session, id, new StepInput.Confirm(), cancel);
                        await LoadAsync(session, id, TimeSpan.FromHours(24), cancel);
                        break;
                    case 3:
                        await StepAsync(session, id, new StepInput.Confirm(), cancel);
                        break;
                    case 4 when number < 14:
                        await StepAsync(session, id, new StepInput.Decline(), cancel);
                        break;
                    case 5 when number < 7:
                        // Due in a minute: whoever looks at the board then sees a truck that is late.
                        await StepAsync(session, id, new StepInput.Confirm(), cancel);
                        await LoadAsync(session, id, TimeSpan.FromMinutes(1), cancel);
                        await StepAsync(session, id, new StepInput.Ship(), cancel);
                        break;
                }
            }
        }, cancel);
    }

    /// <summary>Puts what is confirmed on a truck of the carrier that has a demo account.</summary>
    private async Task LoadAsync(Session session, long id, TimeSpan due, CancellationToken cancel)
    {
        var order = new IssueOrder(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}"), [id], DemoAccounts.DemoCarrier, string.Create(CultureInfo.InvariantCulture, $"鄂A·D{id % 10_000:0000}"), session.Now + due);
        if (await order.RunAsync(session, keys, cancel) is not OrderOutcome.Issued) throw new InvalidOperationException($"Consignment {id} of the demo data could not be put on a truck.");
    }

    private static async Task StepAsync(Session session, long id, StepInput input, CancellationToken cancel)
    {
        if (await new TakeStep(id, input).RunAsync(session, cancel) is not TakeOutcome.Taken { Step: StepOutcome.Moved }) throw new InvalidOperationException($"Consignment {id} of the demo data could not take the step {input}.");
    }

    private static async Task InAsync(Database at, Func<Session, Task> work, CancellationToken cancel)
    {
        await using var session = await at.BeginAsync(Actor.System, cancel);
        await work(session);
        await session.CommitAsync(cancel);
    }

    private sealed record Shelf
    {
        public string Place { get; init; } = "";
        public string ItemCode { get; init; } = "";
        public long Quantity { get; init; }
    }
}
