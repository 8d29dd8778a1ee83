using Rongtong.Casework.Calendar;
using Rongtong.Casework.Liaison;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Cases;

/// <summary>What came of an attempt to open a case.</summary>
internal abstract record OpenOutcome
{
    private OpenOutcome() { }

    public sealed record Opened(long Id) : OpenOutcome;

    /// <summary>The enterprise has an open case of the category with the same words; nothing was opened.</summary>
    public sealed record AlreadyOpen(long Id) : OpenOutcome;

    /// <param name="Field">category, words, urgency, region or enterprise.</param>
    public sealed record Wrong(string Field) : OpenOutcome;
}

/// <summary>A person opens a case.</summary>
/// <param name="Category">One of <see cref="CaseRules.CategoriesOfPeople"/>.</param>
/// <param name="Words">What the matter is; the first line is the title.</param>
/// <param name="Urgency">One of <see cref="CaseRules.Urgencies"/>.</param>
/// <param name="EnterpriseId">About which enterprise, when an officer opens it; an enterprise's own account opens its own cases alone.</param>
/// <param name="Region">Where, when an officer opens one about no enterprise.</param>
internal sealed record OpenCase(string Category, string Words, string Urgency = "normal", int? EnterpriseId = null, string? Region = null)
{
    /// <summary>Longest title, characters; the rest stands in the detail.</summary>
    public const int TitleLengthMax = 60;

    public async Task<OpenOutcome> RunAsync(Session session, EnterpriseFacts enterprises, IRegions regions, WorkCalendar calendar, CancellationToken cancel)
    {
        var actor = session.Actor;
        if (!CaseRules.CategoriesOfPeople.Contains(Category)) return new OpenOutcome.Wrong("category");
        if (string.IsNullOrWhiteSpace(Words) || Words.Length > CaseFlow.WordsLengthMax) return new OpenOutcome.Wrong("words");
        if (!CaseRules.Urgencies.Contains(Urgency)) return new OpenOutcome.Wrong("urgency");
        Enterprise? enterprise;
        string region;
        if (actor.May(CaseworkPermissions.Work))
        {
            enterprise = await enterprises.FindAsync(EnterpriseId, cancel);
            if (EnterpriseId is not null && enterprise is null) return new OpenOutcome.Wrong("enterprise");
            region = enterprise?.Region.Value ?? Region ?? "";
            if (regions.Current.Find(new(region)) is null || !actor.Covers(region)) return new OpenOutcome.Wrong("region");
        }
        else
        {
            enterprise = actor.May(CaseworkPermissions.Own) ? await enterprises.FindByCodeAsync(actor.Organisation, cancel) : null;
            if (enterprise is null) return new OpenOutcome.Wrong("enterprise");
            region = enterprise.Region.Value;
        }

        var words = Words.Trim();
        var line = words.Split('\n', 2)[0].Trim();
        var title = line.Length <= TitleLengthMax ? line : line[..TitleLengthMax] + "…";
        OpenOutcome outcome = new OpenOutcome.Wrong("enterprise");
        await session.AsSystemAsync(async () =>
        {
            if (enterprise is not null)
            {
                // Two taps, or two phones of one enterprise, at the same moment: the second waits here and finds the first.
                await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('casework.open:' || @Id, 0))", new { enterprise.Id }, cancel);
                var same = await session.QuerySingleOrDefaultAsync<long?>(
                    "SELECT id FROM casework.case_file WHERE enterprise_id = @Id AND category = @Category AND detail = @words AND stage IN ('open', 'accepted', 'asked') ORDER BY id LIMIT 1",
                    new { enterprise.Id, Category, words }, cancel);
                if (same is { } id)
                {
                    outcome = new OpenOutcome.AlreadyOpen(id);
                    return;
                }
            }
            var opened = await InsertCase.RunAsync(session, new NewCase("casework.own:" + Guid.NewGuid().ToString("N"), Category, Urgency, region, enterprise, title, title, words, "",
                IsShared: true, CaseRules.Current.AnswerWorkingDays[Urgency], actor.Id, actor.Name, 0), calendar, cancel);
            outcome = new OpenOutcome.Opened(opened);
        }, cancel);
        return outcome;
    }
}

/// <summary>A case about to be stored.</summary>
internal sealed record NewCase(string Key, string Category, string Urgency, string Region, Enterprise? Enterprise, string TitleZh, string TitleEn, string Detail, string Link,
    bool IsShared, int AnswerDays, string Author, string AuthorName, long WantedEvent);

/// <summary>Stores a new case with its first step, gives it to the enterprise's liaison officer if it has one, and sets its deadline. In the product's own part of a session.</summary>
internal static class InsertCase
{
    public static async Task<long> RunAsync(Session session, NewCase wanted, WorkCalendar calendar, CancellationToken cancel)
    {
        var state = CaseFlow.Opened(wanted.Enterprise is not null, wanted.AnswerDays, calendar, session.Now);
        var officer = wanted.Enterprise is { } about ? await Assignments.OfficerOfAsync(session, about.Id, Platform.ChinaDay.Of(session.Now), cancel) : null;
        var file = await session.QuerySingleAsync<CaseFile>($"""
            INSERT INTO casework.case_file (key, category, urgency, region_code, enterprise_id_opened, enterprise_id, enterprise_code, enterprise_name, industry, title_zh, title_en, detail, link, is_shared,
                answer_days, stage, owner_id, owner_name, opened_at, opened_by, opened_by_name, due_at, next_at, wanted_event)
            VALUES (@Key, @Category, @Urgency, @Region, @enterprise, @enterprise, @code, @name, @industry, @TitleZh, @TitleEn, @Detail, @Link, @IsShared,
                @AnswerDays, 'open', @ownerId, @ownerName, @now, @Author, @AuthorName, @DueAt, @NextAt, @WantedEvent)
            RETURNING {CaseFile.Columns}
            """, new
        {
            wanted.Key,
            wanted.Category,
            wanted.Urgency,
            wanted.Region,
            enterprise = wanted.Enterprise?.Id,
            code = wanted.Enterprise?.Code ?? "",
            name = wanted.Enterprise?.Name ?? "",
            industry = wanted.Enterprise?.Industry ?? "",
            wanted.TitleZh,
            wanted.TitleEn,
            wanted.Detail,
            wanted.Link,
            wanted.IsShared,
            wanted.AnswerDays,
            ownerId = officer?.Id,
            ownerName = officer?.Name ?? "",
            now = session.Now,
            wanted.Author,
            wanted.AuthorName,
            state.DueAt,
            state.NextAt,
            wanted.WantedEvent,
        }, cancel);
        await CaseFile.AddStepAsync(session, file.Id, "open", CaseStage.Open, wanted.Author, wanted.AuthorName, wanted.Detail, cancel);
        await file.TellEngineAsync(session, state.NextAt, cancel);
        await session.AnnounceAsync(CaseFile.Topic, cancel);
        return file.Id;
    }
}
