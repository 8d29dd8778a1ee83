using Rongtong.Allocation;

namespace Rongtong.Bench.GetUsPpe;

/// <summary>The pair closest together first, among equals the older need: what a dispatcher with a map does.</summary>
internal sealed class Proximity : IMatching
{
    public int EveryDays => 1;

    public int OfferExpiresDays => int.MaxValue;

    public IReadOnlyList<Shipment> Decide(DateOnly today, IReadOnlyList<OpenOffer> offers, IReadOnlyList<OpenNeed> needs) =>
        Greedy.Send(offers.SelectMany(o => needs.Where(n => n.Need.Item == o.Offer.Item).Select(n => (o, n)))
            .OrderBy(p => States.Miles(p.o.Offer.State, p.n.Need.State)).ThenBy(p => p.n.Need.Day).ThenBy(p => p.n.Need.Number).ThenBy(p => p.o.Offer.Number));
}

/// <summary>The oldest need first, from the oldest offer, however far.</summary>
internal sealed class FirstCome : IMatching
{
    public int EveryDays => 1;

    public int OfferExpiresDays => int.MaxValue;

    public IReadOnlyList<Shipment> Decide(DateOnly today, IReadOnlyList<OpenOffer> offers, IReadOnlyList<OpenNeed> needs)
    {
        var byItem = offers.GroupBy(o => o.Offer.Item).ToDictionary(g => g.Key, g => g.ToArray());
        return Greedy.Send(needs.SelectMany(n => (byItem.GetValueOrDefault(n.Need.Item) ?? []).Select(o => (o, n))));
    }
}

internal static class Greedy
{
    /// <summary>Takes the pairs in their order, each as far as it goes.</summary>
    public static IReadOnlyList<Shipment> Send(IEnumerable<(OpenOffer Offer, OpenNeed Need)> pairs)
    {
        var (shipments, given, received) = (new List<Shipment>(), new Dictionary<OpenOffer, long>(), new Dictionary<OpenNeed, long>());
        foreach (var (offer, need) in pairs)
        {
            var quantity = Math.Min(offer.Left - given.GetValueOrDefault(offer), need.Left - received.GetValueOrDefault(need));
            if (quantity <= 0) continue;
            shipments.Add(new(offer, need, quantity));
            given[offer] = given.GetValueOrDefault(offer) + quantity;
            received[need] = received.GetValueOrDefault(need) + quantity;
        }
        return shipments;
    }
}

/// <summary>
/// Our allocation: the most units, then the fewest unit-miles, and among lanes as long as each other those whose need is about as large as the
/// offer, so that a shipment fills a need and a donor sends few. Lines below the minimum lot wait for tomorrow.
/// </summary>
/// <param name="everyDays">Days between solutions; 7 without fit and lots is the published linear program.</param>
/// <param name="isOurs">Whether need and offer are fitted and a fresh offer is kept for a need nearby.</param>
/// <param name="minimumLot">Least units of a shipment that neither empties an offer nor fills a need.</param>
/// <param name="offerExpiresDays">Days an offer is counted on.</param>
internal sealed class Allocated(int everyDays, bool isOurs, int minimumLot, int offerExpiresDays) : IMatching
{
    /// <summary>Cost of a mile and greatest cost of a bad fit: a fit never outweighs a mile.</summary>
    private const int CostOfMile = 1000, MisfitMax = CostOfMile - 1;

    /// <summary>Cost where one is e times as large as the other.</summary>
    private const int CostOfMisfit = 100;

    /// <summary>Days a fresh offer waits rather than go further than so many miles.</summary>
    private const int PatienceDays = 7, PatienceMiles = 800;

    /// <summary>Lanes of one offer: its best needs, of thousands that are open.</summary>
    private const int LanesOfOfferMax = 300;

    private AllocationPlan? _previous;

    public int EveryDays => everyDays;

    public int OfferExpiresDays => offerExpiresDays;

    public IReadOnlyList<Shipment> Decide(DateOnly today, IReadOnlyList<OpenOffer> offers, IReadOnlyList<OpenNeed> needs)
    {
        var byItem = needs.GroupBy(n => n.Need.Item).ToDictionary(g => g.Key, g => g.ToArray());
        OpenOffer[] from = [.. offers.Where(o => byItem.ContainsKey(o.Offer.Item))];
        if (from.Length == 0) return [];
        var (to, index) = (new List<OpenNeed>(), new Dictionary<OpenNeed, int>());
        var (laneFrom, laneTo, laneCost) = (new List<int>(), new List<int>(), new List<long>());
        for (var s = 0; s < from.Length; s++)
        {
            foreach (var (need, cost) in byItem[from[s].Offer.Item].Where(n => MaySend(from[s], n, today)).Select(n => (n, Cost: Cost(from[s], n))).OrderBy(x => x.Cost).Take(LanesOfOfferMax))
            {
                if (index.TryAdd(need, to.Count)) to.Add(need);
                laneFrom.Add(s);
                laneTo.Add(index[need]);
                laneCost.Add(cost);
            }
        }
        var problem = new AllocationProblem([.. from.Select(o => new Supply($"{o.Offer.Number}", o.Offer.Item, o.Left))], [.. to.Select(n => new Demand($"{n.Need.Number}", n.Need.Item, n.Left, 1))],
            [.. laneFrom], [.. laneTo], [.. laneCost]);
        _previous = Allocator.Solve(problem, new(Threads: 1, Previous: _previous));
        return [.. _previous.Lines.Select(l => new Shipment(from[problem.Lane(l.Lane).Supply], to[problem.Lane(l.Lane).Demand], l.Quantity))
            .Where(s => s.Quantity >= Math.Min(minimumLot, Math.Min(s.Offer.Left, s.Need.Left)))];
    }

    private long Cost(OpenOffer offer, OpenNeed need)
    {
        var miles = (long)Math.Round(States.Miles(offer.Offer.State, need.Need.State)) * CostOfMile;
        // A need that was begun is finished first. One larger than the offer weighs half: it stays half filled, but the donor sends once.
        if (!isOurs || need.Left < need.Need.Quantity) return miles;
        var misfit = Math.Log((double)need.Left / offer.Left);
        return miles + Math.Min(MisfitMax, (long)(CostOfMisfit * (misfit > 0 ? misfit / 2 : -misfit)));
    }

    /// <summary>A fresh offer is kept for a need nearer by, if the only ones there are lie far away.</summary>
    private bool MaySend(OpenOffer offer, OpenNeed need, DateOnly today) =>
        !isOurs || today.DayNumber - offer.Offer.Day.DayNumber >= PatienceDays || States.Miles(offer.Offer.State, need.Need.State) <= PatienceMiles;
}
