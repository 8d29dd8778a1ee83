using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Outbreak.Warnings;

/// <summary>The warnings of the reader's regions.</summary>
internal static class WarningsTable
{
    public const string Name = "outbreak.warnings";

    /// <summary>Every stage but the last.</summary>
    private const string Open = "open";

    // texts: outbreak.stage.*
    public static ITable Create(IRegions regions, TimeProvider clock) => new SqlTable<Row>(Name, OutbreakPermissions.Read, "outbreak.warning", "id, region_code, first_day, last_day, stage, owner, due_at", new("id", "bigint"),
        [
            new("region", "outbreak.region", (w, _) => new(regions.NameOf(w.RegionCode), $"/outbreak/warnings/{w.Id}"), new("region_code", "text")),
            new("first-day", "outbreak.warning.first-day", (w, _) => new(Iso(w.FirstDay)), new("first_day", "date")),
            new("last-day", "outbreak.warning.last-day", (w, _) => new(Iso(w.LastDay)), new("last_day", "date")),
            new("stage", "outbreak.warning.stage", (w, texts) => new(texts["outbreak.stage." + w.Stage]), new("array_position(ARRAY['signal','verify','assess','respond','closed'], stage)", "integer")),
            new("owner", "outbreak.warning.owner", (w, texts) => new(w.Owner ?? texts["outbreak.warning.nobody"]), new("coalesce(owner, '')", "text")),
            new("due", "outbreak.warning.due", (w, texts) => Due(w, texts, clock.GetUtcNow()), new("coalesce(due_at, 'infinity')", "timestamptz")),
        ],
        [
            new ChoiceFilter("stage", "outbreak.warning.stage", $"CASE @stage WHEN '{Open}' THEN stage <> 'closed' ELSE stage = @stage END",
                () => [Open, .. Enum.GetValues<WarningStage>().Select(WarningStages.Word)], (stage, texts) => texts["outbreak.stage." + stage]) { Default = Open },
            new TextFilter("region", "outbreak.region", "region_code = ANY (@region)", regions.CodesNamed),
            new TextFilter("owner", "outbreak.warning.owner", "owner ILIKE @owner"),
            new DayFilter("since", "outbreak.warning.since", "last_day >= @since"),
        ], "due", "outbreak.warnings-read");

    private static Cell Due(Row warning, Texts texts, DateTimeOffset now)
    {
        if (warning.DueAt is not { } due) return new("");
        var text = due.AddHours(8).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return warning.Stage != "closed" && due < now.UtcDateTime ? new($"{text} {texts["outbreak.warning.overdue"]}", Class: "rt-field-error") : new(text);
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Row
    {
        public long Id { get; init; }
        public string RegionCode { get; init; } = "";
        public DateOnly FirstDay { get; init; }
        public DateOnly LastDay { get; init; }
        public string Stage { get; init; } = "";
        public string? Owner { get; init; }
        public DateTime? DueAt { get; init; }
    }
}
