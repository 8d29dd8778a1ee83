namespace Rongtong.ReturnPlanning;

/// <summary>People of a batch in one dormitory or one shift.</summary>
/// <param name="Number">Index of the dormitory in the problem, or of the shift from 0.</param>
/// <param name="People">How many.</param>
public sealed record Part(int Number, int People);

/// <summary>People of one group who set out together.</summary>
/// <param name="Group">Index of the group in the problem.</param>
/// <param name="Day">Day on which they set out; for those who need no coach, from which they are counted in.</param>
/// <param name="People">How many.</param>
/// <param name="Coaches">Coaches they take; 0 for those who need none.</param>
/// <param name="ArrivalDay">Day on which they arrive.</param>
/// <param name="FirstWorkDay">First day at work.</param>
/// <param name="Beds">Where they sleep from the end of isolation; empty for those who live at home.</param>
/// <param name="Shifts">When they work.</param>
public sealed record Batch(int Group, int Day, int People, int Coaches, int ArrivalDay, int FirstWorkDay, IReadOnlyList<Part> Beds, IReadOnlyList<Part> Shifts);

/// <summary>One day of a plan.</summary>
/// <param name="Day">From 0.</param>
/// <param name="SettingOut">People who set out by coach.</param>
/// <param name="CoachesOnTheRoad">Coaches taken, those of the day before that are still out included.</param>
/// <param name="Isolated">People in isolation rooms.</param>
/// <param name="BedsTaken">Beds taken, those kept for people who are still isolated not counted.</param>
/// <param name="Working">People at work.</param>
/// <param name="Sittings">Sittings of a meal that the fullest shift needs.</param>
public sealed record PlanDay(int Day, int SettingOut, int CoachesOnTheRoad, int Isolated, int BedsTaken, int Working, int Sittings);

/// <summary>What there may be too little of.</summary>
public enum Resource
{
    /// <summary>Coaches a day.</summary>
    Coaches,
    /// <summary>Isolation rooms.</summary>
    IsolationRooms,
    /// <summary>Beds in dormitories.</summary>
    Beds,
    /// <summary>Work places of a shift.</summary>
    WorkPlaces,
    /// <summary>Seats of the canteen.</summary>
    CanteenSeats,
}

/// <summary>What more of a resource would bring, found by planning again.</summary>
/// <param name="Resource">Of what.</param>
/// <param name="GainOfOneMore">Working days of people that one more unit brings, at least.</param>
/// <param name="GainOfPlenty">Working days of people that no limit at all would bring, at least.</param>
public sealed record Limit(Resource Resource, long GainOfOneMore, long GainOfPlenty);

/// <summary>A plan with what proves it.</summary>
/// <param name="Batches">Who sets out when, by day and group.</param>
/// <param name="Days">Every day of the horizon.</param>
/// <param name="WorkingDays">Working days of people within the horizon: the aim.</param>
/// <param name="Bound">No plan has more; proven, see <see cref="ReturnPlanner"/>.</param>
/// <param name="CoachTrips">Coaches that set out in all.</param>
/// <param name="Moves">People who change rooms after isolation.</param>
/// <param name="LeftBehind">People who do not work by the horizon, by group.</param>
/// <param name="Limits">What limits the return, the strongest first; empty when it was not asked for.</param>
public sealed record ReturnPlan(
    IReadOnlyList<Batch> Batches, IReadOnlyList<PlanDay> Days, long WorkingDays, long Bound, int CoachTrips, int Moves, IReadOnlyList<int> LeftBehind, IReadOnlyList<Limit> Limits)
{
    /// <summary>Resources of which nobody knows how many there are; the plan takes room for everybody.</summary>
    public IReadOnlyList<Resource> Assumed { get; init; } = [];

    /// <summary>How far the plan may be from the best, as a share of the bound; 0 is proven best.</summary>
    public double Gap => Bound == 0 ? 0 : (double)(Bound - WorkingDays) / Bound;
}
