using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Publication;

/// <summary>Makes the figures public up to a day; an earlier day takes later figures back from the public pages.</summary>
public sealed record PublishFigures(DateOnly Through)
{
    internal Task<int> RunAsync(Session session, CancellationToken cancel) => session.ExecuteAsync(
        "INSERT INTO outbreak.publication (through, decided_by, decided_at) VALUES (@Through, @by, @now)",
        new { Through, by = session.Actor.Id, now = session.Now }, cancel);

    /// <summary>The day up to which figures are public now; null while nothing is.</summary>
    internal static Task<DateOnly?> CurrentAsync(Session session, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<DateOnly?>("SELECT through FROM outbreak.publication ORDER BY id DESC LIMIT 1", cancel: cancel);
}
