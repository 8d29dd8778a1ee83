using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Supplies.Prices;

/// <summary>What the inspectors found becomes what the reporters read.</summary>
internal sealed class WhenPriceCaseClosed : IEventSubscriber
{
    private const string Prefix = "supplies.price:";

    public string Name => "supplies.price-case-closed";

    public string EventKind => CaseClosed.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var closed = happened.Read<CaseClosed>();
        if (!closed.Key.StartsWith(Prefix, StringComparison.Ordinal) || !long.TryParse(closed.Key[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return;
        await session.ExecuteAsync("UPDATE supplies.price_case SET is_open = false, outcome = @Outcome WHERE id = @id", new { id, closed.Outcome }, cancel);
    }
}
