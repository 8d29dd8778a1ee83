using System.Numerics;

namespace Rongtong.Allocation.Certificates;

/// <summary>One row of supplies.csv: what may be allocated, the reserve taken off.</summary>
public readonly record struct SuppliedRow(string Supplier, string Item, decimal Available);

/// <summary>One row of demands.csv.</summary>
public readonly record struct NeededRow(string Receiver, string Item, decimal Quantity, int Priority, decimal Weight = 1);

/// <summary>One row of lanes.csv.</summary>
public readonly record struct LaneRow(string Supplier, string Receiver, string Item, decimal Cost);

/// <summary>One row of plan.csv.</summary>
public readonly record struct SentRow(string Supplier, string Receiver, string Item, decimal Quantity);

/// <summary>One row of unmet.csv.</summary>
public readonly record struct MissedRow(string Receiver, string Item, int Priority, decimal Quantity);

/// <summary>One row of prices.csv.</summary>
/// <param name="IsSupplier">The side column.</param>
/// <param name="Place">Supplier or receiver.</param>
/// <param name="Item">The item.</param>
/// <param name="Tier">Tier, or 0 for none.</param>
/// <param name="Price">Cost part of the price.</param>
public readonly record struct PriceRow(bool IsSupplier, string Place, string Item, int Tier, decimal Price);

/// <summary>Everything the certificate looks at.</summary>
public sealed record CertificateFiles(
    IEnumerable<SuppliedRow> Supplies, IEnumerable<NeededRow> Demands, IEnumerable<LaneRow> Lanes, IEnumerable<SentRow> Plan, IEnumerable<MissedRow> Unmet, IEnumerable<PriceRow> Prices);

/// <summary>What the check found.</summary>
/// <param name="Problems">Why the plan is not proven; empty when it is. At most <see cref="PlanCertificate.ProblemsMax"/>.</param>
/// <param name="Cost">Cost of the plan, in millionths.</param>
/// <param name="UnmetByPriority">Missed quantity by tier.</param>
public sealed record CertificateResult(IReadOnlyList<string> Problems, BigInteger Cost, IReadOnlyDictionary<int, decimal> UnmetByPriority)
{
    /// <summary>True when the plan is feasible and nothing better exists.</summary>
    public bool IsProven => Problems.Count == 0;
}

/// <summary>
/// Proves a plan optimal from the files alone. Shares no code with the solver: it knows neither trees nor penalties, only prices.
/// <para>
/// A price is (level, cost), compared level first; the level of tier t is 10 - t, of no tier 0. Checked: the plan is feasible; no price is below
/// (0, 0), and above it only where a supplier is exhausted; a receiver's price is at most (level of its tier, 0), and equal where it misses something;
/// on each lane the receiver's price is at most the supplier's plus the cost, and equal where something is sent.
/// </para>
/// <para>
/// Why that proves least missed need of every tier in order: take the places at or above the level of tier t. Such a receiver has lanes from such
/// suppliers only; they are exhausted, and send to such receivers only, all of tier t or before; and whoever of these tiers misses something is
/// among them. So tiers 1 to t together cannot receive more, for every t. Least cost follows by the usual complementary slackness in the order of prices.
/// </para>
/// <para>
/// A fair plan fixes what each receives; prices then prove the cost (levels are 0, a receiver's price is free), and fairness is proven by
/// search: whoever a needy place could be given from, by moving shipments along lanes, is at least as urgent and no fuller.
/// </para>
/// </summary>
public static class PlanCertificate
{
    /// <summary>Findings listed.</summary>
    public const int ProblemsMax = 20;

    /// <summary>Ratios of a fair plan are compared to this much, and two grains of its quantities: fair shares are rounded.</summary>
    private const decimal RatioTolerance = 0.000001m;

