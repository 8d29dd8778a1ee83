using System.Text;
using Rongtong.Allocation.Files;

namespace Rongtong.Allocation.Tests;

public sealed class LimitsFileTests
{
    private static readonly AllocationProblem s_problem = new([new("S", "mask", 30), new("S", "suit", 8)], [new("D", "mask", 25, 1), new("E", "suit", 9, 3)], [0, 1], [0, 1], [7, 4]);

    private static LimitsRead Read(string rows) => LimitsFile.Read(new MemoryStream(Encoding.UTF8.GetBytes("limit,name,value\n" + rows)), s_problem);

    [Fact]
    public void Each_limit_is_read_for_its_supplier_or_item_and_holds_in_the_plan()
    {
        var (limits, penalties) = Read("truck_capacity,S,40\nunit_size,suit,2\npack,mask,10\nminimum_lot,suit,3\npenalty,1,500\n");
        limits.TruckCapacity.ShouldBe(new Dictionary<string, long> { ["S"] = 40 });
        limits.UnitSize.ShouldBe(new Dictionary<string, long> { ["suit"] = 2 });
        limits.Pack.ShouldBe(new Dictionary<string, long> { ["mask"] = 10 });
        limits.MinimumLot.ShouldBe(new Dictionary<string, long> { ["suit"] = 3 });
        var plan = CoupledAllocator.Solve(s_problem, limits, penalties);
        plan.Lines.ShouldBe([new PlanLine(0, 20), new PlanLine(1, 8)]);
        plan.Gap.ShouldBe(0);
    }

    [Fact]
    public void A_penalty_that_is_not_given_is_ten_times_that_of_the_next_tier_that_occurs_and_the_last_ten_times_the_dearest_lane()
    {
        Read("").PenaltyOfTier.Take(3).ShouldBe([700, 70, 70]);
        Read("penalty,3,9\n").PenaltyOfTier.Take(3).ShouldBe([700, 70, 9]);
    }

    [Theory]
    [InlineData("trucks,S,40", "limits.csv, row 2, column 'limit': found 'trucks'; expected one of truck_capacity, unit_size, pack, minimum_lot, penalty.")]
    [InlineData("truck_capacity,T,40", "column 'name': found 'T'; expected a supplier of supplies.csv.")]
    [InlineData("pack,glove,40", "column 'name': found 'glove'; expected an item")]
    [InlineData("penalty,10,40", "column 'name': found '10'; expected a priority from 1 to 9.")]
    [InlineData("pack,mask,0", "column 'value': found '0'; expected a whole number from 1 to 1000000.")]
    [InlineData("truck_capacity,S,-1", "column 'value': found '-1'")]
    [InlineData("truck_capacity,S,1\ntruck_capacity,S,2", "row 3, column 'name': found 'S'; expected one row for each limit and name.")]
    public void A_wrong_limit_is_named_by_row_and_column(string rows, string message) =>
        Should.Throw<ProblemFileException>(() => Read(rows)).Problems.ShouldHaveSingleItem().ToString().ShouldContain(message);
}
