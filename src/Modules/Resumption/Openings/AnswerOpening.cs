using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Rules;
using Rongtong.Rules;

namespace Rongtong.Resumption.Openings;

/// <summary>What became of a step on an opening.</summary>
internal abstract record StepOutcome
{
    private StepOutcome() { }

    /// <summary>Done; where it stands now.</summary>
    public sealed record Done(OpeningStatus Status) : StepOutcome;

    /// <summary>There is no such opening in the actor's regions.</summary>
    public sealed record NotFound : StepOutcome;

    /// <summary>Not possible where it stands: answered already, ended, or an office that was not asked.</summary>
    public sealed record NotPossible(OpeningStatus Status) : StepOutcome;

    /// <summary>The actor's organisation does not answer for the office, or for none of those asked.</summary>
    public sealed record NotYourOffice(string Office) : StepOutcome;

    /// <summary>The same person has answered for another office of this opening: a second look by the same eyes is none.</summary>
    public sealed record SamePerson : StepOutcome;

    /// <summary>A refusal needs a ground, and an appeal a statement.</summary>
    public sealed record TextMissing : StepOutcome;

    /// <summary>Documents that are not on the closed list, by name, with the clause that closes it. Nothing was asked.</summary>
    public sealed record NotOnTheList(IReadOnlyList<string> Names, Citation Clause, int Listed) : StepOutcome;
}

/// <summary>The steps of offices, of the enterprise, and of time.</summary>
internal static class AnswerOpening
{
    /// <summary>Longest ground or statement, characters.</summary>
    public const int TextLengthMax = 1_000;

    /// <summary>Longest name of a document that is quoted back, characters, and most names of one demand.</summary>
    public const int NameLengthMax = 100;

    public const int NamesMax = 100;

    /// <summary>An office answers, once, by somebody of its own.</summary>
    public static async Task<StepOutcome> AnswerAsync(Session session, OfficeBindings offices, long id, string office, bool isAgreed, string ground, CancellationToken cancel)
    {
        if ((!isAgreed && string.IsNullOrWhiteSpace(ground)) || ground.Length > TextLengthMax) return new StepOutcome.TextMissing();
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return new StepOutcome.NotFound();
        if (!offices.MayAnswer(session.Actor, office)) return new StepOutcome.NotYourOffice(office);
        if (state.Next(isAgreed ? new OpeningEvent.Agreed(office) : new OpeningEvent.Refused(office)) is not { } next) return new StepOutcome.NotPossible(state.Status);
        if (session.Actor.Kind is not ActorKind.System && await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM resumption.opening_office WHERE opening_id = @id AND answered_by = @author)", new { id, author = session.Actor.Id }, cancel))
            return new StepOutcome.SamePerson();
        var changed = await session.ExecuteAsync("""
            UPDATE resumption.opening_office SET answer = @answer, ground = @ground, answered_by = @author, organisation = @Organisation, answered_at = @now WHERE opening_id = @id AND office = @office AND answer IS NULL
            """, new { id, office, answer = isAgreed ? "agreed" : "refused", ground = ground.Trim(), author = session.Actor.Id, session.Actor.Organisation, now = session.Now }, cancel);
        if (changed == 0) return new StepOutcome.NotPossible(state.Status);
        await row.MoveAsync(session, next, cancel);
        await row.StepAsync(session, isAgreed ? "agreed" : "refused", office, ground.Trim(), cancel);
        if (!next.IsOpenToAnswers) await session.PublishAsync(DeadlineMet.Kind, row.Key, new DeadlineMet(row.Key), cancel);
        session.Audit("resumption.opening-answered", row.Key, $"{office} {(isAgreed ? "agreed" : "refused")}");
        return new StepOutcome.Done(next.Status);
    }

    /// <summary>An office asks for documents: all on the closed list, or none is asked for.</summary>
    public static async Task<StepOutcome> AskAsync(Session session, OfficeBindings offices, long id, IReadOnlyList<string> names, CancellationToken cancel)
    {
        var list = DatedRules.List;
        string[] wanted = [.. names.Take(NamesMax).Select(n => n.Trim()).Where(n => n.Length > 0).Select(n => n.Length > NameLengthMax ? n[..NameLengthMax] : n).Distinct()];
        if (wanted.Where(n => list.Documents.All(d => d.Id != n)).ToArray() is { Length: > 0 } unlisted)
        {
            session.Audit("resumption.unlisted-documents-asked", id.ToString(System.Globalization.CultureInfo.InvariantCulture), $"{unlisted.Length} of {wanted.Length}");
            return new StepOutcome.NotOnTheList(unlisted, list.Citation, list.Documents.Count);
        }
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return new StepOutcome.NotFound();
        if (!list.Offices[row.Track].Any(office => offices.MayAnswer(session.Actor, office))) return new StepOutcome.NotYourOffice("");
        if (!state.IsOpenToAnswers || wanted.Length == 0) return new StepOutcome.NotPossible(state.Status);
        await session.ExecuteAsync("""
            INSERT INTO resumption.opening_document (opening_id, document, enterprise_code, region_code, asked_by, asked_at)
            SELECT @Id, name, @EnterpriseCode, @RegionCode, @author, @now FROM unnest(@wanted) AS n (name) ON CONFLICT DO NOTHING
            """, new { row.Id, row.EnterpriseCode, row.RegionCode, author = session.Actor.Id, now = session.Now, wanted }, cancel);
        // The clock goes on: asking for a document is no way to win time.
        await row.StepAsync(session, "asked", "", string.Join(", ", wanted), cancel);
        return new StepOutcome.Done(state.Status);
    }

