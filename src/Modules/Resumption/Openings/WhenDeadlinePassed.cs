using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Projects;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Openings;

/// <summary>Deadlines of this module that passed, by the beginning of their key.</summary>
internal sealed class WhenDeadlinePassed : IEventSubscriber
{
    public string Name => "resumption.when-deadline-passed";

    public string EventKind => DeadlinePassed.Kind;

    public Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var passed = happened.Read<DeadlinePassed>();
        string[] parts = passed.Key.Split(':');
        return parts switch
        {
            ["resumption.opening", var id] => AnswerOpening.PassAsync(session, long.Parse(id, CultureInfo.InvariantCulture), passed.DueAt, cancel),
            ["resumption.reports", var county, var day, var level] => EscalateReport.PassAsync(session, county, DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture), int.Parse(level, CultureInfo.InvariantCulture), cancel),
            ["resumption.milestone", var id] => Milestones.PassAsync(session, long.Parse(id, CultureInfo.InvariantCulture), cancel),
            _ => Task.CompletedTask,
        };
    }
}
