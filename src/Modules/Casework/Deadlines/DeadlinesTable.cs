using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Casework.Deadlines;

/// <summary>Deadlines of the reader's regions.</summary>
internal static class DeadlinesTable
{
    public const string Name = "casework.deadlines";

    // The database's clock, not the host's: a filter is a condition, and both are set by the same time service.
    private const string Today = "date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai')";

    private const string When = $"""
        CASE @when WHEN 'overdue' THEN due_at <= now()
            WHEN 'today' THEN due_at <= ({Today} + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
            WHEN 'week' THEN due_at <= (date_trunc('week', {Today}) + interval '7 days') AT TIME ZONE 'Asia/Shanghai' END
        """;

    public static ITable Create(IRegions regions, TimeProvider clock) =>
        // texts: casework.deadline.state.* casework.deadline.when.*
        new SqlTable<Row>(Name, CaseworkPermissions.Read, "casework.deadline", "key, region_code, title_zh, title_en, link, due_at, state", new("key", "text"),
            [
                new("title", "casework.deadline.title", (d, _) => new(Texts.Language == "en" ? d.TitleEn : d.TitleZh, d.Link.StartsWith('/') ? d.Link : null)),
                new("region", "casework.region", (d, _) => new(regions.NameOf(d.RegionCode)), new("region_code", "text")),
                new("due", "casework.due", (d, texts) => Due(d, texts, clock.GetUtcNow()), new("coalesce(due_at, 'infinity')", "timestamptz")),
                new("state", "casework.deadline.state", (d, texts) => new(texts["casework.deadline.state." + d.State]), new("state", "text")),
                new("history", "casework.deadline.history", (d, texts) => new(texts["casework.deadline.history.show"], "/deadlines/history?key=" + Uri.EscapeDataString(d.Key))),
            ],
            [
                new ChoiceFilter("state", "casework.deadline.state", "state = @state", () => ["open", "met", "passed"], (state, texts) => texts["casework.deadline.state." + state]) { Default = "open" },
                new ChoiceFilter("when", "casework.deadline.when", When, () => ["overdue", "today", "week"], (when, texts) => texts["casework.deadline.when." + when]),
                new TextFilter("region", "casework.region", "region_code = ANY (@region)", regions.CodesNamed),
            ], "due");

    private static Cell Due(Row deadline, Texts texts, DateTimeOffset now)
    {
        if (deadline.DueAt is not { } due) return new("");
        var text = ChinaTime.Due(due);
        return deadline.State == "open" && due < now ? new($"{text} {texts["casework.overdue"]}", Class: "rt-field-error") : new(text);
    }

    private sealed record Row
    {
        public string Key { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string TitleZh { get; init; } = "";
        public string TitleEn { get; init; } = "";
        public string Link { get; init; } = "";
        public DateTimeOffset? DueAt { get; init; }
        public string State { get; init; } = "";
    }
}
