using System.Globalization;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Demand;

/// <summary>How much is needed: a number, a range, or nobody knows. The three are never added up as one.</summary>
internal readonly record struct Amount
{
    private Amount(string kind, long? quantity, long? low, long? high) => (Kind, Quantity, Low, High) = (kind, quantity, low, high);

    /// <summary>known, range or unknown.</summary>
    public string Kind { get; }
    public long? Quantity { get; }
    public long? Low { get; }

    /// <summary>Null for "or more".</summary>
    public long? High { get; }

    public static Amount Known(long quantity) => new("known", quantity, null, null);

    /// <summary>Needed, amount unknown.</summary>
    public static Amount Unknown { get; } = new("unknown", null, null, null);

    public static Amount Range(long low, long? high) => new("range", null, low, high);

    /// <summary>True when the numbers are within their limits.</summary>
    public bool IsValid => Kind switch
    {
        "known" => Quantity is >= 1 and <= Stock.Ledger.QuantityMax,
        "range" => Low is >= 1 and <= Stock.Ledger.QuantityMax && (High is null || (High >= Low && High <= Stock.Ledger.QuantityMax)),
        "unknown" => true,
        _ => false,
    };
}

/// <summary>The ranges among which a hospital that gave no amount answers with one tap.</summary>
internal static class AmountRanges
{
    public static IReadOnlyList<(long Low, long? High)> All { get; } = [(1, 99), (100, 499), (500, 1_999), (2_000, 9_999), (10_000, 49_999), (50_000, null)];

    /// <summary>For few and large things.</summary>
    public static IReadOnlyList<(long Low, long? High)> Devices { get; } = [(1, 2), (3, 5), (6, 10), (11, 30), (31, null)];

    public static IReadOnlyList<(long Low, long? High)> For(string? itemCode) =>
        Items.ItemCatalogue.Current.Find(itemCode) is { Class: "equipment" } ? Devices : All;

    public static string Text((long Low, long? High) range) =>
        range.High is { } high ? string.Create(CultureInfo.CurrentCulture, $"{range.Low:N0}–{high:N0}") : string.Create(CultureInfo.CurrentCulture, $"≥ {range.Low:N0}");
}

/// <summary>
/// A need as it stands.
/// <code>
/// open ──some came──> partly_met ──all came──> met
///   └────────────────────┴──> met_elsewhere | no_longer_needed      said with one tap by the facility
///   └────────────────────┴──> expired                               seven days without a word; renewing starts them anew
/// </code>
/// </summary>
internal sealed record Need
{
    public long Id { get; init; }
    public string FacilityCode { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string? ItemCode { get; init; }
    public string Specification { get; init; } = "";
    public string AmountKind { get; init; } = "";
    public long? Quantity { get; init; }
    public long? Low { get; init; }
    public long? High { get; init; }
    public long MetQuantity { get; init; }
    public short Urgency { get; init; }
    public short Tier { get; init; }
    public string TierRule { get; init; } = "";
    public long? BurnPerDay { get; init; }
    public DateOnly? NeededBy { get; init; }
    public string State { get; init; } = "";
    public bool IsVerified { get; init; }
    public string Source { get; init; } = "";
    public DateTimeOffset ExpiresAt { get; init; }
    public int Version { get; init; }
    public DateTimeOffset AskedAt { get; init; }

    internal const string Columns = "id, facility_code, region_code, item_code, specification, amount_kind, quantity, low, high, met_quantity, urgency, tier, tier_rule, burn_per_day, needed_by, state, is_verified, source, expires_at, version, asked_at";

    /// <summary>Days a need or an offer stands without a word of whoever made it.</summary>
    public const int LifeDays = 7;

    /// <summary>Open needs of a facility, the most urgent first.</summary>
    public static Task<IReadOnlyList<Need>> OpenOfAsync(Session session, string facility, CancellationToken cancel = default) =>
        session.QueryAsync<Need>($"SELECT {Columns} FROM supplies.need WHERE facility_code = @facility AND state IN ('open', 'partly_met') ORDER BY urgency DESC, id", new { facility }, cancel);

    /// <summary>Keeps what a need was before a change; call before changing it.</summary>
    internal static Task KeepStepAsync(Session session, long id, string what, long? batchId, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO supplies.need_step (need_id, facility_code, region_code, what, version, before, actor, at, batch_id)
        SELECT id, facility_code, region_code, @what, version + 1, to_jsonb(n), @actor, @now, @batchId FROM supplies.need n WHERE id = @id
        """, new { id, what, actor = session.Actor.Id, now = session.Now, batchId }, cancel);
}
