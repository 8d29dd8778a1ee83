using System.Security.Cryptography;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthPass;
using Rongtong.Platform.Data;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Passes;

/// <summary>What was decided about a region's passes, as stored.</summary>
internal sealed record Recognition
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public string Mode { get; init; } = "";
    public byte[]? RootKey { get; init; }
    public byte[]? SignedList { get; init; }
    public string? Rules { get; init; }
    public string OnGreenZh { get; init; } = "";
    public string OnGreenEn { get; init; } = "";
    public string OnYellowZh { get; init; } = "";
    public string OnYellowEn { get; init; } = "";
    public string OnRedZh { get; init; } = "";
    public string OnRedEn { get; init; } = "";
    public string Source { get; init; } = "";
    public string Organisation { get; init; } = "";
    public string Proposer { get; init; } = "";
    public string? ApprovedOrganisation { get; init; }
    public DateTime? ApprovedAt { get; init; }

    /// <summary>What a colour asks of somebody who arrives there.</summary>
    public string DutyOf(Colour.Colour colour, string language) => (colour, language) switch
    {
        (Colour.Colour.Green, "en") => OnGreenEn,
        (Colour.Colour.Green, _) => OnGreenZh,
        (Colour.Colour.Yellow, "en") => OnYellowEn,
        (Colour.Colour.Yellow, _) => OnYellowZh,
        (_, "en") => OnRedEn,
        _ => OnRedZh,
    };

    /// <summary>What is in force, by region; one region asked for, or all.</summary>
    public static Task<IReadOnlyList<Recognition>> InForceAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<Recognition>($"SELECT DISTINCT ON (region_code) {Columns} FROM health_code.recognition WHERE approver IS NOT NULL AND withdrawn_at = 'infinity' ORDER BY region_code, approved_at DESC", cancel: cancel);

    /// <summary>What waits for a second organisation.</summary>
    public static Task<IReadOnlyList<Recognition>> WaitingAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<Recognition>($"SELECT {Columns} FROM health_code.recognition WHERE approver IS NULL AND withdrawn_at = 'infinity' ORDER BY id", cancel: cancel);

    private const string Columns = """
        id, region_code, mode, root_key, signed_list, rules, on_green_zh, on_green_en, on_yellow_zh, on_yellow_en, on_red_zh, on_red_en, source, organisation, proposer, approved_organisation,
        nullif(approved_at, 'infinity') AS approved_at
        """;
}

/// <summary>What became of a step in recognising a region.</summary>
internal abstract record RecognitionOutcome
{
    private RecognitionOutcome() { }

    public sealed record Done : RecognitionOutcome;

    /// <summary>The list, the key or the rules cannot be used; the words say why.</summary>
    public sealed record Unusable(string Why) : RecognitionOutcome;

    /// <summary>A second organisation is needed, or there is nothing of that number.</summary>
    public sealed record NotAllowed : RecognitionOutcome;
}

/// <summary>
/// Recognition of other regions' passes, in the three modes of the national platform.
/// <code>
/// their signed trust list + root key + their colour rules + what they ask of each colour ──read, verified──> proposed
///   ──a second organisation approves──> their keys stand on our list under their region ──> every gate believes them for that region alone
/// holder, before travel ──> their rules on her own facts (same engine, same facts) ──> her colour there, why, and what it asks of her
/// </code>
/// </summary>
internal sealed class RecogniseRegion(IRegions regions)
{
    /// <summary>Topic announced when what is in force has changed: the hosts make their trust lists anew.</summary>
    public const string Topic = "health.recognition";

    /// <summary>Longest text of a duty, characters.</summary>
    public const int TextLengthMax = 1_000;

