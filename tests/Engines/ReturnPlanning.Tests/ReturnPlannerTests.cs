using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.ReturnPlanning.Tests;

/// <summary>The plan keeps every rule, the bound is one, and small plans are compared with every possible one.</summary>
public sealed class ReturnPlannerTests
{
    private static readonly ReturnProblem s_small = new()
    {
        Groups = [new("3303", Journey.Near, 70, 0, 0), new("4201", Journey.Near, 30, 2, 14), new("", Journey.Local, 20, 0, 0)],
        Dormitories = [new("A", 10, 1400), new("B", 5, 2000)],
        IsolationRooms = 25,
        CanteenSeats = 40,
        WorkPlaces = 200,
        CoachesPerDay = 2,
        HorizonDays = 30,
    };

    [Theory]
    [InlineData(1499, 5)]
    [InlineData(1500, 6)]
    [InlineData(5000, 6)]
    [InlineData(249, 0)]
    public void A_room_sleeps_one_for_each_two_and_a_half_square_metres_and_never_more_than_six(int areaDm2, int beds) =>
        s_small.BedsOf(new("room", 1, areaDm2)).ShouldBe(beds);

    [Theory]
    [InlineData(2, 1500, 7, 7)]
    [InlineData(2, 1500, null, 12)]
    [InlineData(2, 1500, 20, 12)]
    [InlineData(2, 900, 7, 6)]
    [InlineData(2, 1500, 0, 0)]
    public void A_dormitory_sleeps_no_more_than_the_beds_stated_and_no_more_than_its_rooms_allow(int rooms, int areaDm2, int? stated, int beds) =>
        new ReturnProblem { Groups = [], Dormitories = [new("D", rooms, areaDm2, stated)] }.Beds.ShouldBe(beds);

    [Fact]
    public void What_was_assumed_is_carried_into_the_plan_and_named_no_limit()
    {
        var plan = ReturnPlanner.Plan(new ReturnProblem { Groups = [new("4113", Journey.Local, 10, 0, 0)], CanteenSeats = 1, WorkPlaces = 10, Assumed = [Resource.CanteenSeats] });
        plan.Assumed.ShouldBe([Resource.CanteenSeats]);
        plan.Limits.ShouldNotContain(l => l.Resource == Resource.CanteenSeats);
        plan.Limits.Count.ShouldBe(4);
    }

    [Fact]
    public void A_coach_carries_half_its_seats_and_people_of_one_origin_alone()
    {
        var plan = ReturnPlanner.Plan(s_small);
        foreach (var batch in plan.Batches.Where(b => b.Coaches > 0)) batch.Coaches.ShouldBe((batch.People + 24) / 25);
        plan.Batches.Where(b => b.Group == 0).Sum(b => b.Coaches).ShouldBe(3);
    }

    [Fact]
    public void Who_must_be_isolated_works_on_the_fifteenth_day_after_arrival()
    {
        var batch = ReturnPlanner.Plan(s_small).Batches.First(b => b.Group == 1);
        (batch.FirstWorkDay - batch.ArrivalDay).ShouldBe(15);
    }

    [Fact]
    public void A_far_origin_takes_its_coach_for_two_days()
    {
        var plan = ReturnPlanner.Plan(s_small with { Groups = [new("6501", Journey.Far, 100, 0, 0)], CoachesPerDay = 1 });
        plan.Batches.Select(b => b.Day).ShouldBe([0, 2, 4, 6]);
        plan.Days.Max(d => d.CoachesOnTheRoad).ShouldBe(1);
    }

    [Fact]
    public void With_too_few_coaches_the_limit_is_coaches_not_dormitories()
    {
        var plan = ReturnPlanner.Plan(s_small with { Groups = [new("3303", Journey.Near, 75, 0, 0)], CoachesPerDay = 1 });
        plan.Limits[0].Resource.ShouldBe(Resource.Coaches);
        plan.Limits.Single(l => l.Resource == Resource.Beds).GainOfPlenty.ShouldBe(0);
        plan.Gap.ShouldBe(0);
    }

