using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Stock;

/// <summary>Takes an import of quantities back by entries of the opposite direction. What has left its account since stays; the caller is told.</summary>
internal static class UndoPostings
{
    public static async Task<MoveOutcome> RunAsync(Session session, long batchId, CancellationToken cancel)
    {
        var entries = await session.QueryAsync<(long Id, long Lot, string FromPlace, string FromState, string ToPlace, string ToState, long Quantity)>(
            "SELECT id, lot_id, from_place, from_state, to_place, to_state, quantity FROM supplies.entry WHERE batch_id = @batchId ORDER BY id DESC", new { batchId }, cancel);
        // Net by pair of accounts: an import of ten thousand counts is taken back in as many moves at most.
        Move[] moves = [.. entries.GroupBy(e => (e.Lot, From: new Account(e.ToPlace, StockStates.Parse(e.ToState)), To: new Account(e.FromPlace, StockStates.Parse(e.FromState))))
            .Select(g => new Move(g.Key.Lot, g.Key.From, g.Key.To, g.Sum(e => e.Quantity)))];
        MoveOutcome outcome = new MoveOutcome.Moved();
        foreach (var (chunk, number) in moves.Chunk(Ledger.MovesMax).Select((c, i) => (c, i)))
        {
            outcome = await Ledger.MoveAsync(session, new($"undo:{batchId}:{number}", "undo", $"import {batchId}", chunk), cancel);
            if (outcome is not MoveOutcome.Moved) return outcome;
        }
        return outcome;
    }
}