    public async Task<RecognitionOutcome> ProposeAsync(Session session, Recognition proposed, CancellationToken cancel)
    {
        if (regions.Current.Find(new(proposed.RegionCode)) is not { IsStatistical: false, Level: not RegionLevel.Nation } region) return new RecognitionOutcome.Unusable($"'{proposed.RegionCode}' is no region of the list.");
        if (session.Actor.Organisation.Length == 0) return new RecognitionOutcome.NotAllowed();
        if (!Enum.TryParse<RecognitionMode>(proposed.Mode, out var mode)) return new RecognitionOutcome.Unusable($"'{proposed.Mode}' is no mode of recognition.");
        string[] texts = [proposed.OnGreenZh, proposed.OnGreenEn, proposed.OnYellowZh, proposed.OnYellowEn, proposed.OnRedZh, proposed.OnRedEn, proposed.Source];
        if (texts.Any(t => string.IsNullOrWhiteSpace(t) || t.Length > TextLengthMax)) return new RecognitionOutcome.Unusable($"Each colour needs what it asks of people who arrive, in both languages, and the source; 1 to {TextLengthMax} characters.");
        try
        {
            if (mode is RecognitionMode.SharedData && KeysOf(proposed).Count == 0) return new RecognitionOutcome.Unusable($"The list has no key that may sign colours for {region.Code.Value} {region.Name}.");
            if (proposed.Rules is { } rules) ColourRules.Parse(rules);
        }
        catch (Exception e) when (e is PassException or RuleException or FormatException or CryptographicException)
        {
            return new RecognitionOutcome.Unusable(e.Message);
        }
        await session.ExecuteAsync("""
            INSERT INTO health_code.recognition (region_code, mode, root_key, signed_list, rules, on_green_zh, on_green_en, on_yellow_zh, on_yellow_en, on_red_zh, on_red_en, source, proposer, organisation, proposed_at)
            VALUES (@RegionCode, @Mode, @RootKey, @SignedList, @Rules, @OnGreenZh, @OnGreenEn, @OnYellowZh, @OnYellowEn, @OnRedZh, @OnRedEn, @Source, @proposer, @organisation, @now)
            """, new { proposed.RegionCode, proposed.Mode, proposed.RootKey, proposed.SignedList, proposed.Rules, proposed.OnGreenZh, proposed.OnGreenEn, proposed.OnYellowZh, proposed.OnYellowEn, proposed.OnRedZh, proposed.OnRedEn, proposed.Source, proposer = session.Actor.Id, organisation = session.Actor.Organisation, now = session.Now }, cancel);
        session.Audit("health.recognition-proposed", proposed.RegionCode, proposed.Mode);
        return new RecognitionOutcome.Done();
    }

    public static async Task<RecognitionOutcome> ApproveAsync(Session session, long id, CancellationToken cancel)
    {
        var approved = await session.QuerySingleOrDefaultAsync<string>("""
            UPDATE health_code.recognition SET approver = @actor, approved_organisation = @organisation, approved_at = @now
            WHERE id = @id AND approver IS NULL AND withdrawn_at = 'infinity' AND proposer <> @actor AND organisation <> @organisation AND @organisation <> '' RETURNING region_code
            """, new { id, actor = session.Actor.Id, organisation = session.Actor.Organisation, now = session.Now }, cancel);
        if (approved is null) return new RecognitionOutcome.NotAllowed();
        session.Audit("health.recognition-approved", approved);
        await session.AnnounceAsync(Topic, cancel);
        return new RecognitionOutcome.Done();
    }

    /// <summary>Ends what is in force for a region, at once and by one alone: taking trust away is never the dangerous step.</summary>
    public static async Task WithdrawAsync(Session session, long id, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<string>("UPDATE health_code.recognition SET withdrawn_at = @now, withdrawn_by = @actor WHERE id = @id AND withdrawn_at = 'infinity' RETURNING region_code", new { id, now = session.Now, actor = session.Actor.Id }, cancel) is not { } region) return;
        session.Audit("health.recognition-withdrawn", region);
        await session.AnnounceAsync(Topic, cancel);
    }

    /// <summary>The keys of a recognition that may sign for its region: those the other list has for it, or that sign for all it speaks for.</summary>
    /// <exception cref="PassException">The list is malformed or not signed by the root key.</exception>
    public static IReadOnlyList<TrustedKey> KeysOf(Recognition recognition)
    {
        if (recognition.SignedList is not { } signed || recognition.RootKey is not { } root) return [];
        var list = TrustList.Open(signed, [root]);
        return [.. list.Regions.Where(r => r.Recognition is RecognitionMode.SharedData && (r.Code == TrustList.National || recognition.RegionCode.StartsWith(r.Code, StringComparison.Ordinal)))
            .SelectMany(r => r.Keys).Where(k => k.Usages.HasFlag(KeyUsages.Colour)).DistinctBy(k => Convert.ToHexString(k.PublicKey.Span))];
    }
}
