using System.Text.RegularExpressions;
using Rongtong.Platform.Data;
using Rongtong.Rules;

namespace Rongtong.Resumption.Burden;

/// <summary>A question of a form, and the fact that its answer is.</summary>
internal sealed record FormQuestion(string Fact, string Question);

/// <summary>What became of a form that somebody wanted to define.</summary>
internal abstract record FormOutcome
{
    private FormOutcome() { }

    /// <summary>Defined.</summary>
    public sealed record Defined(long Id) : FormOutcome;

    /// <summary>A question asks what is held already; the form is not defined.</summary>
    public sealed record Held(string Fact, Bilingual Place) : FormOutcome;

    /// <summary>A question is asked by another form already; the form is not defined.</summary>
    public sealed record AskedAlready(string Fact, string Form) : FormOutcome;

    /// <summary>Title, questions or their number are missing or too many, or a region is not the actor's.</summary>
    public sealed record Invalid : FormOutcome;
}

/// <summary>An office defines a form. What anybody holds is not asked a second time.</summary>
internal static partial class DefineForm
{
    /// <summary>Most questions of a form.</summary>
    public const int QuestionsMax = 10;

    public const int TextLengthMax = 200;

    public static async Task<FormOutcome> RunAsync(Session session, string region, string title, IReadOnlyList<FormQuestion> questions, CancellationToken cancel)
    {
        if (title.Trim().Length is 0 or > TextLengthMax || questions.Count is 0 or > QuestionsMax || !session.Actor.Covers(region)) return new FormOutcome.Invalid();
        if (questions.Any(q => !FactName().IsMatch(q.Fact) || q.Question.Trim().Length is 0 or > TextLengthMax) || questions.DistinctBy(q => q.Fact).Count() != questions.Count) return new FormOutcome.Invalid();
        foreach (var question in questions)
        {
            if (HeldFacts.Elsewhere.FirstOrDefault(h => h.Fact == question.Fact) is { } held) return new FormOutcome.Held(question.Fact, held.Place);
            if (HeldFacts.Asked.TryGetValue(question.Fact, out var shipped)) return new FormOutcome.AskedAlready(question.Fact, shipped);
        }
        var id = await session.QuerySingleAsync<long>("INSERT INTO resumption.form (region_code, title, author, organisation, recorded_at) VALUES (@region, @title, @Id, @Organisation, @now) RETURNING id",
            new { region, title = title.Trim(), session.Actor.Id, session.Actor.Organisation, now = session.Now }, cancel);
        // The unique fact decides between two officers at once as well; in one order, so that two who ask the same never wait for each other.
        foreach (var question in questions.OrderBy(q => q.Fact, StringComparer.Ordinal))
        {
            if (await session.ExecuteAsync("INSERT INTO resumption.form_question (form_id, fact, question) VALUES (@id, @Fact, @text) ON CONFLICT (fact) WHERE NOT is_closed DO NOTHING", new { id, question.Fact, text = question.Question.Trim() }, cancel) == 1) continue;
            var other = await session.QuerySingleOrDefaultAsync<string>("SELECT f.title FROM resumption.form_question q JOIN resumption.form f ON f.id = q.form_id WHERE q.fact = @Fact AND NOT q.is_closed", new { question.Fact }, cancel);
            return new FormOutcome.AskedAlready(question.Fact, other ?? "");
        }
        session.Audit("resumption.form-defined", FormattableString.Invariant($"{id}"), title.Trim());
        return new FormOutcome.Defined(id);
    }

    [GeneratedRegex("^[a-z][a-z0-9.-]{1,60}$")]
    private static partial Regex FactName();
}