    [Fact]
    public void With_too_few_beds_the_limit_is_beds_and_one_more_bed_is_worth_the_days_of_one_person()
    {
        var plan = ReturnPlanner.Plan(s_small with { Groups = [new("3303", Journey.Near, 85, 0, 0)], Dormitories = [new("A", 2, 1500)], CoachesPerDay = 9 });
        plan.Limits[0].Resource.ShouldBe(Resource.Beds);
        plan.Limits[0].GainOfOneMore.ShouldBe(29);
    }

    [Fact]
    public void Nobody_returns_without_a_coach_a_bed_or_a_horizon_that_reaches_work()
    {
        ReturnPlanner.Plan(s_small with { CoachesPerDay = 0, Groups = [s_small.Groups[0]] }).WorkingDays.ShouldBe(0);
        ReturnPlanner.Plan(s_small with { LoadPercent = 0, Groups = [s_small.Groups[0]] }).LeftBehind.ShouldBe([70]);
        ReturnPlanner.Plan(s_small with { Dormitories = [], Groups = [s_small.Groups[0]] }).WorkingDays.ShouldBe(0);
        ReturnPlanner.Plan(s_small with { HorizonDays = 15, Groups = [s_small.Groups[1]] }).Batches.ShouldBeEmpty();
    }

    [Fact]
    public void A_faulty_problem_is_refused_with_every_fault()
    {
        var error = Should.Throw<ArgumentException>(() => ReturnPlanner.Plan(s_small with { HorizonDays = 0, Groups = [new("x", Journey.Near, -1, 0, 0)] }));
        error.Message.ShouldContain("HorizonDays is 0");
        error.Message.ShouldContain("Groups[0].Count is -1");
    }