    /// <summary>The enterprise hands in a document that was asked for.</summary>
    public static async Task<StepOutcome> HandInAsync(Session session, long id, string document, long attachment, CancellationToken cancel)
    {
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return new StepOutcome.NotFound();
        var changed = await session.ExecuteAsync("UPDATE resumption.opening_document SET attachment_id = @attachment WHERE opening_id = @id AND document = @document", new { id, document, attachment }, cancel);
        if (changed == 0) return new StepOutcome.NotPossible(state.Status);
        await row.StepAsync(session, "handed-in", "", document, cancel);
        return new StepOutcome.Done(state.Status);
    }

    /// <summary>The enterprise takes its opening back.</summary>
    public static async Task<StepOutcome> WithdrawAsync(Session session, long id, CancellationToken cancel)
    {
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return new StepOutcome.NotFound();
        if (state.Next(new OpeningEvent.TakenBack()) is not { } next) return new StepOutcome.NotPossible(state.Status);
        await row.MoveAsync(session, next, cancel);
        await row.StepAsync(session, "withdrawn", "", "", cancel);
        await session.PublishAsync(DeadlineMet.Kind, row.Key, new DeadlineMet(row.Key), cancel);
        return new StepOutcome.Done(next.Status);
    }

    /// <summary>The enterprise appeals a refusal: a case for somebody who answers for the rules.</summary>
    public static async Task<StepOutcome> AppealAsync(Session session, long id, string statement, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(statement) || statement.Length > TextLengthMax) return new StepOutcome.TextMissing();
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return new StepOutcome.NotFound();
        if (state.Status is not (OpeningStatus.Refused or OpeningStatus.Escalated)) return new StepOutcome.NotPossible(state.Status);
        await row.StepAsync(session, "appealed", "", statement.Trim(), cancel);
        await session.PublishAsync(CaseWanted.Kind, row.Key, new CaseWanted($"{row.Key}:appeal", "rules", row.RegionCode, row.EnterpriseId, $"复工申请申诉：{row.EnterpriseName}", $"Appeal about an opening: {row.EnterpriseName}",
            statement.Trim(), $"/resumption/openings/{row.Id}", DatedRules.List.AnswerWorkingDays), cancel);
        return new StepOutcome.Done(state.Status);
    }

    /// <summary>The deadline passed: what silence means is the rule's of the day on which it was due.</summary>
    public static async Task PassAsync(Session session, long id, DateTimeOffset dueAt, CancellationToken cancel)
    {
        if (await OpeningRow.LockAsync(session, id, cancel) is not var (row, state)) return;
        // A moved deadline, or one that was met in the meantime, passes without effect.
        if (row.DueAt is not { } due || new DateTimeOffset(due, TimeSpan.Zero) > dueAt) return;
        var table = DatedRules.On(DatedRules.Silences, ChinaDay.Of(dueAt.AddTicks(-1)));
        var decision = table.Decide(new Dictionary<string, Fact> { ["track"] = new(Value.Of(row.Track), [row.Key]) });
        if (decision is not Decision.Decided decided || state.Next(new OpeningEvent.Silence(decided.Outcome)) is not { } next) return;
        await row.MoveAsync(session, next, cancel);
        await row.StepAsync(session, Opening.Word(next.Status), "", $"{table.Document.Version} {decided.RowId}", cancel);
        if (next.Status is OpeningStatus.Escalated)
        {
            await session.PublishAsync(CaseWanted.Kind, row.Key, new CaseWanted($"{row.Key}:silence", "rules", row.RegionCode.Length > 4 ? row.RegionCode[..4] : row.RegionCode, row.EnterpriseId,
                $"复工申请逾期未答复：{row.EnterpriseName}", $"An opening was not answered in time: {row.EnterpriseName}", string.Join(", ", state.Unanswered), $"/resumption/openings/{row.Id}", 1), cancel);
        }
        session.Audit("resumption.opening-silence", row.Key, $"{next.Status} {table.Document.Version}");
    }
}
