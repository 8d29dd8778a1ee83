using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rongtong.Supplies.Planning;

/// <summary>How a dispatcher wants it planned.</summary>
internal sealed record PlanSettings
{
    public const int HorizonDaysMax = 30;
    public const int NeighboursMax = 200;

    /// <summary>Days from today in which goods must be there or be made; 1 to <see cref="HorizonDaysMax"/>.</summary>
    public int HorizonDays { get; init; } = 7;

    /// <summary>Sets goods aside for what is estimated where nobody asked, after everything that was asked for.</summary>
    public bool IncludesEstimates { get; init; }

    /// <summary>Counts a producer's design capacity where it told no output.</summary>
    public bool CountsCapacity { get; init; } = true;

    /// <summary>Shares inside a tier are equal (smallest fill ratio as large as possible) instead of cheapest.</summary>
    public bool IsFair { get; init; }

    /// <summary>A supplier sends no more than the trucks of its place carry, where carriers told both number and size.</summary>
    public bool KeepsToTrucks { get; init; }

    /// <summary>Whole packs only, and nothing in place of something else: packs of two articles differ.</summary>
    public bool IsInPacks { get; init; }

    /// <summary>A supplier sends no less of an item than the lot it told.</summary>
    public bool KeepsToLots { get; init; }

    /// <summary>Least units of a line; 0 for any.</summary>
    public long MinimumLot { get; init; }

    /// <summary>Supplies of least cost that each need may be served from; a quarter as many of the largest come on top. 1 to <see cref="NeighboursMax"/>.</summary>
    public int Neighbours { get; init; } = 40;

    [JsonIgnore]
    public bool IsCoupled => KeepsToTrucks || IsInPacks || KeepsToLots || MinimumLot > 0;

    [JsonIgnore]
    public bool IsValid => HorizonDays is >= 1 and <= HorizonDaysMax && Neighbours is >= 1 and <= NeighboursMax && MinimumLot is >= 0 and <= Stock.Ledger.QuantityMax && !(IsFair && IsCoupled);
}

/// <summary>A place of the snapshot. X, Y and Z are metres from the centre of the earth, all 0 where nobody knows where it is: whole numbers, so that a distance is the same on every machine.</summary>
internal sealed record PlannedPlace(string Code, string Name, string Region, long X, long Y, long Z);

/// <summary>Goods that may be sent.</summary>
/// <param name="Place">Index of the place.</param>
/// <param name="Source">on_hand, offered or planned.</param>
/// <param name="From">First day on which they are there.</param>
/// <param name="Expires">Last day of use, where it lies so near that it matters.</param>
internal sealed record PlannedSupply(int Place, string Item, string Source, long Quantity, DateOnly From, DateOnly? Expires);

/// <summary>What is asked for, less what came and what is on the way.</summary>
/// <param name="NeedId">Number of the need; null for an estimate.</param>
/// <param name="AmountKind">known, range, unknown, or estimated.</param>
/// <param name="Basis">For an unknown amount where its range comes from: burn, staff, peers or pack.</param>
/// <param name="Quantity">Units planned for: of a range the low end.</param>
/// <param name="High">High end of the range; null where it is open or the amount is known.</param>
/// <param name="Tier">1 to 4; <see cref="PlanSnapshot.EstimateTier"/> for estimates.</param>
internal sealed record PlannedNeed(int Place, long? NeedId, string Item, string AmountKind, string Basis, long Quantity, long? High, int Tier, DateOnly? By, int FrontLine);

/// <summary>Units that the trucks of a supplier's place carry.</summary>
internal sealed record PlannedTruck(int Place, long Units);

/// <summary>Units of an item less than which a place does not send.</summary>
internal sealed record PlannedLot(int Place, string Item, long Units);

/// <summary>
/// All that a plan depends on, at one instant. What is not in here has no influence on the result, so that the result can be computed again years
/// later. Lists stand in the order of their keys.
/// </summary>
internal sealed record PlanSnapshot(
    string Format, DateTimeOffset TakenAt, DateOnly Today, string Region, PlanSettings Settings, string CatalogueVersion, string LaneRule,
    IReadOnlyList<PlannedPlace> Places, IReadOnlyList<PlannedSupply> Supplies, IReadOnlyList<PlannedNeed> Needs, IReadOnlyList<PlannedTruck> Trucks)
{
    /// <summary>Minimum lots of suppliers, where the plan keeps to them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlannedLot>? Lots { get; init; }

    /// <summary>The least units of a line from a supply by what its supplier told; 0 for any.</summary>
    public long LotOf(PlannedSupply supply) => Lots?.FirstOrDefault(l => l.Place == supply.Place && l.Item == supply.Item)?.Units ?? 0;

    /// <summary>Changes when the meaning of a field does.</summary>
    public const string FormatVersion = "rongtong-plan/1";

    /// <summary>Behind all tiers of what people asked for.</summary>
    public const int EstimateTier = 5;

    /// <summary>What the place of a code is called; the code itself where it has no name.</summary>
    public string NameOf(string code) => (Names ??= Places.ToDictionary(p => p.Code, p => p.Name.Length > 0 ? p.Name : p.Code, StringComparer.Ordinal)).GetValueOrDefault(code, code);

    private Dictionary<string, string>? Names { get; set; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    public static PlanSnapshot FromJson(byte[] json) => JsonSerializer.Deserialize<PlanSnapshot>(json, JsonSerializerOptions.Web) is { Format: FormatVersion } snapshot
        ? snapshot : throw new JsonException($"The stored snapshot is not of format {FormatVersion}.");
}

/// <summary>Bytes as they are stored: compressed, with the digest of what they were.</summary>
internal static class Stored
{
    public static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