    [Fact]
    public void Every_plan_keeps_every_rule_and_stays_below_its_bound() => Prop.ForAll(Problems().ToArbitrary(), problem =>
    {
        var plan = ReturnPlanner.Plan(problem, explain: false);
        ShouldKeepTheRules(problem, plan);
        plan.WorkingDays.ShouldBeLessThanOrEqualTo(plan.Bound);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_small_plan_of_all_possible_ones_beats_the_bound_and_few_beat_the_plan()
    {
        var (plans, best, ours) = (0, 0L, 0L);
        foreach (var problem in Problems(small: true).Sample(200, 3))
        {
            var optimum = AllPlans.Best(problem);
            var plan = ReturnPlanner.Plan(problem, explain: false);
            plan.Bound.ShouldBeGreaterThanOrEqualTo(optimum);
            plan.WorkingDays.ShouldBeLessThanOrEqualTo(optimum);
            (plans, best, ours) = (plans + (plan.WorkingDays == optimum ? 1 : 0), best + optimum, ours + plan.WorkingDays);
        }
        plans.ShouldBeGreaterThan(180, "plans that are best");
        ((double)ours / best).ShouldBeGreaterThan(0.99);
    }

    [Fact]
    public void Ten_thousand_staff_of_a_hundred_origins_over_sixty_days_are_planned_within_a_hundredth_of_the_bound()
    {
        var problem = Large(isolationRooms: 1_500, coaches: 20);
        var plan = ReturnPlanner.Plan(problem, explain: false);
        ShouldKeepTheRules(problem, plan);
        plan.Gap.ShouldBeLessThan(0.01);
    }

    [Fact]
    public void The_same_problem_gives_the_same_plan() =>
        System.Text.Json.JsonSerializer.Serialize(ReturnPlanner.Plan(s_small)).ShouldBe(System.Text.Json.JsonSerializer.Serialize(ReturnPlanner.Plan(s_small)));

    internal static ReturnProblem Large(int isolationRooms, int coaches) => new()
    {
        Groups = [.. Enumerable.Range(0, 100).Select(i => new StaffGroup($"O{i}", i % 5 == 0 ? Journey.Far : Journey.Near, 40 + (i * 37 % 121), i % 7 * 2, (i % 10) switch { 0 => 14, 1 or 2 => 7, _ => 0 }))],
        Dormitories = [.. Enumerable.Range(0, 20).Select(d => new Dormitory($"D{d}", 90, 1400 + (d * 50)))],
        IsolationRooms = isolationRooms,
        CanteenSeats = 1_000,
        WorkPlaces = 5_000,
        Shifts = 2,
        CoachesPerDay = coaches,
        HorizonDays = 60,
    };

    private static Gen<ReturnProblem> Problems(bool small = false) =>
        from groups in (from journey in Gen.Elements(Journey.Local, Journey.Near, Journey.Near, Journey.Far, Journey.OnSite)
                        from count in Gen.Choose(0, small ? 5 : 200)
                        from earliest in Gen.Choose(0, small ? 2 : 8)
                        from isolation in Gen.Elements(0, 0, small ? 1 : 7, small ? 2 : 14)
                        select new StaffGroup("o", journey, count, earliest, isolation)).ArrayOf(small ? 2 : 8)
        from coaches in Gen.Choose(0, small ? 2 : 5)
        from seats in Gen.Choose(2, small ? 6 : 60)
        from isolation in Gen.Choose(0, small ? 4 : 120)
        from rooms in Gen.Choose(0, small ? 2 : 80)
        from work in Gen.Choose(1, small ? 9 : 700)
        from canteen in Gen.Choose(0, small ? 4 : 90)
        from shifts in Gen.Choose(1, small ? 1 : 3)
        select new ReturnProblem
        {
            Groups = groups,
            CoachesPerDay = coaches,
            CoachSeats = seats,
            IsolationRooms = isolation,
            Dormitories = [new("A", rooms, 900), new("B", rooms / 2, 2600)],
            WorkPlaces = work,
            CanteenSeats = canteen,
            Shifts = shifts,
            HorizonDays = small ? 6 : 35,
        };

    private static void ShouldKeepTheRules(ReturnProblem problem, ReturnPlan plan)
    {
        for (var g = 0; g < problem.Groups.Count; g++)
        {
            plan.Batches.Where(b => b.Group == g).Sum(b => b.People).ShouldBe(problem.Groups[g].Count - plan.LeftBehind[g]);
            plan.Batches.Where(b => b.Group == g).ShouldAllBe(b => b.Day >= problem.Groups[g].EarliestDay && b.People > 0);
        }
        foreach (var day in plan.Days)
        {
            day.CoachesOnTheRoad.ShouldBeLessThanOrEqualTo(problem.CoachesPerDay);
            day.Isolated.ShouldBeLessThanOrEqualTo(problem.IsolationPlaces);
            day.BedsTaken.ShouldBeLessThanOrEqualTo(problem.Beds);
            day.Working.ShouldBeLessThanOrEqualTo(problem.WorkLimit);
            day.Sittings.ShouldBeLessThanOrEqualTo(problem.Sittings);
        }
        plan.Batches.ShouldAllBe(b => b.Coaches * problem.CoachLoad >= b.People || problem.Groups[b.Group].Journey < Journey.Near);
        plan.Batches.ShouldAllBe(b => b.Shifts.Sum(s => s.People) == b.People);
        plan.Batches.Where(b => problem.Groups[b.Group].Journey != Journey.Local).ShouldAllBe(b => b.Beds.Sum(s => s.People) == b.People);
        foreach (var beds in plan.Batches.SelectMany(b => b.Beds).GroupBy(p => p.Number)) beds.Sum(p => p.People).ShouldBeLessThanOrEqualTo(problem.BedsOf(problem.Dormitories[beds.Key]));
        plan.Days.Sum(d => (long)d.Working).ShouldBe(plan.WorkingDays);
    }
}

/// <summary>The best plan by trying all, day by day; for a handful of people.</summary>
internal static class AllPlans
{
    public static long Best(ReturnProblem problem)
    {
        var schedule = new Schedule(problem);
        return Search(0, 0);

        // Every number of people of every group on every day, through the same bookkeeping of what is free; rules are checked again by the tests.
        long Search(int group, int day)
        {
            if (group == problem.Groups.Count) return schedule.WorkingDays;
            if (day == problem.HorizonDays) return Search(group + 1, 0);
            var best = Search(group, day + 1);
            var sent = 0;
            while (schedule.Remaining[group] > 0 && schedule.Fits(group, day) > 0)
            {
                schedule.Send(group, day, 1);
                sent++;
                best = Math.Max(best, Search(group, day + 1));
            }
            if (sent > 0) schedule.TakeBack(group, day, sent);
            return best;
        }
    }
}
