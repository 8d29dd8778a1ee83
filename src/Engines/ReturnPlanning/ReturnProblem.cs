namespace Rongtong.ReturnPlanning;

/// <summary>How staff come.</summary>
public enum Journey
{
    /// <summary>They live at home nearby: no coach, no bed.</summary>
    Local,
    /// <summary>They are in a dormitory already: a bed, no coach; isolation, if any is left, where they are.</summary>
    OnSite,
    /// <summary>A coach fetches them and is back the same day.</summary>
    Near,
    /// <summary>A coach fetches them, arrives a day later and is taken for both days.</summary>
    Far,
}

/// <summary>Staff of one origin who return under the same terms. A coach carries one group only: people with different terms do not mix on the way.</summary>
/// <param name="Origin">Name of the origin, such as a region's code.</param>
/// <param name="Journey">How they come.</param>
/// <param name="Count">How many.</param>
/// <param name="EarliestDay">First day of the plan, from 0, on which they may set out.</param>
/// <param name="IsolationDays">Full days of isolation after the day of arrival; 0 for none.</param>
public sealed record StaffGroup(string Origin, Journey Journey, int Count, int EarliestDay, int IsolationDays);

/// <summary>Rooms of a dormitory of equal size.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Rooms">How many rooms.</param>
/// <param name="RoomAreaDm2">Floor area of a room, square decimetres (100 to the square metre).</param>
/// <param name="BedsStated">Beds that stand in it, where somebody counted them; no plan uses more. Null where only the rooms are known.</param>
public sealed record Dormitory(string Name, int Rooms, int RoomAreaDm2, int? BedsStated = null);

/// <summary>Everything that a plan depends on. Days count from 0, the first day on which anybody may set out.</summary>
public sealed record ReturnProblem
{
    /// <summary>Longest horizon, days.</summary>
    public const int HorizonDaysMax = 180;

    /// <summary>Most groups.</summary>
    public const int GroupsMax = 1_000;

    /// <summary>Largest of any count.</summary>
    public const int CountMax = 1_000_000;

    /// <summary>Most shifts a day.</summary>
    public const int ShiftsMax = 4;

    /// <summary>Who is to return.</summary>
    public required IReadOnlyList<StaffGroup> Groups { get; init; }

    /// <summary>Where they sleep after isolation.</summary>
    public IReadOnlyList<Dormitory> Dormitories { get; init; } = [];

    /// <summary>Floor area that a sleeper needs, square decimetres: 250 by 国发明电〔2020〕4号.</summary>
    public int SleeperAreaDm2 { get; init; } = 250;

    /// <summary>Most sleepers of a room: 6 by 国发明电〔2020〕4号.</summary>
    public int SleepersPerRoomMax { get; init; } = 6;

    /// <summary>Rooms in which new arrivals are isolated.</summary>
    public int IsolationRooms { get; init; }

    /// <summary>People in an isolation room: 1 where the rule asks for single rooms.</summary>
    public int PeoplePerIsolationRoom { get; init; } = 1;

    /// <summary>Seats of the canteen, after spacing.</summary>
    public int CanteenSeats { get; init; }

    /// <summary>Minutes in which one meal of one shift must be over.</summary>
    public int MealWindowMinutes { get; init; } = 120;

    /// <summary>Minutes of one sitting, with cleaning.</summary>
    public int SittingMinutes { get; init; } = 30;

    /// <summary>Work shifts a day.</summary>
    public int Shifts { get; init; } = 1;

    /// <summary>Work places that one shift may fill at the required distance.</summary>
    public int WorkPlaces { get; init; }

    /// <summary>Coaches that may be on the road on a day.</summary>
    public int CoachesPerDay { get; init; }

    /// <summary>Seats of a coach.</summary>
    public int CoachSeats { get; init; } = 50;

    /// <summary>Share of the seats that may be taken, percent: 50 where the rule halves the load.</summary>
    public int LoadPercent { get; init; } = 50;

    /// <summary>Days that are planned and counted.</summary>
    public int HorizonDays { get; init; } = 30;

