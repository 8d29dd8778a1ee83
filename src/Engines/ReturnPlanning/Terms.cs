namespace Rongtong.ReturnPlanning;

/// <summary>What follows for a group that sets out on a day.</summary>
internal readonly record struct Terms(bool NeedsCoach, bool NeedsBed, int TravelDays, int IsolationDays)
{
    /// <summary>Days for which a coach is taken.</summary>
    public int CoachDays => NeedsCoach ? TravelDays + 1 : 0;

    /// <summary>Days in an isolation room: the day of arrival and the full days after it. Who does not travel is isolated where they are.</summary>
    public int RoomDays => NeedsCoach && IsolationDays > 0 ? IsolationDays + 1 : 0;

    public int Arrival(int day) => day + TravelDays;

    /// <summary>Travellers do not work on the day they arrive.</summary>
    public int FirstWorkDay(int day) => Arrival(day) + IsolationDays + (NeedsCoach ? 1 : 0);

    public static Terms Of(StaffGroup group) => new(group.Journey is Journey.Near or Journey.Far, group.Journey is not Journey.Local, group.Journey is Journey.Far ? 1 : 0, group.IsolationDays);
}
