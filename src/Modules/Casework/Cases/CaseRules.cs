using System.Text.Json;

namespace Rongtong.Casework.Cases;

/// <summary>How fast the ladder is climbed at an urgency.</summary>
/// <param name="Urgency">normal, urgent or critical.</param>
/// <param name="AnswerWorkingDaysMax">It holds for cases that must be answered within so many working days, or fewer.</param>
/// <param name="HoursToLeader">Hours from the bureau's turn, which comes when the answer is overdue, to the leader's.</param>
internal sealed record Ladder(string Urgency, int AnswerWorkingDaysMax, int HoursToLeader);

/// <summary>The numbers of the case rules, as data: see case-rules.json.</summary>
/// <param name="Version">Day and number of the version.</param>
/// <param name="ReplyWorkingDays">Working days an enterprise has when it is asked back; afterwards the case is the officer's again.</param>
/// <param name="ReopenDays">Days within which an enterprise may reopen a closed case.</param>
/// <param name="VisitEveryDays">Days after which the next visit of an enterprise is due.</param>
/// <param name="Ladders">Fastest first.</param>
/// <param name="AnswerWorkingDays">Working days within which a case of an urgency is answered when nobody said otherwise.</param>
internal sealed record CaseRules(string Version, int ReplyWorkingDays, int ReopenDays, int VisitEveryDays, IReadOnlyList<Ladder> Ladders, IReadOnlyDictionary<string, int> AnswerWorkingDays)
{
    /// <summary>The rules in force.</summary>
    public static CaseRules Current { get; } = Read();

    /// <summary>Categories a case can have; those that enterprises choose from come first.</summary>
    public static IReadOnlyList<string> Categories { get; } = ["labour", "materials", "money", "logistics", "rules", "supplies", "price", "health", "alert"];

    /// <summary>Categories an enterprise or officer opens a case under.</summary>
    public static IReadOnlyList<string> CategoriesOfPeople { get; } = ["labour", "materials", "money", "logistics", "rules", "supplies", "price", "health"];

    /// <summary>Urgencies, least first.</summary>
    public static IReadOnlyList<string> Urgencies { get; } = ["normal", "urgent", "critical"];

    /// <summary>What enterprises do not see although it is about them: an inspection that warns is none.</summary>
    public static bool IsShared(string category, bool isFromModule) => !isFromModule || category is not ("alert" or "price");

    public Ladder LadderOf(int answerDays) => Ladders.First(l => answerDays <= l.AnswerWorkingDaysMax);

    private static CaseRules Read()
    {
        using var stream = typeof(CaseRules).Assembly.GetManifestResourceStream("case-rules.json")!;
        return JsonSerializer.Deserialize<CaseRules>(stream, JsonSerializerOptions.Web)!;
    }
}
