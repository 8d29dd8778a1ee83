namespace Rongtong.ReturnPlanning;

/// <summary>Beds, shifts and days of a schedule: each batch is kept together as far as dormitories and shifts have room.</summary>
internal static class Housing
{
    public static (IReadOnlyList<Batch> Batches, IReadOnlyList<PlanDay> Days) Assign(ReturnProblem problem, Schedule schedule)
    {
        var beds = problem.Dormitories.Select(problem.BedsOf).ToArray();
        var shifts = Enumerable.Repeat(problem.WorkLimit / problem.Shifts, problem.Shifts).ToArray();
        var batches = schedule.People
            .Select(p => (p.Key.Group, p.Key.Day, People: p.Value, Terms: schedule.Terms[p.Key.Group]))
            .OrderBy(b => b.Terms.FirstWorkDay(b.Day)).ThenBy(b => b.Day).ThenBy(b => b.Group)
            .Select(b => new Batch(b.Group, b.Day, b.People, schedule.CoachesFor(b.Group, b.People), b.Terms.Arrival(b.Day), b.Terms.FirstWorkDay(b.Day),
                b.Terms.NeedsBed ? Parts(beds, b.People, tightest: true) : [], Parts(shifts, b.People, tightest: false)))
            .OrderBy(b => b.Day).ThenBy(b => b.Group).ToArray();
        return (batches, [.. Enumerable.Range(0, problem.HorizonDays).Select(day => DayOf(problem, schedule, batches, day))]);
    }

    /// <summary>Takes room for the people: in the place where all fit, the tightest or the emptiest; else the emptiest first, so that few are parted.</summary>
    private static List<Part> Parts(int[] free, int people, bool tightest)
    {
        var parts = new List<Part>();
        while (people > 0)
        {
            var place = -1;
            for (var p = 0; p < free.Length; p++)
            {
                if (place < 0 || (tightest && free[p] >= people && free[place] >= people ? free[p] < free[place] : free[p] > free[place])) place = p;
            }
            var taken = Math.Min(people, free[place]);
            parts.Add(new(place, taken));
            free[place] -= taken;
            people -= taken;
        }
        return parts;
    }

    private static PlanDay DayOf(ReturnProblem problem, Schedule schedule, Batch[] batches, int day)
    {
        var (settingOut, coaches, isolated, inBeds, working) = (0, 0, 0, 0, 0);
        var byShift = new int[problem.Shifts];
        foreach (var batch in batches)
        {
            var terms = schedule.Terms[batch.Group];
            if (batch.Day == day && terms.NeedsCoach) settingOut += batch.People;
            if (batch.Day <= day && day < batch.Day + terms.CoachDays) coaches += batch.Coaches;
            if (batch.ArrivalDay <= day && day < batch.ArrivalDay + terms.RoomDays) isolated += batch.People;
            if (terms.NeedsBed && day >= batch.ArrivalDay + terms.RoomDays) inBeds += batch.People;
            if (day < batch.FirstWorkDay) continue;
            working += batch.People;
            foreach (var part in batch.Shifts) byShift[part.Number] += part.People;
        }
        return new(day, settingOut, coaches, isolated, inBeds, working, problem.CanteenSeats == 0 ? 0 : (byShift.Max() + problem.CanteenSeats - 1) / problem.CanteenSeats);
    }
}
