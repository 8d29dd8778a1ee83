using System.Text;
using Rongtong.Allocation.Files;

namespace Rongtong.Allocation.Tests;

public sealed class FilesTests
{
    private const string Supplies = "supplier,item,quantity\nS0,mask,5\nS1,mask,7\nS1,suit,1\n";
    private const string Demands = "receiver,item,quantity,priority\nD0,mask,6,1\nD1,suit,2,3\n";
    private const string Lanes = "supplier,receiver,item,cost\nS0,D0,mask,3\nS1,D0,mask,2\nS1,D1,suit,4\n";

    private static ProblemRead Read(string supplies = Supplies, string demands = Demands, string lanes = Lanes)
    {
        static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
        return ProblemFiles.Read(Stream(supplies), Stream(demands), Stream(lanes));
    }

    private static string[] Problems(string supplies = Supplies, string demands = Demands, string lanes = Lanes) =>
        [.. Should.Throw<ProblemFileException>(() => Read(supplies, demands, lanes)).Problems.Select(p => p.ToString())];

    private static string Written(AllocationPlan plan, Action<AllocationPlan, TextWriter> write)
    {
        using var text = new StringWriter();
        write(plan, text);
        return text.ToString();
    }

    [Fact]
    public void A_plan_is_written_line_by_line_and_the_same_again_to_the_byte()
    {
        var plan = Allocator.Solve(Read().Problem);
        Written(plan, PlanFiles.WriteLines).ShouldBe("supplier,receiver,item,quantity,cost\nS1,D0,mask,6,2\nS1,D1,suit,1,4\n");
        Written(plan, PlanFiles.WriteUnmet).ShouldBe("receiver,item,priority,quantity\nD1,suit,3,1\n");
        Written(plan, PlanFiles.WritePrices).ShouldBe("side,place,item,tier,price\nsupplier,S0,mask,,0\nsupplier,S1,mask,,0\nsupplier,S1,suit,3,-4\nreceiver,D0,mask,,2\nreceiver,D1,suit,3,0\n");
        Written(Allocator.Solve(Read().Problem, new(Threads: 1)), PlanFiles.WriteLines).ShouldBe(Written(plan, PlanFiles.WriteLines));
    }

    [Fact]
    public void Columns_may_stand_in_any_order_with_others_between_them_and_in_any_case() =>
        Read(supplies: "note,Quantity,ITEM,supplier,reserve\nx,5,mask,S0,2\ny,7,mask,S1,\nz,1,suit,S1,0\n").Problem.Supplies[0].ShouldBe(new Supply("S0", "mask", 5, 2));

    [Fact]
    public void A_byte_order_mark_carriage_returns_empty_lines_quotes_and_a_missing_last_line_end_are_read()
    {
        var read = Read(supplies: "\uFEFFsupplier,item,quantity\r\n\"S \"\"0\"\", Wuhan\",mask,\"5\"\r\n\r\n S1 ,mask, 7", demands: "receiver,item,quantity,priority\nD0,mask,6,1", lanes: "supplier,receiver,item,cost\n\"S \"\"0\"\", Wuhan\",D0,mask,3");
        read.Problem.Supplies.Select(s => s.Supplier).ShouldBe(["S \"0\", Wuhan", "S1"]);
        Written(Allocator.Solve(read.Problem), PlanFiles.WriteLines).ShouldContain("\"S \"\"0\"\", Wuhan\",D0,mask,5,3\n");
    }

    [Theory]
    [InlineData("S0,D0,mask,3.5", "lanes.csv, row 2, column 'cost': found '3.5'; expected a whole number from 0 to 1000000000000000.")]
    [InlineData("S0,D0,mask,-1", "column 'cost': found '-1'")]
    [InlineData("S0,D0,mask", "column 'cost': found ''")]
    [InlineData("S0,D9,mask,1", "lanes.csv, row 2, column 'receiver': found 'D9'; expected a receiver of demands.csv.")]
    [InlineData("S9,D0,mask,1", "column 'supplier': found 'S9'")]
    [InlineData("S0,D0,glove,1", "column 'item': found 'glove'")]
    public void A_wrong_lane_is_named_by_file_row_and_column(string lane, string message) =>
        Problems(lanes: "supplier,receiver,item,cost\n" + lane + "\n").ShouldHaveSingleItem().ShouldContain(message);