    /// <summary>
    /// Resources whose figure above is room for everybody because nobody knows it. The plan carries the list on and does not name them as limits: a figure
    /// that was assumed limits nothing, and saying that it does not would be a claim.
    /// </summary>
    public IReadOnlyList<Resource> Assumed { get; init; } = [];

    /// <summary>People a coach may carry.</summary>
    public int CoachLoad => CoachSeats * LoadPercent / 100;

    /// <summary>People who may be isolated at once.</summary>
    public int IsolationPlaces => IsolationRooms * PeoplePerIsolationRoom;

    /// <summary>Sittings of one meal of one shift.</summary>
    public int Sittings => MealWindowMinutes / SittingMinutes;

    /// <summary>Beds that the rule allows in all dormitories.</summary>
    public int Beds => Dormitories.Sum(BedsOf);

    /// <summary>People who may be at work: in each shift as many as have a work place and a seat at a meal.</summary>
    public int WorkLimit => Shifts * Math.Min(WorkPlaces, CanteenSeats * Sittings);

    /// <summary>Beds that the rule allows in a dormitory: by area, at most <see cref="SleepersPerRoomMax"/> a room, and never more than stand there.</summary>
    public int BedsOf(Dormitory dormitory)
    {
        ArgumentNullException.ThrowIfNull(dormitory);
        var allowed = dormitory.Rooms * Math.Min(SleepersPerRoomMax, dormitory.RoomAreaDm2 / SleeperAreaDm2);
        return Math.Min(allowed, dormitory.BedsStated ?? allowed);
    }

    /// <summary>All that is wrong with the problem, each as where and what was expected; empty when it can be planned.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Range(nameof(HorizonDays), HorizonDays, 1, HorizonDaysMax);
        Range(nameof(Groups), Groups.Count, 0, GroupsMax);
        Range(nameof(SleeperAreaDm2), SleeperAreaDm2, 1, CountMax);
        Range(nameof(SleepersPerRoomMax), SleepersPerRoomMax, 0, 100);
        Range(nameof(IsolationRooms), IsolationRooms, 0, CountMax);
        Range(nameof(PeoplePerIsolationRoom), PeoplePerIsolationRoom, 1, 10);
        Range(nameof(CanteenSeats), CanteenSeats, 0, CountMax);
        Range(nameof(MealWindowMinutes), MealWindowMinutes, 0, 1440);
        Range(nameof(SittingMinutes), SittingMinutes, 1, 1440);
        Range(nameof(Shifts), Shifts, 1, ShiftsMax);
        Range(nameof(WorkPlaces), WorkPlaces, 0, CountMax);
        Range(nameof(CoachesPerDay), CoachesPerDay, 0, 10_000);
        Range(nameof(CoachSeats), CoachSeats, 0, 200);
        Range(nameof(LoadPercent), LoadPercent, 0, 100);
        for (var g = 0; g < Groups.Count; g++)
        {
            Range($"{nameof(Groups)}[{g}].{nameof(StaffGroup.Count)}", Groups[g].Count, 0, CountMax);
            Range($"{nameof(Groups)}[{g}].{nameof(StaffGroup.EarliestDay)}", Groups[g].EarliestDay, 0, 10_000);
            Range($"{nameof(Groups)}[{g}].{nameof(StaffGroup.IsolationDays)}", Groups[g].IsolationDays, 0, 60);
        }
        for (var d = 0; d < Dormitories.Count; d++)
        {
            Range($"{nameof(Dormitories)}[{d}].{nameof(Dormitory.Rooms)}", Dormitories[d].Rooms, 0, 100_000);
            Range($"{nameof(Dormitories)}[{d}].{nameof(Dormitory.RoomAreaDm2)}", Dormitories[d].RoomAreaDm2, 0, CountMax);
            if (Dormitories[d].BedsStated is { } beds) Range($"{nameof(Dormitories)}[{d}].{nameof(Dormitory.BedsStated)}", beds, 0, CountMax);
        }
        return faults;

        void Range(string where, int value, int least, int most)
        {
            if (value < least || value > most) faults.Add($"{where} is {value}; a whole number from {least} to {most} was expected.");
        }
    }
}
