using Rongtong.Platform.Access;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Purchases;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>Gifts from people without an account, and purchases from the question to the order.</summary>
public sealed class VoluntaryTests : IAsyncLifetime
{
    private const string Report = "0123456789abcdef";
    private static readonly Actor s_supplier = SuppliesWorld.Of("P1");

    private SuppliesWorld _world = null!;

    public async Task InitializeAsync() => _world = await SuppliesWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private Task<GiveOutcome> GiveAsync(OfferGift gift) => _world.InAsync(Actor.Public, s => gift.RunAsync(s, default));

    private async Task<DonorOffer> OfferAsync(string code) => (await _world.InAsync(Actor.Public, s => DonorOffer.FindAsync(s, code, default))).ShouldNotBeNull();

    [Fact]
    public async Task Somebody_without_an_account_gives_and_follows_the_gift_by_one_code_to_its_receiver()
    {
        var gift = new OfferGift("suit", 50, "420106", Report) { Donor = "某校友会", Phone = "027-8888 1234" };
        var code = (await GiveAsync(gift)).ShouldBeOfType<GiveOutcome.Done>().Code;
        (await GiveAsync(gift)).ShouldBe(new GiveOutcome.Done(code));
        var offer = await OfferAsync(code);
        // A hospital that nobody named does not see who gives what, and a planner of another province neither.
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => DonorOffer.OpenAsync(s, default))).ShouldBeEmpty();
        (await _world.InAsync(SuppliesWorld.Dispatcher with { Scope = ["43"] }, s => DonorOffer.OpenAsync(s, default))).ShouldBeEmpty();
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => AnswerGift.DecideAsync(s, offer.Id, "H1", default))).ShouldBeOfType<GiveOutcome.NotFound>();

        (await _world.InAsync(SuppliesWorld.Dispatcher, s => AnswerGift.DecideAsync(s, offer.Id, "H9", default))).ShouldBe(new GiveOutcome.Invalid("facility"));
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => AnswerGift.DecideAsync(s, offer.Id, "H1", default))).ShouldBe(new GiveOutcome.Done(code));
        (await OfferAsync(code)).FacilityName.ShouldBe("第一医院");
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => DonorOffer.OpenAsync(s, default))).Single().Phone.ShouldBe("027-8888 1234");

        // Forty-eight came; the code on the offer is the code of the donation.
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => AnswerGift.TakeAsync(s, offer.Id, 48, default))).ShouldBe(new GiveOutcome.Done(code));
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => AnswerGift.TakeAsync(s, offer.Id, 48, default))).ShouldBe(new GiveOutcome.Done(code));
        var trace = (await _world.InAsync(Actor.Public, s => DonationTrace.FindAsync(s, code, default))).ShouldNotBeNull();
        (trace.Quantity, trace.Taker, trace.Parts.Single().State).ShouldBe((48, "第一医院", "stored"));
        (await OfferAsync(code)).Phone.ShouldBe("");
    }

    [Fact]
    public async Task A_gift_that_makes_no_sense_is_refused_by_its_field()
    {
        foreach (var (gift, field) in new (OfferGift, string)[]
        {
            (new("nothing", 50, "4201", Report), "item"), (new("suit", 0, "4201", Report), "quantity"), (new("suit", Ledger.QuantityMax + 1, "4201", Report), "quantity"), (new("suit", 1, null, Report), "region"),
            (new("suit", 1, "4201", Report) { Phone = "call me" }, "phone"), (new("suit", 1, "4201", Report) { Note = new('x', 501) }, "note"), (new("suit", 1, "4201", "short"), "report"),
        }) (await GiveAsync(gift)).ShouldBe(new GiveOutcome.Invalid(field));
    }

    [Fact]
    public async Task An_offer_runs_out_is_renewed_by_one_tap_and_can_be_withdrawn_for_no_reason()
    {
        var code = (await GiveAsync(new("suit", 50, "4201", Report) { Phone = "1" })).ShouldBeOfType<GiveOutcome.Done>().Code;
        var id = (await OfferAsync(code)).Id;
        _world.Clock.Advance(TimeSpan.FromDays(DonorOffer.LifeDays));
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => AnswerGift.DecideAsync(s, id, "H1", default))).ShouldBeOfType<GiveOutcome.NotFound>();
        (await _world.InAsync(Actor.Public, s => AnswerGift.ByDonorAsync(s, code, "renew", default))).ShouldBe(new GiveOutcome.Done(code));
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => DonorOffer.OpenAsync(s, default))).Single().Code.ShouldBe(code);
        _world.Clock.Advance(TimeSpan.FromDays(DonorOffer.LifeDays + 1));
        await _world.InAsync(async s =>
        {
            await new ForgetDonors().RunAsync(s, default);
            return 0;
        });
        (await OfferAsync(code)).Phone.ShouldBe("");
        (await _world.InAsync(Actor.Public, s => AnswerGift.ByDonorAsync(s, code, "withdraw", default))).ShouldBe(new GiveOutcome.Done(code));
        (await _world.InAsync(Actor.Public, s => AnswerGift.ByDonorAsync(s, code, "renew", default))).ShouldBeOfType<GiveOutcome.NotFound>();
        (await OfferAsync(code)).State.ShouldBe("withdrawn");
    }

    [Fact]
    public async Task A_hospital_asks_suppliers_quote_without_seeing_each_other_and_a_planner_orders_the_cheapest()
    {
        await _world.InAsync(s => Facilities.RegisterFacilities.RunAsync(s, [new("P2", "二厂", "producer", "4301")], null, isDemo: false, default));
        await _world.MoveAsync("p1", await _world.LotAsync(item: "suit"), "P1", StockState.Produced, "P1", StockState.OnHand, 100);
        var (hospital, first, second) = (await _world.FacilityAsync("H1"), await _world.FacilityAsync("P1"), await _world.FacilityAsync("P2"));
        Task<PurchaseOutcome> AskAsync(long quantity, long days) => _world.InAsync(SuppliesWorld.Of("H1"), s => new AskForQuotations(hospital, "suit", quantity, days, "r").RunAsync(s, default));
        (await AskAsync(0, 3)).ShouldBe(new PurchaseOutcome.Invalid("quantity"));
        (await AskAsync(100, 31)).ShouldBe(new PurchaseOutcome.Invalid("days"));
        var request = (await AskAsync(100, 3)).ShouldBeOfType<PurchaseOutcome.Done>().Id;
        (await AskAsync(100, 3)).ShouldBe(new PurchaseOutcome.Done(request));

        Task<PurchaseOutcome> QuoteAsync(Facilities.Facility supplier, long quantity, long? fen) => _world.InAsync(SuppliesWorld.Of(supplier.Code), s => new Quote(request, supplier, quantity, fen, null).RunAsync(s, default));
        (await QuoteAsync(first, 100, null)).ShouldBe(new PurchaseOutcome.Invalid("price"));
        var dear = (await QuoteAsync(first, 100, 9_000)).ShouldBeOfType<PurchaseOutcome.Done>().Id;
        var better = (await QuoteAsync(first, 100, 8_000)).ShouldBeOfType<PurchaseOutcome.Done>().Id;
        var other = (await QuoteAsync(second, 40, 8_500)).ShouldBeOfType<PurchaseOutcome.Done>().Id;
        (await _world.InAsync(SuppliesWorld.Of("P2"), s => Answer.OfAsync(s, request, default))).Select(a => a.OfferId).ShouldBe([other]);
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => Answer.OfAsync(s, request, default))).Select(a => (a.OfferId, a.TotalFen(100))).ShouldBe([(better, 800_000), (other, 340_000)]);

        Task<PurchaseOutcome> OrderAsync(Actor actor, long offer, long quantity) => _world.InAsync(actor, s => new OrderOf(request, offer, quantity, "o").RunAsync(s, default));
        (await OrderAsync(SuppliesWorld.Dispatcher, dear, 100)).ShouldBeOfType<PurchaseOutcome.NotFound>();
        (await OrderAsync(SuppliesWorld.Dispatcher, other, 40)).ShouldBe(new PurchaseOutcome.NotThere(0));
        var consignment = (await OrderAsync(SuppliesWorld.Dispatcher, better, 100)).ShouldBeOfType<PurchaseOutcome.Done>().Id;
        (await OrderAsync(SuppliesWorld.Dispatcher, better, 100)).ShouldBe(new PurchaseOutcome.Done(consignment));
        (await FindAsync()).State.ShouldBe("ordered");
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => PurchaseLine.LastAsync(s, default))).Single().TotalFen.ShouldBe(800_000);

        // The supplier declines: nothing is ordered any more, and others may quote.
        (await _world.InAsync(s_supplier, s => new TakeStep(consignment, new StepInput.Decline()).RunAsync(s, default))).ShouldBeOfType<TakeOutcome.Taken>();
        (await FindAsync()).State.ShouldBe("open");
        _world.Clock.Advance(TimeSpan.FromDays(3));
        (await QuoteAsync(second, 40, 1)).ShouldBeOfType<PurchaseOutcome.NotFound>();

        async Task<QuotationRequest> FindAsync() => (await _world.InAsync(SuppliesWorld.Dispatcher, s => QuotationRequest.FindAsync(s, request, default))).ShouldNotBeNull();
    }
}
