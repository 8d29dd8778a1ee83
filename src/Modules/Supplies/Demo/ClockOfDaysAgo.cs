namespace Rongtong.Supplies.Demo;

/// <summary>The clock of a day that is past.</summary>
internal sealed class ClockOfDaysAgo(TimeProvider clock, TimeSpan ago) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - ago;
}
