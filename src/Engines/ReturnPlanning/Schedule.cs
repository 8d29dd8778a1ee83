namespace Rongtong.ReturnPlanning;

/// <summary>Who sets out when, and what is still free; the rules of the problem are kept by construction.</summary>
internal sealed class Schedule
{
    private readonly ReturnProblem _problem;
    private readonly int[] _coaches;
    private readonly int[] _places;
    private int _beds;
    private int _work;

    public Schedule(ReturnProblem problem)
    {
        _problem = problem;
        Terms = [.. problem.Groups.Select(ReturnPlanning.Terms.Of)];
        Remaining = [.. problem.Groups.Select(g => g.Count)];
        _coaches = [.. Enumerable.Repeat(problem.CoachesPerDay, problem.HorizonDays)];
        _places = [.. Enumerable.Repeat(problem.IsolationPlaces, problem.HorizonDays)];
        (_beds, _work) = (problem.Beds, problem.WorkLimit);
    }

    public Terms[] Terms { get; }

    public int[] Remaining { get; }

    /// <summary>People by group and day; each coach separately would say no more, since a group's coaches of a day are filled one after the other.</summary>
    public SortedDictionary<(int Day, int Group), int> People { get; } = [];

    public long WorkingDays => People.Sum(p => (long)p.Value * (_problem.HorizonDays - Terms[p.Key.Group].FirstWorkDay(p.Key.Day)));

    public int CoachTrips => People.Sum(p => CoachesFor(p.Key.Group, p.Value));

    public int CoachesFor(int group, int people) => Terms[group].NeedsCoach ? (people + _problem.CoachLoad - 1) / _problem.CoachLoad : 0;

    /// <summary>How many more of the group can set out on the day; at most one more coach for those who need one.</summary>
    public int Fits(int group, int day)
    {
        var terms = Terms[group];
        if (day < _problem.Groups[group].EarliestDay || terms.FirstWorkDay(day) >= _problem.HorizonDays) return 0;
        var people = Math.Min(Remaining[group], _work);
        if (terms.NeedsBed) people = Math.Min(people, _beds);
        if (!terms.NeedsCoach) return people;
        var load = _problem.CoachLoad;
        if (load == 0) return 0;
        // Seats left in the last coach that goes anyway are filled before another is taken.
        var left = (load - (People.GetValueOrDefault((day, group)) % load)) % load;
        for (var d = day; left == 0 && d < day + terms.CoachDays; d++)
        {
            if (_coaches[d] == 0) return 0;
        }
        people = Math.Min(people, left == 0 ? load : left);
        for (var d = terms.Arrival(day); d < terms.Arrival(day) + terms.RoomDays; d++) people = Math.Min(people, _places[d]);
        return people;
    }

    public void Send(int group, int day, int people) => Change(group, day, people);

    public void TakeBack(int group, int day, int people) => Change(group, day, -people);

    private void Change(int group, int day, int people)
    {
        var (terms, before) = (Terms[group], People.GetValueOrDefault((day, group)));
        var coaches = CoachesFor(group, before + people) - CoachesFor(group, before);
        for (var d = day; d < day + terms.CoachDays; d++) _coaches[d] -= coaches;
        for (var d = terms.Arrival(day); d < terms.Arrival(day) + terms.RoomDays; d++) _places[d] -= people;
        if (terms.NeedsBed) _beds -= people;
        _work -= people;
        Remaining[group] -= people;
        if (before + people == 0) People.Remove((day, group));
        else People[(day, group)] = before + people;
    }
}
