using FsCheck;
using FsCheck.Fluent;
using Rongtong.Supplies.Households;

namespace Rongtong.Supplies.Tests;

public sealed class HouseholdRouteTests
{
    private static readonly Stop s_gate = new("gate", 0, 0);

    [Fact]
    public void Nowhere_to_go_is_no_walk() => Routes.Plan(s_gate, []).ShouldBe(new Route([], 0, 0, true), new SameRoute());

    [Fact]
    public void Up_to_seven_stops_the_walk_is_the_shortest_of_all_orders() => Check.QuickThrowOnFailure(Prop.ForAll(Places(1, 7), stops =>
    {
        var route = Routes.Plan(s_gate, stops);
        var d = Routes.Distances(s_gate, stops);
        return route.IsExact && route.LengthM == Routes.LengthOf(route.Order, d) && route.LengthM == Shortest(d, stops.Length) && route.Order.Order().SequenceEqual(Enumerable.Range(0, stops.Length));
    }));

    [Fact]
    public void The_bound_is_never_above_the_shortest_walk() => Check.QuickThrowOnFailure(Prop.ForAll(Places(2, 8), stops =>
    {
        var d = Routes.Distances(s_gate, stops);
        var shortest = Shortest(d, stops.Length);
        return Routes.LowerBound(d, shortest) <= shortest;
    }));

    [Fact]
    public void A_long_walk_visits_every_stop_once_and_reports_a_bound_below_its_length() => Check.QuickThrowOnFailure(Prop.ForAll(Places(13, 60), stops =>
    {
        var route = Routes.Plan(s_gate, stops);
        return route.BoundM <= route.LengthM && route.BoundM > 0 && route.Order.Order().SequenceEqual(Enumerable.Range(0, stops.Length)) && route.LengthM == Routes.LengthOf(route.Order, Routes.Distances(s_gate, stops));
    }));

    [Fact]
    public void Sixty_buildings_of_a_compound_are_within_a_tenth_of_the_bound()
    {
        var random = new Random(60);
        Stop[] stops = [.. Enumerable.Range(0, 60).Select(i => new Stop($"{i}", random.Next(-400, 400), random.Next(0, 600)))];
        var route = Routes.Plan(s_gate, stops);
        ((double)route.LengthM / route.BoundM).ShouldBeLessThan(1.1);
    }

    [Fact]
    public void The_same_stops_give_the_same_walk()
    {
        Stop[] stops = [.. Enumerable.Range(0, 40).Select(i => new Stop($"{i}", i * 7919 % 500, i * 104729 % 500))];
        Routes.Plan(s_gate, stops).Order.ShouldBe(Routes.Plan(s_gate, stops).Order);
    }

    [Fact]
    public void More_stops_than_a_walk_may_have_are_refused() =>
        Should.Throw<ArgumentException>(() => Routes.Plan(s_gate, [.. Enumerable.Repeat(s_gate, Routes.StopsMax + 1)])).Message.ShouldContain("at most 500");

    [Fact]
    public void Isolated_households_come_first_and_without_contact_even_in_the_same_building()
    {
        Parcel[] parcels =
        [
            new() { Number = "A", Building = "1", Door = "101", EastM = 10, Compound = "c" }, new() { Number = "B", Building = "2", Door = "101", EastM = 20, IsIsolated = true, Compound = "c" },
            new() { Number = "C", Building = "1", Door = "201", EastM = 10, IsIsolated = true, Compound = "c" }, new() { Number = "D", Building = "1", Door = "301", EastM = 10, Compound = "c" },
        ];
        var walk = DayList.Walk(parcels);
        walk.Visits.Select(v => (v.Building, v.IsContactFree, string.Concat(v.Parcels.Select(p => p.Number)))).ShouldBe([("1", true, "C"), ("2", true, "B"), ("1", false, "AD")]);
        walk.LengthM.ShouldBe(10 + 10 + 10);
    }

    private static Arbitrary<Stop[]> Places(int min, int max)
    {
        var metres = Gen.Choose(-300, 300);
        var stop = from east in metres from north in metres select new Stop("s", east, north);
        return Arb.From(Gen.Choose(min, max).SelectMany(n => stop.ArrayOf(n)));
    }

    /// <summary>All orders, one after another.</summary>
    private static long Shortest(long[,] d, int n)
    {
        var best = long.MaxValue;
        void Go(int at, int visited, long length)
        {
            if (length >= best) return;
            if (visited == (1 << n) - 1) best = length;
            for (var i = 0; i < n; i++) if ((visited & 1 << i) == 0) Go(i + 1, visited | 1 << i, length + d[at, i + 1]);
        }
        Go(0, 0, 0);
        return best;
    }

    private sealed class SameRoute : IEqualityComparer<Route>
    {
        public bool Equals(Route? x, Route? y) => x is not null && y is not null && x.Order.SequenceEqual(y.Order) && (x.LengthM, x.BoundM, x.IsExact) == (y.LengthM, y.BoundM, y.IsExact);

        public int GetHashCode(Route obj) => 0;
    }
}
