using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Rules;

namespace Rongtong.Resumption.Measures;

/// <summary>A check of the measures, by the enterprise itself or by an officer on the spot.</summary>
internal sealed record CheckRow
{
    public long Id { get; init; }
    public bool IsSpotCheck { get; init; }
    public string ListVersion { get; init; } = "";
    public string Tier { get; init; } = "";
    public string[] Done { get; init; } = [];
    public string[] Missing { get; init; } = [];
    public string Note { get; init; } = "";
    public long[] Attachments { get; init; } = [];
    public DateTime RecordedAt { get; init; }
}

/// <summary>What became of a check.</summary>
internal abstract record CheckOutcome
{
    private CheckOutcome() { }

    public sealed record Kept(long Id, IReadOnlyList<string> Missing) : CheckOutcome;

    public sealed record NotRegistered : CheckOutcome;

    /// <summary>A finding is not of the list in force: an officer cannot add one.</summary>
    public sealed record NotOnTheList(string Measure) : CheckOutcome;

    public sealed record TooLong : CheckOutcome;

    /// <summary>A spot check in another's region.</summary>
    public sealed record NotYours : CheckOutcome;
}

/// <summary>Keeps a check against the list of the day and tier. What is missing on the spot opens a case; what is said by oneself does not.</summary>
internal static class RecordCheck
{
    public const int NoteLengthMax = 1_000;

    /// <summary>Photographs of one check.</summary>
    public const int PhotosMax = 6;

    /// <summary>The list in force for an enterprise: the strictest where nobody determines tiers.</summary>
    public static async Task<(MeasureList List, string Tier)> ListAsync(WhatIsHeld held, Enterprise enterprise, DateOnly day, CancellationToken cancel)
    {
        var tier = (await held.TiersAsync(cancel))?.On(enterprise.Region, day) ?? RiskTier.Undetermined;
        return (MeasureList.On(day), DatedRules.Word(tier));
    }

    public static async Task<CheckOutcome> RunAsync(Session session, WhatIsHeld held, string enterpriseCode, bool isSpotCheck, IReadOnlyCollection<string> done, string note, IReadOnlyList<long> attachments, CancellationToken cancel)
    {
        if (note.Length > NoteLengthMax) return new CheckOutcome.TooLong();
        if (await held.EnterpriseAsync(session, enterpriseCode, cancel) is not { } enterprise) return new CheckOutcome.NotRegistered();
        if (isSpotCheck && !session.Actor.Covers(enterprise.Region.Value)) return new CheckOutcome.NotYours();
        var (list, tier) = await ListAsync(held, enterprise, ChinaDay.Of(session.Now), cancel);
        var asked = list.For(tier);
        if (done.FirstOrDefault(d => asked.All(m => m.Id != d)) is { } foreign) return new CheckOutcome.NotOnTheList(foreign);
        string[] missing = [.. asked.Select(m => m.Id).Except(done)];
        var before = isSpotCheck ? null : await LatestAsync(session, enterprise.Code, false, cancel);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO resumption.check_of_measures (enterprise_code, region_code, is_spot_check, list_version, tier, done, missing, note, attachments, author, recorded_at)
            VALUES (@Code, @region, @isSpotCheck, @Version, @tier, @done, @missing, @note, @attachments, @author, @now) RETURNING id
            """, new { enterprise.Code, region = enterprise.Region.Value, isSpotCheck, list.Version, tier, done = done.ToArray(), missing, note = note.Trim(), attachments = attachments.ToArray(), author = session.Actor.Id, now = session.Now }, cancel);
        if (!isSpotCheck)
        {
            await BurdenMeter.CountAsync(session, enterprise, ShippedForms.SelfCheck, [.. asked.Select(m => (before?.Done.Contains(m.Id) == true ? "yes" : "", done.Contains(m.Id) ? "yes" : "")), ("", note.Trim())], cancel);
        }
        else
        {
            var key = $"resumption.spot-check:{enterprise.Code}";
            if (missing.Length > 0)
            {
                var titles = asked.Where(m => missing.Contains(m.Id)).ToArray();
                await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "health", enterprise.Region.Value, enterprise.Id, $"防控措施抽查发现问题：{enterprise.Name}", $"A spot check found measures missing: {enterprise.Name}",
                    string.Join('；', titles.Select(m => m.Title.Chinese)) + (note.Length > 0 ? "。" + note.Trim() : ""), $"/resumption/checks/{enterprise.Code}", 2), cancel);
            }
            else await session.PublishAsync(CaseNoLongerWanted.Kind, key, new CaseNoLongerWanted(key, "all measures found in place"), cancel);
            session.Audit("resumption.spot-check", enterprise.Code, $"{missing.Length} missing, {list.Version}");
        }
        return new CheckOutcome.Kept(id, missing);
    }

    public static Task<CheckRow?> LatestAsync(Session session, string enterpriseCode, bool isSpotCheck, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<CheckRow>("""
        SELECT id, is_spot_check, list_version, tier, done, missing, note, attachments, recorded_at FROM resumption.check_of_measures
        WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) AND is_spot_check = @isSpotCheck ORDER BY id DESC LIMIT 1
        """, new { enterpriseCode, isSpotCheck }, cancel);
}
