namespace Rongtong.Resumption.Openings;

/// <summary>Where an opening stands.</summary>
internal enum OpeningStatus
{
    /// <summary>Nothing was needed: it may work.</summary>
    Open,
    /// <summary>It gave its commitment and may work; checks come afterwards.</summary>
    Committed,
    /// <summary>Offices are to answer.</summary>
    Waiting,
    /// <summary>All offices agreed.</summary>
    Agreed,
    /// <summary>Nobody answered in time, and the rule of that day takes silence for consent.</summary>
    Deemed,
    /// <summary>Nobody answered in time, and the rule of that day sends it to the office above; offices may still answer.</summary>
    Escalated,
    /// <summary>An office refused, with a ground.</summary>
    Refused,
    /// <summary>The enterprise took it back.</summary>
    Withdrawn,
}

/// <summary>What happens to an opening.</summary>
internal abstract record OpeningEvent
{
    private OpeningEvent() { }

    /// <summary>An office agreed.</summary>
    public sealed record Agreed(string Office) : OpeningEvent;

    /// <summary>An office refused.</summary>
    public sealed record Refused(string Office) : OpeningEvent;

    /// <summary>The deadline passed; the outcome is that of the rule of silence.</summary>
    public sealed record Silence(string Outcome) : OpeningEvent;

    /// <summary>The enterprise takes it back.</summary>
    public sealed record TakenBack : OpeningEvent;
}

/// <summary>
/// The state of an opening, and the only way from one to the next.
/// <code>
/// none ──> Open        notice ──> Committed
/// filing, approval ──> Waiting ── last office agrees ──> Agreed
///                        ├── one refuses ──> Refused (appeal: a case; filing anew is possible)
///                        ├── deadline ──> Deemed | Escalated, as the rule says; Escalated goes on as Waiting without a deadline
///                        └── enterprise ──> Withdrawn
/// </code>
/// </summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Unanswered">Offices that have not answered.</param>
internal sealed record Opening(OpeningStatus Status, IReadOnlySet<string> Unanswered)
{
    /// <summary>True while offices may answer.</summary>
    public bool IsOpenToAnswers => Status is OpeningStatus.Waiting or OpeningStatus.Escalated;

    /// <summary>True when the enterprise may work.</summary>
    public static bool MayWork(OpeningStatus status) => status is OpeningStatus.Open or OpeningStatus.Committed or OpeningStatus.Agreed or OpeningStatus.Deemed;

    /// <summary>The first state of a track, with the offices that its list names.</summary>
    public static Opening Begin(string track, IReadOnlyList<string> offices) => new(track switch
    {
        "none" => OpeningStatus.Open,
        "notice" => OpeningStatus.Committed,
        _ => OpeningStatus.Waiting,
    }, offices.ToHashSet());

    /// <summary>The next state, or null when the event is not possible in this one: an answer given twice, after the end, or by an office that was not asked.</summary>
    public Opening? Next(OpeningEvent happened) => happened switch
    {
        OpeningEvent.Agreed(var office) when IsOpenToAnswers && Unanswered.Contains(office) => Unanswered.Count == 1
            ? new(OpeningStatus.Agreed, new HashSet<string>()) : this with { Unanswered = Unanswered.Where(o => o != office).ToHashSet() },
        OpeningEvent.Refused(var office) when IsOpenToAnswers && Unanswered.Contains(office) => this with { Status = OpeningStatus.Refused },
        OpeningEvent.Silence(var outcome) when Status is OpeningStatus.Waiting => this with { Status = outcome == "deemed" ? OpeningStatus.Deemed : OpeningStatus.Escalated },
        OpeningEvent.TakenBack when IsOpenToAnswers => this with { Status = OpeningStatus.Withdrawn },
        _ => null,
    };

    public static string Word(OpeningStatus status) => status.ToString().ToLowerInvariant();

    public static OpeningStatus Parse(string word) => Enum.Parse<OpeningStatus>(word, ignoreCase: true);
}
