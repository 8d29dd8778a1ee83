using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>How a step ended.</summary>
internal abstract record TakeOutcome
{
    /// <summary>The rules' answer, and the state after it.</summary>
    public sealed record Taken(StepOutcome Step, string State) : TakeOutcome;

    /// <summary>This very scan was taken before; nothing happened now.</summary>
    public sealed record Repeated(string State) : TakeOutcome;

    /// <summary>There is no such consignment that the actor may see.</summary>
    public sealed record NotFound : TakeOutcome;
}

/// <summary>
/// One step of one consignment: the rules decide, and state, ledger, need, public sums and deadline follow in the one transaction the caller commits.
/// A host that dies before leaves everything as it was.
/// </summary>
/// <param name="ScanId">Name the phone gave the scan; the same scan again changes nothing. Null for a form, whose repetition the state tells.</param>
/// <param name="At">When it happened, by the phone; null for now. A phone's clock may be wrong: the future counts as now.</param>
internal sealed record TakeStep(long ConsignmentId, StepInput Input, Guid? ScanId = null, DateTimeOffset? At = null)
{
    /// <summary>Where, in the words of whoever scans; otherwise the place of the account.</summary>
    public string? Place { get; init; }

    public async Task<TakeOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        var voices = await VoicesAsync(session, cancel);
        if (voices is not { } heard) return new TakeOutcome.NotFound();
        TakeOutcome? outcome = null;
        await session.AsSystemAsync(async () => outcome = await DecideAsync(session, heard, cancel), cancel);
        return outcome!;
    }

    /// <summary>For whom the actor speaks here; null where the actor does not see the consignment.</summary>
    private async Task<Voices?> VoicesAsync(Session session, CancellationToken cancel)
    {
        if (session.Actor.Kind is Platform.Access.ActorKind.System) return (Voices)31;
        var found = await session.QuerySingleOrDefaultAsync<(bool IsSeen, bool Supplier, bool Carrier, bool Receiver, bool Planner)>("""
            SELECT true, supplies.acts_for(from_region, from_facility), carrier IS NOT NULL AND supplies.acts_for(carrier_region, carrier), supplies.acts_for(to_region, to_facility),
                platform.may('supplies.plan') AND (platform.region_in_scope(from_region) OR platform.region_in_scope(to_region))
            FROM supplies.consignment WHERE id = @ConsignmentId
            """, new { ConsignmentId }, cancel);
        if (!found.IsSeen) return null;
        return (found.Supplier ? Voices.Supplier : 0) | (found.Carrier ? Voices.Carrier : 0) | (found.Receiver ? Voices.Receiver : 0) | (found.Planner ? Voices.Planner : 0);
    }

    private async Task<TakeOutcome> DecideAsync(Session session, Voices voices, CancellationToken cancel)
    {
        // Two who act at once come one after the other; the second sees what the first did.
        var c = (await Consignment.LockAsync(session, [ConsignmentId], cancel))[0];
        if (ScanId is not null && await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.consignment_step WHERE consignment_id = @ConsignmentId AND scan_id = @ScanId)", new { ConsignmentId, ScanId }, cancel))
            return new TakeOutcome.Repeated(c.State);
        var step = Transition.Of(c, Input, voices, session.Now);
        var state = c.State;
        switch (step)
        {
            case StepOutcome.Moved moved:
                state = moved.State;
                await ApplyAsync(session, c, moved, cancel);
                break;
            case StepOutcome.Noted or StepOutcome.Already when TimeColumn is { } column && (step is StepOutcome.Noted || ScanId is not null):
                // Of two who tell the same the earlier time holds, whichever of them came first.
                await session.ExecuteAsync($"UPDATE supplies.consignment SET {column} = least({column}, @at), version = version + 1 WHERE id = @Id", new { c.Id, at = Happened(session) }, cancel);
                if (step is StepOutcome.Noted && Input is StepInput.Ship) await Deliveries.MoveSentAsync(session, c, await CountedAtAsync(session, c, cancel), Happened(session), cancel);
                await KeepAsync(session, c, "noted", state, cancel);
                break;
            case StepOutcome.Contradicts:
                await KeepAsync(session, c, "contradicts", state, cancel);
                break;
            case StepOutcome.Expired when c.State == "reserved":
                // The job would have come in a minute: the goods are free from now on.
                state = "lapsed";
                await (this with { Input = new StepInput.Lapse(), ScanId = null }).ApplyAsync(session, c, new StepOutcome.Moved(state), cancel);
                break;
        }
        return new TakeOutcome.Taken(step, state);
    }

    /// <summary>The step that showed it to be loaded; its day has the goods as sent.</summary>
    private static Task<DateTimeOffset> CountedAtAsync(Session session, Consignment c, CancellationToken cancel) => session.QuerySingleAsync<DateTimeOffset>(
        "SELECT at FROM supplies.consignment_step WHERE consignment_id = @Id AND effect = 'done' AND what IN ('ship', 'arrive', 'receive') ORDER BY id LIMIT 1", new { c.Id }, cancel);

    private async Task ApplyAsync(Session session, Consignment c, StepOutcome.Moved moved, CancellationToken cancel)
    {
        if (moved.State == "confirmed" && c.MadeOn is { } day) await PromisedOutput.MakeAsync(session, c, day, cancel);
        var lines = await Consignment.LinesAsync(session, c.Id, cancel);
        await PostAsync(session, c, moved, lines, cancel);
        var receive = Input as StepInput.Receive;
        var (came, reason) = Input is StepInput.Lose ? (0, "lost") : (receive?.Quantity, receive?.Reason);
        var time = TimeColumn is { } column ? $", {column} = @at" : "";
        await session.ExecuteAsync($"UPDATE supplies.consignment SET state = @State, received_quantity = @came, difference_reason = @reason, version = version + 1{time} WHERE id = @Id",
            new { c.Id, moved.State, came, reason, at = Happened(session) }, cancel);
        await KeepAsync(session, c, "done", moved.State, cancel);
        if (moved.Loads)
        {
            await Deliveries.AddAsync(session, c, Happened(session), c.Quantity, 0, cancel);
            if (moved.State == "shipped") await session.PublishAsync(DeadlineSet.Kind, DeadlineKey(c.Id), Deadline(c), cancel);
        }
        else if (moved.State is "arrived" or "received" or "lost" && c.State == "shipped") await session.PublishAsync(DeadlineMet.Kind, DeadlineKey(c.Id), new DeadlineMet(DeadlineKey(c.Id)), cancel);
        if (moved.State is "received" or "lost") await session.PublishAsync(CaseNoLongerWanted.Kind, DeadlineKey(c.Id), new CaseNoLongerWanted(DeadlineKey(c.Id), moved.State), cancel);
        if (moved.State == "received" && receive!.Quantity > 0)
        {
            await Deliveries.AddAsync(session, c, Happened(session), 0, receive.Quantity, cancel);
            // A need that was closed meanwhile stays closed: the goods came all the same.
            if (c.NeedId is { } need) await AnswerNeed.ReceiveAsync(session, need, receive.Quantity, cancel);
        }
        var missing = moved.State switch { "lapsed" or "declined" or "cancelled" or "lost" => c.Quantity, "received" => c.Quantity - receive!.Quantity, _ => 0 };
        if (missing > 0) await FreeAsync(session, c, moved.State, missing, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }

    /// <summary>The ledger's part. A receipt that shows the goods to have been loaded is two postings, whose accounts are locked together.</summary>
    private async Task PostAsync(Session session, Consignment c, StepOutcome.Moved moved, IReadOnlyList<(long LotId, long Quantity)> lines, CancellationToken cancel)
    {
        var postings = Postings(c, moved, lines).Where(p => p.Moves.Count > 0).ToArray();
        if (postings.Length > 1) await Ledger.LockAsync(session, postings.SelectMany(p => p.Moves), cancel);
        foreach (var (what, moves) in postings)
        {
            var outcome = await Ledger.MoveAsync(session, new(string.Create(CultureInfo.InvariantCulture, $"consignment:{c.Id}:{what}"), "consignment", c.Reference, moves), cancel);
            if (outcome is not MoveOutcome.Moved) throw new InvalidOperationException($"Consignment {c.Id} could not be posted as {what}: {outcome}. Its state and the ledger disagree.");
        }
    }

    /// <summary>What nobody can account for leaves through the account of whoever has to explain it.</summary>
    private IEnumerable<(string What, IReadOnlyList<Move> Moves)> Postings(Consignment c, StepOutcome.Moved moved, IReadOnlyList<(long LotId, long Quantity)> lines)
    {
        var shelf = new Account(c.FromFacility, StockState.Reserved);
        if (moved.State is "lapsed" or "declined" or "cancelled") yield return ("returned", [.. lines.Select(l => new Move(l.LotId, shelf, new(c.FromFacility, StockState.OnHand), l.Quantity))]);
        if (c.Carrier is not { } carrier) yield break;
        var truck = new Account(carrier, StockState.InTransit);
        if (moved.Loads) yield return ("shipped", [.. lines.Select(l => new Move(l.LotId, shelf, truck, l.Quantity))]);
        if (moved.State == "lost") yield return ("lost", [.. lines.Select(l => new Move(l.LotId, truck, new(carrier, StockState.Adjusted), l.Quantity))]);
        if (Input is StepInput.Receive receive) yield return ("received", Received(c, carrier, receive, lines));
    }

    private static List<Move> Received(Consignment c, string carrier, StepInput.Receive receive, IReadOnlyList<(long LotId, long Quantity)> lines)
    {
        var (truck, received, store) = (new Account(carrier, StockState.InTransit), new Account(c.ToFacility, StockState.Received), new Account(c.ToFacility, StockState.OnHand));
        var left = receive.Quantity;
        var moves = new List<Move>();
        foreach (var (lot, quantity) in lines)
        {
            var came = Math.Min(left, quantity);
            left -= came;
            if (came > 0) moves.AddRange([new(lot, truck, received, came), new(lot, received, store, came)]);
            var gone = receive.Reason switch { "damaged" => new Account(c.ToFacility, StockState.Destroyed), "short" => new Account(c.FromFacility, StockState.Adjusted), _ => new Account(carrier, StockState.Adjusted) };
            if (quantity > came) moves.Add(new(lot, truck, gone, quantity - came));
        }
        // More than the papers say was loaded without being counted: it comes from the supplier.
        if (left > 0) moves.AddRange([new(lines[0].LotId, new(c.FromFacility, StockState.Adjusted), received, left), new(lines[0].LotId, received, store, left)]);
        return moves;
    }

    private Task KeepAsync(Session session, Consignment c, string effect, string state, CancellationToken cancel)
    {
        var receive = Input as StepInput.Receive;
        return session.ExecuteAsync("""
            INSERT INTO supplies.consignment_step (consignment_id, what, effect, state, quantity, reason, scan_id, actor, place, at, recorded_at)
            VALUES (@Id, @what, @effect, @state, @quantity, @reason, @ScanId, @actor, @place, @at, @now)
            """, new { c.Id, what = Word, effect, state, quantity = receive?.Quantity, reason = receive?.Reason, ScanId, actor = session.Actor.Id, place = Place ?? session.Actor.Organisation, at = Happened(session), now = session.Now }, cancel);
    }

    /// <summary>What the receiver did not get: planning takes it up again.</summary>
    private static async Task FreeAsync(Session session, Consignment c, string state, long missing, CancellationToken cancel)
    {
        if (state is not ("received" or "lost") && c.OfferId is { } offer)
        {
            // What was taken of an offer stands in it again; one that is over stays over.
            await session.ExecuteAsync("UPDATE supplies.offer SET taken_quantity = taken_quantity - @Quantity, state = CASE WHEN state = 'taken' THEN 'open' ELSE state END, closed_at = CASE WHEN state = 'taken' THEN NULL ELSE closed_at END, version = version + 1 WHERE id = @offer", new { offer, c.Quantity }, cancel);
        }
        if (c.Reference.Split(':') is ["plan", var number, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var plan))
        {
            await session.ExecuteAsync("INSERT INTO supplies.pool_return (consignment_id, sent_by, quantity, state, at) SELECT @Id, id, @missing, @state, @Now FROM supplies.plan WHERE id = @plan",
                new { c.Id, missing, state, session.Now, plan }, cancel);
        }
        await session.PublishAsync(PoolChanged.Kind, c.Reference, new PoolChanged(c.Id, c.Reference, c.ItemCode, c.FromFacility, c.ToFacility, missing, state), cancel);
        await session.AnnounceAsync(PoolChanged.Topic, cancel);
    }

    internal static string DeadlineKey(long id) => string.Create(CultureInfo.InvariantCulture, $"supplies.consignment:{id}");

    private static DeadlineSet Deadline(Consignment c) => new(DeadlineKey(c.Id), c.DueAt!.Value, c.ToRegion, $"物资应到：{ItemCatalogue.Current.Find(c.ItemCode)?.Zh ?? c.ItemCode}",
        $"Goods due: {ItemCatalogue.Current.Find(c.ItemCode)?.En ?? c.ItemCode}", string.Create(CultureInfo.InvariantCulture, $"/supplies/shipments/{c.Id}"));

    private DateTimeOffset Happened(Session session) => (At is { } at && at < session.Now ? at : session.Now).ToUniversalTime();

    private string Word => Input switch
    {
        StepInput.Confirm => "confirm",
        StepInput.Decline => "decline",
        StepInput.Cancel => "cancel",
        StepInput.Lapse => "lapse",
        StepInput.Ship => "ship",
        StepInput.Arrive => "arrive",
        StepInput.Receive => "receive",
        _ => "lose",
    };

    private string? TimeColumn => Input switch { StepInput.Ship => "shipped_at", StepInput.Arrive => "arrived_at", StepInput.Receive => "received_at", _ => null };

    /// <summary>The step a word of a form or of the API names; null for none.</summary>
    public static StepInput? Parse(string? word, long? quantity, string? reason) => word switch
    {
        "confirm" => new StepInput.Confirm(),
        "decline" => new StepInput.Decline(),
        "cancel" => new StepInput.Cancel(),
        "ship" => new StepInput.Ship(),
        "arrive" => new StepInput.Arrive(),
        "receive" when quantity is { } q => new StepInput.Receive(q, string.IsNullOrEmpty(reason) ? null : reason),
        "lose" => new StepInput.Lose(),
        _ => null,
    };
}