    /// <summary>Checks a plan.</summary>
    /// <param name="files">The rows of the six files.</param>
    /// <param name="isFair">The plan claims fair shares.</param>
    /// <param name="grain">Smallest quantity of a fair plan.</param>
    public static CertificateResult Check(CertificateFiles files, bool isFair = false, decimal grain = 1)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new Checking(files, isFair, grain).Run();
    }

    private static int Level(int tier) => tier == 0 ? 0 : 10 - tier;

    private sealed class Checking(CertificateFiles files, bool isFair, decimal grain)
    {
        private readonly List<string> _problems = [];
        private readonly Dictionary<(string Place, string Item), (decimal Available, decimal Sent)> _suppliers = [];
        private readonly Dictionary<(string Place, string Item), (NeededRow Need, decimal Received, decimal Missed)> _receivers = [];
        private readonly Dictionary<(string, string, string), (decimal Quantity, decimal? Cost)> _sent = [];
        private readonly Dictionary<(bool, string, string), (int Level, decimal Price)> _prices = [];
        private readonly Dictionary<(string, string), List<string>> _suppliersOf = [];
        private readonly Dictionary<(string, string), List<string>> _servedBy = [];
        private readonly SortedDictionary<int, decimal> _unmet = new() { [1] = 0, [2] = 0, [3] = 0, [4] = 0 };

        public CertificateResult Run()
        {
            ReadRows();
            foreach (var lane in files.Lanes) CheckLane(lane);
            CheckSent();
            CheckSuppliers();
            CheckReceivers();
            if (isFair) CheckFairness();
            var cost = _sent.Values.Aggregate(BigInteger.Zero, (sum, s) => sum + (new BigInteger(s.Quantity * 1_000_000) * new BigInteger(s.Cost ?? 0)));
            return new([.. _problems.Take(ProblemsMax)], cost, _unmet);
        }

        private void Fail(string problem)
        {
            if (_problems.Count < ProblemsMax) _problems.Add(problem);
        }

        private void ReadRows()
        {
            foreach (var s in files.Supplies) _suppliers[(s.Supplier, s.Item)] = (s.Available, 0);
            foreach (var d in files.Demands) _receivers[(d.Receiver, d.Item)] = (d, 0, 0);
            foreach (var p in files.Prices)
            {
                if (p.Tier is < 0 or > 9) Fail($"prices.csv: {p.Place}, {p.Item}: tier {p.Tier}; expected 1 to 9 or nothing.");
                if (!_prices.TryAdd((p.IsSupplier, p.Place, p.Item), (Level(p.Tier), p.Price))) Fail($"prices.csv: {p.Place}, {p.Item} stands there twice.");
            }
            foreach (var p in files.Plan)
            {
                if (p.Quantity <= 0) Fail($"plan.csv: {p.Supplier} to {p.Receiver}, {p.Item}: quantity {p.Quantity}; expected more than 0.");
                if (isFair && p.Quantity % grain != 0) Fail($"plan.csv: {p.Supplier} to {p.Receiver}, {p.Item}: quantity {p.Quantity} is not a multiple of {grain}.");
                var key = (p.Supplier, p.Receiver, p.Item);
                _sent[key] = (_sent.GetValueOrDefault(key).Quantity + p.Quantity, null);
                if (_suppliers.TryGetValue((p.Supplier, p.Item), out var source)) _suppliers[(p.Supplier, p.Item)] = source with { Sent = source.Sent + p.Quantity };
                if (_receivers.TryGetValue((p.Receiver, p.Item), out var to)) _receivers[(p.Receiver, p.Item)] = to with { Received = to.Received + p.Quantity };
                if (!_servedBy.TryGetValue((p.Supplier, p.Item), out var served)) _servedBy[(p.Supplier, p.Item)] = served = [];
                served.Add(p.Receiver);
            }
            foreach (var m in files.Unmet)
            {
                if (!_receivers.TryGetValue((m.Receiver, m.Item), out var to)) Fail($"unmet.csv: {m.Receiver} does not need {m.Item}.");
                else
                {
                    _receivers[(m.Receiver, m.Item)] = to with { Missed = to.Missed + m.Quantity };
                    if (m.Priority != to.Need.Priority) Fail($"unmet.csv: {m.Receiver}, {m.Item}: priority {m.Priority}; demands.csv says {to.Need.Priority}.");
                    if (m.Quantity < 0) Fail($"unmet.csv: {m.Receiver}, {m.Item}: quantity {m.Quantity}; expected 0 or more.");
                }
            }
        }

        private (int Level, decimal Price) PriceOf(bool isSupplier, string place, string item)
        {
            if (_prices.TryGetValue((isSupplier, place, item), out var price)) return price;
            Fail($"prices.csv: no price for {place}, {item}.");
            return default;
        }

        private void CheckLane(LaneRow lane)
        {
            if (!_suppliers.ContainsKey((lane.Supplier, lane.Item)) || !_receivers.TryGetValue((lane.Receiver, lane.Item), out var to) || to.Need.Quantity == 0) return;
            var (origin, at) = (PriceOf(true, lane.Supplier, lane.Item), PriceOf(false, lane.Receiver, lane.Item));
            var through = (origin.Level, Price: origin.Price + lane.Cost);
            if (at.CompareTo(through) > 0)
                Fail($"{lane.Supplier} to {lane.Receiver}, {lane.Item}: the receiver's price {at} is above the supplier's with the cost, {through}: sending more here would be better.");
            var key = (lane.Supplier, lane.Receiver, lane.Item);
            // Of parallel lanes the cheapest carries what is sent.
            if (_sent.TryGetValue(key, out var sent) && (sent.Cost is null || lane.Cost < sent.Cost)) _sent[key] = sent with { Cost = lane.Cost };
            if (!isFair) return;
            if (!_suppliersOf.TryGetValue((lane.Receiver, lane.Item), out var suppliers)) _suppliersOf[(lane.Receiver, lane.Item)] = suppliers = [];
            suppliers.Add(lane.Supplier);
        }

        private void CheckSent()
        {
            foreach (var ((supplier, receiver, item), sent) in _sent)
            {
                if (sent.Cost is not { } cost)
                {
                    Fail($"plan.csv: there is no lane from {supplier} to {receiver} for {item}.");
                    continue;
                }
                var (origin, at) = (PriceOf(true, supplier, item), PriceOf(false, receiver, item));
                if (at != (origin.Level, origin.Price + cost)) Fail($"plan.csv: {supplier} to {receiver}, {item}: sent although the receiver's price {at} is not the supplier's {origin} and the cost {cost}.");
            }
        }

        private void CheckSuppliers()
        {
            foreach (var ((place, item), (available, sent)) in _suppliers)
            {
                var price = PriceOf(true, place, item);
                if (sent > available) Fail($"plan.csv: {place} sends {sent} of {item} but has {available}.");
                if (price.CompareTo((0, 0)) < 0) Fail($"prices.csv: {place}, {item}: a supplier's price cannot be below 0.");
                if (sent < available && price != (0, 0)) Fail($"prices.csv: {place} has {item} left, so its price must be 0, not {price}.");
            }
        }

        private void CheckReceivers()
        {
            foreach (var ((place, item), (need, received, missed)) in _receivers)
            {
                if (received + missed != need.Quantity) Fail($"{place} needs {need.Quantity} of {item}, but receives {received} and misses {missed}.");
                _unmet[need.Priority] = _unmet.GetValueOrDefault(need.Priority) + missed;
                var price = PriceOf(false, place, item);
                if (isFair || need.Quantity == 0) continue;
                var most = (Level: Level(need.Priority), Price: 0m);
                if (price.CompareTo(most) > 0) Fail($"prices.csv: {place}, {item}: the price {price} is above that of a missed unit, {most}.");
                if (missed > 0 && price != most) Fail($"{place} misses {missed} of {item}, so its price must be {most}, not {price}: it could be served.");
            }
        }

        /// <summary>From the neediest to the fullest: a place reached from a needier one is settled, because everything it leads to was held against a stricter measure.</summary>
        private void CheckFairness()
        {
            var (seenReceivers, seenSuppliers) = (new HashSet<(string, string)>(), new HashSet<(string, string)>());
            foreach (var (key, needy) in _receivers.Where(r => r.Value.Missed > 0).OrderBy(r => r.Value.Need.Priority).ThenBy(r => Ratio(r.Value.Need, r.Value.Received)))
            {
                if (!seenReceivers.Add(key)) continue;
                var queue = new Queue<(string Place, string Item)>([key]);
                while (queue.TryDequeue(out var place))
                {
                    foreach (var supplier in _suppliersOf.GetValueOrDefault(place, []))
                    {
                        if (!seenSuppliers.Add((supplier, place.Item))) continue;
                        var (available, sent) = _suppliers[(supplier, place.Item)];
                        if (sent < available) Fail($"{key.Place} misses {needy.Missed} of {key.Item}, which {supplier} has left within reach.");
                        foreach (var served in _servedBy.GetValueOrDefault((supplier, place.Item), []))
                        {
                            if (!seenReceivers.Add((served, place.Item))) continue;
                            queue.Enqueue((served, place.Item));
                            CheckNotFuller(key, needy, served, _receivers[(served, place.Item)]);
                        }
                    }
                }
            }
        }

        private void CheckNotFuller((string Place, string Item) key, (NeededRow Need, decimal Received, decimal Missed) needy, string served, (NeededRow Need, decimal Received, decimal Missed) fuller)
        {
            if (fuller.Need.Priority > needy.Need.Priority) Fail($"{key.Place} (tier {needy.Need.Priority}) misses {key.Item}, while {served} (tier {fuller.Need.Priority}) within reach receives some.");
            else if (fuller.Need.Priority == needy.Need.Priority && Ratio(fuller.Need, fuller.Received - (2 * grain)) > Ratio(needy.Need, needy.Received + (2 * grain)) + RatioTolerance)
                Fail($"{key.Place} is filled to {Ratio(needy.Need, needy.Received):0.######} of {key.Item}, while {served} of the same tier within reach is filled to {Ratio(fuller.Need, fuller.Received):0.######}.");
        }

        private static decimal Ratio(NeededRow need, decimal received) => received / (need.Weight * need.Quantity);
    }
}
