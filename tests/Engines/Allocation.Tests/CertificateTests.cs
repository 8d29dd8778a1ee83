using Rongtong.Allocation.Certificates;

namespace Rongtong.Allocation.Tests;

/// <summary>A checker that always agrees proves nothing: every kind of false claim must be found.</summary>
public sealed class CertificateTests
{
    private static readonly AllocationProblem s_problem = Problems.Draw(11, 8, 20, 2, 60, 100);
    private static readonly AllocationPlan s_plan = Allocator.Solve(s_problem);
    private static readonly CertificateFiles s_files = s_plan.Files();

    [Fact]
    public void The_untouched_plan_is_proven() => PlanCertificate.Check(s_files).IsProven.ShouldBeTrue();

    [Fact]
    public void A_quantity_changed_by_one_is_found_on_every_line()
    {
        var lines = s_files.Plan.ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            var changed = lines.ToArray();
            changed[i] = changed[i] with { Quantity = changed[i].Quantity + 1 };
            PlanCertificate.Check(s_files with { Plan = changed }).IsProven.ShouldBeFalse($"line {i}");
        }
    }

    [Fact]
    public void A_line_left_out_is_found_even_when_the_missed_quantity_is_declared()
    {
        var gone = s_files.Plan.First();
        var need = s_files.Demands.First(d => d.Receiver == gone.Receiver && d.Item == gone.Item);
        var files = s_files with { Plan = s_files.Plan.Skip(1), Unmet = s_files.Unmet.Append(new(gone.Receiver, gone.Item, need.Priority, gone.Quantity)) };
        PlanCertificate.Check(files).IsProven.ShouldBeFalse();
    }

    [Fact]
    public void A_feasible_but_dearer_plan_is_not_proven_by_any_of_the_prices()
    {
        var plan = Allocator.Solve(Problems.Of([5, 5], [(5, 1), (5, 1)], new long?[,] { { 1, 3 }, { 4, 1 } }));
        var swapped = new SentRow[] { new("S0", "D1", "mask", 5), new("S1", "D0", "mask", 5) };
        PlanCertificate.Check(plan.Files()).IsProven.ShouldBeTrue();
        PlanCertificate.Check(plan.Files() with { Plan = swapped }).Problems.ShouldContain(p => p.Contains("S0 to D1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_that_serves_the_lower_tier_is_not_proven()
    {
        var plan = Allocator.Solve(Problems.Of([5], [(5, 1), (5, 4)], new long?[,] { { 9, 1 } }));
        var other = plan.Files() with { Plan = [new("S0", "D1", "mask", 5)], Unmet = [new("D0", "mask", 1, 5)] };
        PlanCertificate.Check(other).IsProven.ShouldBeFalse();
        // Nor with prices that would suit it: tier 4 would have to pay more than tier 4 may.
        PlanCertificate.Check(other with { Prices = [new(true, "S0", "mask", 1, -9), new(false, "D0", "mask", 1, 0), new(false, "D1", "mask", 1, -8)] }).IsProven.ShouldBeFalse();
    }

    [Fact]
    public void Prices_that_are_missing_lowered_or_moved_to_another_tier_are_found()
    {
        var prices = s_files.Prices.ToArray();
        PlanCertificate.Check(s_files with { Prices = prices.Skip(1) }).IsProven.ShouldBeFalse();
        var sender = s_files.Plan.First();
        var at = Array.FindIndex(prices, p => p.IsSupplier && p.Place == sender.Supplier && p.Item == sender.Item);
        PlanCertificate.Check(s_files with { Prices = prices.Select((p, i) => i == at ? p with { Price = p.Price - 1 } : p) }).IsProven.ShouldBeFalse();
        PlanCertificate.Check(s_files with { Prices = prices.Select((p, i) => i == at ? p with { Tier = p.Tier == 1 ? 2 : 1 } : p) }).IsProven.ShouldBeFalse();
    }

    [Fact]
    public void A_shipment_on_a_lane_that_does_not_exist_is_found() =>
        PlanCertificate.Check(s_files with { Plan = s_files.Plan.Append(new("S0", "nobody", "I0", 1)) }).Problems.ShouldContain(p => p.Contains("there is no lane", StringComparison.Ordinal));

    [Fact]
    public void An_unfair_plan_does_not_pass_for_a_fair_one()
    {
        var unfair = Allocator.Solve(Problems.Of([6], [(6, 1), (6, 1)], new long?[,] { { 1, 2 } }));
        PlanCertificate.Check(unfair.Files()).IsProven.ShouldBeTrue();
        PlanCertificate.Check(unfair.Files(), isFair: true).Problems.ShouldContain(p => p.Contains("is filled to", StringComparison.Ordinal));
    }
}
