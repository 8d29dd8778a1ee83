namespace Rongtong.ReturnPlanning;

/// <summary>
/// Plans the staggered return of staff: most working days of people within the horizon, then fewest coaches. Moves follow from the people who are
/// isolated, each once, since nobody changes dormitories.
/// <code>
/// linear program over coach loads ──> prices, fractions, bound that is proven in whole numbers
///   fractions rounded down, the rest by price ─┐
///   day by day by price                        ├──> each improved by earlier days and by exchange ──> the best
///   day by day by working days of a coach      ┘
/// bound - working days = gap; 0 is proven best
/// </code>
/// Where coaches alone are short and all stay long enough, sending the fullest load first is best by exchange, and the third way finds it.
/// 10,000 staff of 100 origins over 60 days are planned in well under a second.
/// </summary>
public static class ReturnPlanner
{
    /// <summary>Version of the method, for whoever keeps a plan: the same problem gives the same plan, byte for byte.</summary>
    public const string Version = "return-plan/2";

    private const int RoundsMax = 20;

    /// <summary>Plans.</summary>
    /// <param name="problem">What is known.</param>
    /// <param name="explain">Also finds what limits the return, by planning again with more of each resource.</param>
    /// <exception cref="ArgumentException">The problem has faults; they are the message.</exception>
    public static ReturnPlan Plan(ReturnProblem problem, bool explain = true)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (problem.Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join(' ', faults), nameof(problem));
        var (schedule, bound) = Best(problem);
        var limits = explain ? Limits(problem, schedule.WorkingDays) : [];
        var (batches, days) = Housing.Assign(problem, schedule);
        return new(batches, days, schedule.WorkingDays, bound, schedule.CoachTrips,
            schedule.People.Where(p => schedule.Terms[p.Key.Group].RoomDays > 0).Sum(p => p.Value), schedule.Remaining, limits)
        { Assumed = problem.Assumed };
    }

    private static (Schedule Schedule, long Bound) Best(ReturnProblem problem)
    {
        var program = new LoadProgram(problem);
        var bound = program.Bound();
        Schedule? best = null;
        foreach (var way in (Func<Schedule>[])[() => Rounded(problem, program), () => DayByDay(problem, program.Worth), () => DayByDay(problem, (terms, day, people) => (double)people * (problem.HorizonDays - terms.FirstWorkDay(day)))])
        {
            var schedule = way();
            Improve(problem, schedule);
            if (best is null || (schedule.WorkingDays, -schedule.CoachTrips).CompareTo((best.WorkingDays, -best.CoachTrips)) > 0) best = schedule;
        }
        return (best!, bound);
    }

    /// <summary>Whole loads of the program's solution first, as far as there are people; then the rest by price.</summary>
    private static Schedule Rounded(ReturnProblem problem, LoadProgram program)
    {
        var schedule = new Schedule(problem);
        foreach (var (type, day, loads) in program.Loads.OrderBy(l => l.Day).ThenByDescending(l => l.Type.People))
        {
            var left = (int)Math.Floor(loads + 1e-4);
            for (var group = 0; left > 0 && group < problem.Groups.Count; group++)
            {
                if (schedule.Terms[group] != type.Terms || problem.Groups[group].EarliestDay != type.EarliestDay) continue;
                while (left > 0 && schedule.Remaining[group] >= type.People && (type.People == problem.CoachLoad || !type.Terms.NeedsCoach || schedule.Remaining[group] % problem.CoachLoad == type.People))
                {
                    var people = type.Terms.NeedsCoach ? Math.Min(type.People, schedule.Fits(group, day)) : Math.Min(left, schedule.Fits(group, day));
                    if (people == 0) break;
                    schedule.Send(group, day, people);
                    left -= type.Terms.NeedsCoach ? 1 : people;
                }
            }
        }
        Fill(problem, schedule, program.Worth);
        return schedule;
    }

    private static Schedule DayByDay(ReturnProblem problem, Func<Terms, int, int, double> worth)
    {
        var schedule = new Schedule(problem);
        Fill(problem, schedule, worth);
        return schedule;
    }

    /// <summary>On every day the load of the most worth among those that fit, until nothing fits.</summary>
    private static void Fill(ReturnProblem problem, Schedule schedule, Func<Terms, int, int, double> worth)
    {
        var open = Enumerable.Range(0, problem.Groups.Count).ToList();
        for (var day = 0; day < problem.HorizonDays && open.Count > 0; day++)
        {
            open.RemoveAll(g => schedule.Remaining[g] == 0);
            while (true)
            {
                var (best, group, people) = (double.NegativeInfinity, -1, 0);
                foreach (var g in open)
                {
                    if (schedule.Fits(g, day) is var fits and > 0 && worth(schedule.Terms[g], day, fits) is var value && value > best) (best, group, people) = (value, g, fits);
                }
                if (group < 0) break;
                schedule.Send(group, day, people);
            }
        }
    }

    /// <summary>Moves people to earlier days, and gives the places of some to others who gain more there, as long as anything is won.</summary>
    private static void Improve(ReturnProblem problem, Schedule schedule)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var before = (schedule.WorkingDays, schedule.CoachTrips);
            foreach (var ((day, group), people) in schedule.People.ToArray())
            {
                var moved = 0;
                var load = schedule.Terms[group].NeedsCoach ? Math.Max(1, problem.CoachLoad) : problem.Groups[group].Count;
                while (moved < people)
                {
                    // The last, least filled coach first: it may vanish into the seats of others.
                    var part = (people - moved) % load is var rest and > 0 ? rest : Math.Min(load, people - moved);
                    schedule.TakeBack(group, day, part);
                    var placed = PlaceEarliest(problem, schedule, group, day, part);
                    moved += part;
                    if (placed < part) schedule.Send(group, day, part - placed);
                }
            }
            if ((schedule.WorkingDays, schedule.CoachTrips) == before) return;
        }
    }

    private static int PlaceEarliest(ReturnProblem problem, Schedule schedule, int group, int before, int people)
    {
        var placed = 0;
        for (var day = problem.Groups[group].EarliestDay; day < before && placed < people; day++)
        {
            while (placed < people && schedule.Fits(group, day) is var fits and > 0)
            {
                var part = Math.Min(fits, people - placed);
                schedule.Send(group, day, part);
                placed += part;
            }
        }
        return placed;
    }

    private static Limit[] Limits(ReturnProblem problem, long now)
    {
        var everybody = problem.Groups.Sum(g => g.Count);
        return [.. Enum.GetValues<Resource>().Except(problem.Assumed).Select(r => new Limit(r, Gain(More(problem, r, 1)), Gain(More(problem, r, Math.Min(everybody, 100_000)))))
            .OrderByDescending(l => l.GainOfPlenty).ThenByDescending(l => l.GainOfOneMore)];

        // What fits today fits with more as well, so a gain is never negative whatever the search finds.
        long Gain(ReturnProblem richer) => Math.Max(0, Best(richer).Schedule.WorkingDays - now);
    }

    private static ReturnProblem More(ReturnProblem problem, Resource resource, int units) => resource switch
    {
        Resource.Coaches => problem with { CoachesPerDay = problem.CoachesPerDay + units },
        Resource.IsolationRooms => problem with { IsolationRooms = problem.IsolationRooms + units },
        Resource.Beds => problem with { Dormitories = [.. problem.Dormitories, new("", units, problem.SleeperAreaDm2)], SleepersPerRoomMax = Math.Max(1, problem.SleepersPerRoomMax) },
        Resource.WorkPlaces => problem with { WorkPlaces = problem.WorkPlaces + units },
        _ => problem with { CanteenSeats = problem.CanteenSeats + units },
    };
}
