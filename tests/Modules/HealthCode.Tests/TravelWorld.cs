using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Travel;

namespace Rongtong.HealthCode.Tests;

/// <summary>A small country for travel: two cities with counties, one without, and risk areas as a test places them.</summary>
internal sealed class TravelWorld : IRiskTierHistory, IRegionTree
{
    public static readonly DateOnly Today = new(2020, 2, 20);

    private static readonly Dictionary<string, Region> s_regions = new[]
    {
        Make("33", "浙江省", RegionLevel.Province, ""), Make("3301", "杭州市", RegionLevel.Prefecture, "33"), Make("330106", "西湖区", RegionLevel.County, "3301"), Make("330109", "萧山区", RegionLevel.County, "3301"),
        Make("3303", "温州市", RegionLevel.Prefecture, "33"), Make("330381", "瑞安市", RegionLevel.County, "3303"), Make("44", "广东省", RegionLevel.Province, ""), Make("4419", "东莞市", RegionLevel.Prefecture, "44"),
        Make("3304", "嘉兴市", RegionLevel.Prefecture, "33"), Make("330483", "桐乡市", RegionLevel.County, "3304"),
    }.ToDictionary(r => r.Code.Value);

    private readonly Dictionary<string, RiskTier> _tiers = [];

    public TravelWorld With(string region, RiskTier tier)
    {
        _tiers[region] = tier;
        return this;
    }

    public TravelHistory HistoryOf(params PersonalFact[] facts) => TravelHistory.Of(facts, Today, this, this, AreNeighbours);

    /// <summary>Hangzhou touches Jiaxing, and nothing else touches anything.</summary>
    public static bool AreNeighbours(string a, string b) => a.Length >= 4 && b.Length >= 4 && (a[..4], b[..4]) is ("3301", "3304") or ("3304", "3301");

    public static PersonalFact Stay(long id, string region, int fromDaysAgo, int toDaysAgo, int? hours = null, FactSource source = FactSource.Carrier, float confidence = 0.9f, bool? said = null) => new()
    {
        Id = id,
        Kind = FactKind.Stay,
        RegionCode = region,
        FromDay = Today.AddDays(-fromDaysAgo),
        ToDay = Today.AddDays(-toDaysAgo),
        Source = source,
        Confidence = confidence,
        Detail = new() { Hours = hours, ConfirmedByPerson = said },
        ExpiresOn = Today.AddDays(14),
    };

    public static PersonalFact Trip(long id, string from, string to, int daysAgo, bool? said = null) => new()
    {
        Id = id,
        Kind = FactKind.Trip,
        RegionCode = to,
        FromDay = Today.AddDays(-daysAgo),
        ToDay = Today.AddDays(-daysAgo),
        Source = FactSource.Ticket,
        Detail = new() { From = from, ConfirmedByPerson = said },
        ExpiresOn = Today.AddDays(30),
    };

    public RiskTier On(RegionCode region, DateOnly day)
    {
        for (var code = region.Value; code.Length >= 2; code = code[..^2])
        {
            if (_tiers.TryGetValue(code, out var tier)) return tier;
        }
        return RiskTier.Low;
    }

    public IReadOnlyCollection<Region> All => s_regions.Values;

    public Region? Find(RegionCode code) => s_regions.GetValueOrDefault(code.Value);

    public IReadOnlyList<Region> ChildrenOf(RegionCode code) => [.. s_regions.Values.Where(r => r.Parent == code)];

    public long? PopulationOf(RegionCode code) => null;

    public RegionResolution? Resolve(string? province, string? provinceCode, string? place, string? placeCode) => null;

    private static Region Make(string code, string name, RegionLevel level, string parent) => new(new(code), name, null, level, new(parent), false, null, null, null);
}
