using System.Globalization;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Purchases;
using Rongtong.Supplies.Recycling;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Demo;

/// <summary>
/// What the invented province is given, asks prices for and sends back after use, each in every state. Everything goes through the use cases, on the days
/// on which it would have happened; donors and notes say that they are invented.
/// </summary>
internal sealed class DemoGiven(Database database, DispatchKeys keys) : IDemoData
{
    /// <summary>Code of the gift that can be followed from the donor to three hospitals.</summary>
    public const string FollowedCode = "DEMGAFT22222";

    private const string Second = "H-DEMO-2";
    private const string Treatment = "T-DEMO-1";
    private const string Carrier = DemoAccounts.DemoCarrier;
    private const string Hospital = DemoAccounts.DemoFacility;

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        var region = "";
        await InAsync(0, async session =>
        {
            if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.donor_offer WHERE starts_with(report, 'demo:'))", cancel: cancel)) return;
            region = (await FindAsync(session, Hospital, cancel)).RegionCode;
            await RegisterFacilities.RunAsync(session, [new FacilityDraft(Treatment, "演示医疗废物处置中心", "other", region)], null, isDemo: true, cancel);
        }, cancel);
        if (region.Length == 0) return;
        await LoadGiftsAsync(region, cancel);
        await LoadQuotationsAsync(cancel);
        await LoadCollectionsAsync(cancel);
    }

    private async Task LoadGiftsAsync(string region, CancellationToken cancel)
    {
        await InAsync(20, async session => await OfferAsync(session, "DEMGAFT22227", "演示捐赠人（已过期）", "mask-surgical", 200, region, cancel), cancel);
        await InAsync(6, async session =>
        {
            await AcceptAsync(session, await OfferAsync(session, FollowedCode, "演示校友会", "gown-isolation", 500, region, cancel), Hospital, cancel);
            await ExpectAsync(AnswerGift.DecideAsync(session, await OfferAsync(session, "DEMGAFT22225", "演示捐赠人（未接收）", "goggles", 3, region, cancel), null, cancel));
            await OfferAsync(session, "DEMGAFT22226", "演示捐赠人（已撤回）", "suit", 40, region, cancel);
            await ExpectAsync(AnswerGift.ByDonorAsync(session, "DEMGAFT22226", "withdraw", cancel));
        }, cancel);
        var forwarded = new List<long>();
        await InAsync(5, async session =>
        {
            // Twenty fewer came than were offered.
            await ExpectAsync(AnswerGift.TakeAsync(session, await session.QuerySingleAsync<long>("SELECT id FROM supplies.donor_offer WHERE code = @FollowedCode", new { FollowedCode }, cancel), 480, cancel));
            await new TakeDonation(await FindAsync(session, Second, cancel), "face-shield", 120, "演示志愿者", "demo") { Code = "DEMGAFT22228" }.RunAsync(session, cancel);
        }, cancel);
        await InAsync(4, async session =>
        {
            foreach (var (to, quantity) in new[] { (Second, 100L), ("H-DEMO-3", 60L) })
            {
                var wanted = new NewConsignment("gown-isolation", Hospital, to, quantity, "voluntary", "demo-gift:" + to, null, 4);
                if (await Reservations.ReserveAsync(session, [wanted], TimeSpan.FromDays(1), cancel) is not ReserveOutcome.Reserved reserved) throw new InvalidOperationException($"The gift of the demo data could not be reserved for {to}.");
                forwarded.Add(reserved.Ids[0]);
                await StepAsync(session, reserved.Ids[0], new StepInput.Confirm(), cancel);
            }
        }, cancel);
        await InAsync(3, async session =>
        {
            foreach (var id in forwarded)
            {
                if (await new IssueOrder(string.Create(CultureInfo.InvariantCulture, $"demo-gift:{id}"), [id], Carrier, "鄂A·D0001", session.Now.AddDays(4)).RunAsync(session, keys, cancel) is not OrderOutcome.Issued) throw new InvalidOperationException($"The gift of the demo data, consignment {id}, could not be put on a truck.");
                await StepAsync(session, id, new StepInput.Ship(), cancel);
            }
            await StepAsync(session, forwarded[0], new StepInput.Receive(100, null), cancel);
        }, cancel);
        await InAsync(1, async session =>
        {
            await AcceptAsync(session, await OfferAsync(session, "DEMGAFT22224", "演示爱心企业", "alcohol-75", 300, region, cancel), Hospital, cancel);
            await OfferAsync(session, "DEMGAFT22223", "演示热心市民", "mask-medical", 1_000, region, cancel);
            await OfferAsync(session, "DEMGAFT22229", "", "respirator-kn95", 60, region, cancel);
        }, cancel);
    }

    private static async Task<long> OfferAsync(Session session, string code, string donor, string item, long quantity, string region, CancellationToken cancel)
    {
        await ExpectAsync(new OfferGift(item, quantity, region, "demo:gift:" + code) { Code = code, Donor = donor, Note = "演示数据 Demo" }.RunAsync(session, cancel));
        return await session.QuerySingleAsync<long>("SELECT id FROM supplies.donor_offer WHERE code = @code", new { code }, cancel);
    }

    private static Task AcceptAsync(Session session, long offer, string facility, CancellationToken cancel) => ExpectAsync(AnswerGift.DecideAsync(session, offer, facility, cancel));

    private async Task LoadQuotationsAsync(CancellationToken cancel)
    {
        // Test kits and barrier masks: what no plan of the demo province takes from the shelves.
        var past = 0L;
        await InAsync(10, async session =>
        {
            past = await AskAsync(session, Hospital, "respirator-kn95", 400, 3, "past", cancel);
            await QuoteAsync(session, past, "S-DEMO-9", 400, 1_150, cancel);
        }, cancel);
        await InAsync(2, async session =>
        {
            var ordered = await AskAsync(session, Hospital, "test-pcr", 300, 5, "ordered", cancel);
            await QuoteAsync(session, ordered, "S-DEMO-8", 300, 9_800, cancel);
            var best = await QuoteAsync(session, ordered, "S-DEMO-18", 300, 9_200, cancel);
            if (await new OrderOf(ordered, best, 300, "demo").RunAsync(session, cancel) is not PurchaseOutcome.Done { Id: var consignment }) throw new InvalidOperationException("The quotation of the demo data could not be ordered.");
            await StepAsync(session, consignment, new StepInput.Confirm(), cancel);
            await QuotationRequest.CloseAsync(session, await AskAsync(session, Hospital, "thermometer", 50, 5, "closed", cancel), cancel);
        }, cancel);
        await InAsync(1, async session =>
        {
            var compared = await AskAsync(session, Hospital, "test-pcr", 2_000, 7, "compared", cancel);
            foreach (var (supplier, quantity, fen) in new[] { ("S-DEMO-8", 2_000L, 9_600L), ("S-DEMO-18", 200, 9_100), ("S-DEMO-9", 1_500, 10_400) }) await QuoteAsync(session, compared, supplier, quantity, fen, cancel);
            await AskAsync(session, Second, "gown-isolation", 600, 7, "unanswered", cancel);
        }, cancel);
    }

    private static async Task<long> AskAsync(Session session, string facility, string item, long quantity, long days, string name, CancellationToken cancel) =>
        await new AskForQuotations(await FindAsync(session, facility, cancel), item, quantity, days, "demo:" + name) { Specification = "演示数据 Demo" }.RunAsync(session, cancel) is PurchaseOutcome.Done done
            ? done.Id : throw new InvalidOperationException($"The request {name} of the demo data was refused.");

    private static async Task<long> QuoteAsync(Session session, long request, string supplier, long quantity, long fen, CancellationToken cancel) =>
        await new Quote(request, await FindAsync(session, supplier, cancel), quantity, fen, null).RunAsync(session, cancel) is PurchaseOutcome.Done done
            ? done.Id : throw new InvalidOperationException($"The quotation of {supplier} in the demo data was refused.");

    private async Task LoadCollectionsAsync(CancellationToken cancel)
    {
        var loads = new Dictionary<string, long>();
        await InAsync(4, async session =>
        {
            // What was used so long ago that all of it is fetched, weighed and burnt or cleaned.
            foreach (var (name, stream, item, quantity, grams) in new (string, string, string?, long?, long)[]
            {
                ("burnt", "protective", "mask-surgical", 20, 300), ("doubtful", "protective", "respirator-medical", 20, 640), ("fetched", "sharps", null, null, 12_500), ("cleaned", "reusable", "goggles", 2, 240), ("waiting", "protective", "suit", 8, 3_200),
            })
            {
                if (item is not null) await UseAsync(session, item, quantity!.Value, cancel);
                var collect = new Collect("demo:" + name, await FindAsync(session, Hospital, cancel), stream, item, quantity, grams, Carrier, Treatment);
                loads[name] = await collect.RunAsync(session, cancel) is CollectOutcome.Done done ? done.Id : throw new InvalidOperationException($"The load {name} of the demo data was refused.");
            }
        }, cancel);
        await InAsync(3, async session =>
        {
            foreach (var (name, step, grams) in new (string, string, long)[]
            { ("burnt", "fetch", 300), ("doubtful", "fetch", 640), ("fetched", "fetch", 12_480), ("cleaned", "fetch", 240), ("burnt", "receive", 298), ("doubtful", "receive", 410), ("cleaned", "receive", 240) })
            {
                if (await new WeighLoad(loads[name], step, grams).RunAsync(session, cancel) is not CollectOutcome.Done) throw new InvalidOperationException($"The load {name} of the demo data could not be weighed.");
            }
            if (await Collect.CloseAsync(session, loads["burnt"], "destroyed", "演示-0001", cancel) is not CollectOutcome.Done || await Collect.CloseAsync(session, loads["cleaned"], "returned", "", cancel) is not CollectOutcome.Done)
                throw new InvalidOperationException("The loads of the demo data could not be closed.");
        }, cancel);
    }

    /// <summary>Counted and used: the hospital has that much of it behind it, whatever else it has.</summary>
    private static async Task UseAsync(Session session, string item, long quantity, CancellationToken cancel)
    {
        var there = await session.QuerySingleAsync<long>("SELECT coalesce(sum(quantity), 0)::bigint FROM supplies.balance WHERE place = @Hospital AND item_code = @item AND state = 'on_hand'", new { Hospital, item }, cancel);
        if (await new CountStock("demo:used:" + item, Hospital, item, quantity, there).RunAsync(session, cancel) is not CountOutcome.Counted) throw new InvalidOperationException($"The use of {item} in the demo data was refused.");
    }

    private static async Task<Facility> FindAsync(Session session, string code, CancellationToken cancel) =>
        await Facility.FindAsync(session, code, cancel) ?? throw new InvalidOperationException($"The demo data have no facility {code}; they are loaded after the invented province.");

    private static async Task ExpectAsync(Task<GiveOutcome> step)
    {
        if (await step is not GiveOutcome.Done and var other) throw new InvalidOperationException($"A gift of the demo data was refused: {other}.");
    }

    private static async Task StepAsync(Session session, long id, StepInput input, CancellationToken cancel)
    {
        if (await new TakeStep(id, input).RunAsync(session, cancel) is not TakeOutcome.Taken { Step: StepOutcome.Moved }) throw new InvalidOperationException($"Consignment {id} of the demo data could not take the step {input}.");
    }

    private async Task InAsync(int daysAgo, Func<Session, Task> work, CancellationToken cancel)
    {
        await using var session = await new Database(database.Source, new ClockOfDaysAgo(database.Clock, TimeSpan.FromDays(daysAgo))).BeginAsync(Actor.System, cancel);
        await work(session);
        await session.CommitAsync(cancel);
    }
}