    [Theory]
    [InlineData("D0,mask,6,0", "column 'priority': found '0'; expected a whole number from 1 to 9")]
    [InlineData("D0,mask,6,10", "column 'priority'")]
    [InlineData("D0,mask,1000000000000001,1", "column 'quantity'")]
    [InlineData("D0,mask,99999999999999999999,1", "column 'quantity'")]
    [InlineData(",mask,6,1", "column 'receiver': found ''; expected a name")]
    public void A_wrong_demand_is_named_by_file_row_and_column(string demand, string message) =>
        Problems(demands: "receiver,item,quantity,priority\n" + demand + "\n").ShouldHaveSingleItem().ShouldContain(message);

    [Fact]
    public void A_place_that_stands_there_twice_is_refused_so_that_nothing_counts_twice() =>
        Problems(supplies: Supplies + "S0,mask,1\n").ShouldHaveSingleItem().ShouldStartWith("supplies.csv, row 5, column 'supplier': found 'S0'; expected one row");

    [Fact]
    public void A_missing_column_is_named_before_any_row_is_read() =>
        Problems(demands: "receiver,item,amount\n").ShouldBe(
            ["demands.csv, row 1, column 'quantity': found 'receiver,item,amount'; expected a header with the columns receiver, item, quantity, priority.",
             "demands.csv, row 1, column 'priority': found 'receiver,item,amount'; expected a header with the columns receiver, item, quantity, priority."]);

    [Fact]
    public void Findings_are_listed_together_up_to_a_limit()
    {
        Problems(lanes: "supplier,receiver,item,cost\nS0,D0,mask,a\nS0,D0,mask,1\nS0,D0,mask,b\n").Length.ShouldBe(2);
        Problems(lanes: "supplier,receiver,item,cost\n" + string.Concat(Enumerable.Repeat("S0,D0,mask,a\n", 100))).Length.ShouldBe(ProblemFiles.ProblemsMax);
    }

    [Fact]
    public void A_lane_for_an_item_its_supplier_has_none_of_is_left_out_and_counted() =>
        Read(lanes: Lanes + "S0,D1,suit,1\n").LanesWithoutUse.ShouldBe(1);

    [Fact]
    public void A_row_that_never_ends_is_refused() =>
        Problems(supplies: "supplier,item,quantity\n" + new string('x', 3_000_000)).ShouldHaveSingleItem().ShouldContain("longer than 65536 bytes");

    [Fact]
    public void Rows_are_read_alike_wherever_a_buffer_ends()
    {
        var names = Enumerable.Range(0, 120_000).Select(i => $"supplier-{i}").ToArray();
        var read = Read(supplies: "supplier,item,quantity\n" + string.Concat(names.Select((n, i) => $"{n},mask,{i}\n")), lanes: "supplier,receiver,item,cost\n" + string.Concat(names.Select((n, i) => $"{n},D0,mask,{i}\n")));
        read.Problem.Supplies.Select(s => s.Supplier).ShouldBe(names);
        Enumerable.Range(0, names.Length).ShouldAllBe(i => read.Problem.Lane(i).Supply == i && read.Problem.Lane(i).Cost == i);
    }

    [Fact]
    public void A_quantity_in_parts_is_written_as_a_decimal_without_needless_zeros()
    {
        PlanFiles.Quantity(1_500_000, 1_000_000).ShouldBe("1.5");
        PlanFiles.Quantity(3_000_001, 1_000_000).ShouldBe("3.000001");
        PlanFiles.Quantity(7, 1).ShouldBe("7");
    }
}
