using System.Text.Json;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Rules;
using Rongtong.Rules;

namespace Rongtong.Resumption.Openings;

/// <summary>What became of the wish to open.</summary>
internal abstract record FilingOutcome
{
    private FilingOutcome() { }

    /// <summary>Kept; where it stands now.</summary>
    public sealed record Filed(long Id, string Track, OpeningStatus Status, DateTimeOffset? DueAt) : FilingOutcome;

    /// <summary>The register does not know the code.</summary>
    public sealed record NotRegistered : FilingOutcome;

    /// <summary>There is an opening already that was not refused or taken back.</summary>
    public sealed record AlreadyFiled(long Id) : FilingOutcome;

    /// <summary>The number of staff or the day makes no sense.</summary>
    public sealed record Invalid(string Field) : FilingOutcome;

    /// <summary>Notice and commitment asks for the commitment, and it was not given.</summary>
    public sealed record CommitmentMissing : FilingOutcome;
}

/// <summary>What the one intake page shows before anybody types: who, where, which way the rule of the day asks for, and why.</summary>
internal sealed record Intake(Enterprise Enterprise, HeldFigure Staff, RiskTier? Tier, DecisionTable Table, Trace Trace)
{
    /// <summary>none, notice, filing or approval. Where facts are missing the rule gives its precaution.</summary>
    public string Track => Trace.Decision is Decision.Decided decided ? decided.Outcome : "approval";

    public string Row => Trace.Decision is Decision.Decided decided ? decided.RowId : Table.Document.Rows[^1].Id;
}

/// <summary>The one intake of an enterprise that wants to work again.</summary>
internal sealed class FileOpening(WhatIsHeld held)
{
    /// <summary>Largest number of staff that is believed.</summary>
    public const int StaffMax = 1_000_000;

    /// <summary>Days that an opening may be planned ahead.</summary>
    public const int AheadDaysMax = 60;

    /// <summary>What is held and what the rule of the day says; null where the register does not know the code. A typed number of staff counts before the held one.</summary>
    public async Task<Intake?> IntakeAsync(Session session, string enterpriseCode, DateOnly day, int? staff, CancellationToken cancel)
    {
        if (await held.EnterpriseAsync(session, enterpriseCode, cancel) is not { } enterprise) return null;
        var known = await held.StaffAsync(session, enterprise, day, cancel);
        var tier = (await held.TiersAsync(cancel))?.On(enterprise.Region, day);
        var table = DatedRules.On(DatedRules.Openings, day);
        return new(enterprise, known, tier, table, table.Explain(DatedRules.Facts(tier, enterprise.Region.Value, staff ?? known.Value)));
    }

    public async Task<FilingOutcome> RunAsync(Session session, string enterpriseCode, DateOnly plannedDay, int staff, bool isCommitted, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        if (staff is < 0 or > StaffMax) return new FilingOutcome.Invalid("staff");
        if (plannedDay < today || plannedDay > today.AddDays(AheadDaysMax)) return new FilingOutcome.Invalid("day");
        if (await IntakeAsync(session, enterpriseCode, today, staff, cancel) is not { } intake) return new FilingOutcome.NotRegistered();
        if (intake.Track == "notice" && !isCommitted) return new FilingOutcome.CommitmentMissing();
        // The index below guards one code; what was filed under another code of the enterprise before a merge is found here.
        if (await OpeningRow.CurrentAsync(session, intake.Enterprise.Code, cancel) is [var current, ..]) return new FilingOutcome.AlreadyFiled(current.Id);
        var offices = DatedRules.List.Offices[intake.Track];
        var begin = Opening.Begin(intake.Track, offices);
        DateTimeOffset? due = begin.IsOpenToAnswers ? held.AfterWorkingDays(session.Now, DatedRules.List.AnswerWorkingDays).ToUniversalTime() : null;
        var id = await session.QuerySingleOrDefaultAsync<long?>("""
            INSERT INTO resumption.opening (enterprise_code, enterprise_id, enterprise_name, region_code, track, rule_version, rule_row, facts, planned_day, staff, status, filed_at, due_at, ended_at)
            VALUES (@Code, @Id, @Name, @region, @Track, @Version, @Row, @facts::jsonb, @plannedDay, @staff, @status, @now, @due, @ended)
            ON CONFLICT (enterprise_code) WHERE status NOT IN ('refused', 'withdrawn') DO NOTHING RETURNING id
            """,
            new
            {
                intake.Enterprise.Code,
                intake.Enterprise.Id,
                intake.Enterprise.Name,
                region = intake.Enterprise.Region.Value,
                intake.Track,
                intake.Table.Document.Version,
                intake.Row,
                facts = JsonSerializer.Serialize(intake.Trace.Facts.ToDictionary(f => f.Key, f => f.Value.Value.ToString())),
                plannedDay,
                staff,
                status = Opening.Word(begin.Status),
                now = session.Now,
                due,
                ended = begin.IsOpenToAnswers ? (DateTimeOffset?)null : session.Now,
            }, cancel);
        if (id is not { } number) return new FilingOutcome.AlreadyFiled((await OpeningRow.LatestAsync(session, intake.Enterprise.Code, cancel))?.Id ?? 0);
        // Which offices answer is the list's to say, not the applicant's.
        await session.AsSystemAsync(() => session.ExecuteAsync("""
            INSERT INTO resumption.opening_office (opening_id, office, enterprise_code, region_code) SELECT @number, office, @Code, @region FROM unnest(@offices) AS o (office)
            """, new { number, intake.Enterprise.Code, region = intake.Enterprise.Region.Value, offices = offices.ToArray() }, cancel), cancel);
        var row = (await OpeningRow.LatestAsync(session, intake.Enterprise.Code, cancel))!;
        await row.StepAsync(session, "filed", "", "", cancel);
        await BurdenMeter.CountAsync(session, intake.Enterprise, ShippedForms.Opening,
            [(intake.Staff.Text, Number(staff)), (DayText(today), DayText(plannedDay)), .. intake.Track == "notice" ? new[] { ("", "committed") } : []], cancel);
        if (due is { } by) await session.PublishAsync(DeadlineSet.Kind, row.Key, new DeadlineSet(row.Key, by, row.RegionCode, $"答复复工申请：{row.EnterpriseName}", $"Answer an opening: {row.EnterpriseName}", $"/resumption/openings/{number}"), cancel);
        session.Audit("resumption.opening-filed", row.Key, $"{row.Track} {row.RuleVersion} {row.RuleRow}");
        return new FilingOutcome.Filed(number, intake.Track, begin.Status, due);
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string DayText(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
