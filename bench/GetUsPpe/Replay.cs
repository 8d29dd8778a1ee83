namespace Rongtong.Bench.GetUsPpe;

/// <summary>Units sent from an open offer to an open need.</summary>
internal readonly record struct Shipment(OpenOffer Offer, OpenNeed Need, long Quantity);

/// <summary>An offer with what is left of it.</summary>
internal sealed class OpenOffer(Offer offer)
{
    public Offer Offer { get; } = offer;

    public long Left { get; set; } = offer.Quantity;
}

/// <summary>A need with what it still misses.</summary>
internal sealed class OpenNeed(Need need)
{
    public Need Need { get; } = need;

    public long Left { get; set; } = need.Quantity;
}

/// <summary>Decides what is sent on a day.</summary>
internal interface IMatching
{
    /// <summary>Days between decisions.</summary>
    int EveryDays { get; }

    /// <summary>Days after which an offer that nobody took is no longer counted on.</summary>
    int OfferExpiresDays { get; }

    IReadOnlyList<Shipment> Decide(DateOnly today, IReadOnlyList<OpenOffer> offers, IReadOnlyList<OpenNeed> needs);
}

/// <summary>The five figures by which the matching of masks was judged.</summary>
/// <param name="FillRate">Mean over all needs of received / needed.</param>
/// <param name="FillRateWithoutZeros">The same over needs that received anything.</param>
/// <param name="UnitMiles">Units times miles.</param>
/// <param name="HoldingDays">Mean days a unit waits at its donor before it is sent; what is never sent does not count.</param>
/// <param name="ShipmentsPerDonor">Mean over donors that sent anything.</param>
/// <param name="UnitsSent">All units that were sent.</param>
/// <param name="Shipments">All shipments.</param>
internal sealed record Figures(double FillRate, double FillRateWithoutZeros, double UnitMiles, double HoldingDays, double ShipmentsPerDonor, long UnitsSent, int Shipments);

/// <summary>Day by day: offers and needs appear, what is decided is sent the same day, the rest waits.</summary>
internal static class Replay
{
    public static Figures Run(IReadOnlyList<Offer> offers, IReadOnlyList<Need> needs, IMatching matching)
    {
        var (openOffers, openNeeds, all) = (new List<OpenOffer>(), new List<OpenNeed>(), new List<OpenNeed>());
        var (nextOffer, nextNeed) = (0, 0);
        var (unitMiles, unitDays, sent, shipments, perDonor) = (0.0, 0.0, 0L, 0, new Dictionary<string, int>());
        if (offers.Count == 0 || needs.Count == 0) return new(0, 0, 0, 0, 0, 0, 0);
        var (first, last) = (offers[0].Day < needs[0].Day ? offers[0].Day : needs[0].Day, offers[^1].Day > needs[^1].Day ? offers[^1].Day : needs[^1].Day);
        for (var day = first; day <= last.AddDays(matching.EveryDays); day = day.AddDays(1))
        {
            for (; nextOffer < offers.Count && offers[nextOffer].Day <= day; nextOffer++) openOffers.Add(new(offers[nextOffer]));
            for (; nextNeed < needs.Count && needs[nextNeed].Day <= day; nextNeed++)
            {
                openNeeds.Add(new(needs[nextNeed]));
                all.Add(openNeeds[^1]);
            }
            if ((day.DayNumber - first.DayNumber) % matching.EveryDays != 0) continue;
            openOffers.RemoveAll(o => day.DayNumber - o.Offer.Day.DayNumber > matching.OfferExpiresDays);
            foreach (var shipment in matching.Decide(day, openOffers, openNeeds))
            {
                var (offer, need, quantity) = (shipment.Offer, shipment.Need, shipment.Quantity);
                if (quantity <= 0 || quantity > offer.Left || quantity > need.Left || offer.Offer.Item != need.Need.Item) throw new InvalidOperationException($"{matching.GetType().Name} sends {quantity} of {offer.Left} offered to {need.Left} needed.");
                offer.Left -= quantity;
                need.Left -= quantity;
                sent += quantity;
                shipments++;
                unitMiles += quantity * States.Miles(offer.Offer.State, need.Need.State);
                unitDays += (double)quantity * (day.DayNumber - offer.Offer.Day.DayNumber);
                perDonor[offer.Offer.Donor] = perDonor.GetValueOrDefault(offer.Offer.Donor) + 1;
            }
            openOffers.RemoveAll(o => o.Left == 0);
            openNeeds.RemoveAll(n => n.Left == 0);
        }
        double[] ratios = [.. all.Select(n => 1 - ((double)n.Left / n.Need.Quantity))];
        return new(ratios.Average(), ratios.Where(r => r > 0).DefaultIfEmpty().Average(), unitMiles, sent == 0 ? 0 : unitDays / sent, perDonor.Count == 0 ? 0 : perDonor.Values.Average(), sent, shipments);
    }
}
