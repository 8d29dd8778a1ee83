using System.Text.Json;
using Rongtong.Bench;
using Rongtong.Bench.GetUsPpe;

// Every bench of the product by name; each runs its peer in the same run where the peer is installed.
var benches = new Dictionary<string, Func<Task<IReadOnlyList<BenchResult>>>>
{
    ["ears"] = SurveillanceBenches.EarsAsync,
    ["farrington"] = SurveillanceBenches.FarringtonAsync,
    ["rt"] = SurveillanceBenches.RtAsync,
    ["rules"] = RulesBenches.TableAsync,
    ["pass-verify"] = HealthPassBenches.VerifyAsync,
    ["pass-repeat"] = HealthPassBenches.RepeatAsync,
    ["pass-sign"] = HealthPassBenches.SignAsync,
    ["revocation"] = HealthPassBenches.RevocationAsync,
    ["allocation"] = AllocationBenches.SingleTierAsync,
    ["allocation-lexicographic"] = AllocationBenches.LexicographicAsync,
    ["allocation-warm"] = AllocationBenches.WarmAsync,
    ["return-plan"] = ReturnPlanBenches.PlanAsync,
    ["allocation-fair"] = AllocationBenches.FairAsync,
    ["allocation-growth"] = AllocationBenches.GrowthAsync,
    ["allocation-clp"] = AllocationBenches.ClpAsync,
    ["getusppe"] = GetUsPpeBench.RunAsync,
    ["tiers-json"] = HostBenches.TiersJsonAsync,
    ["import-cases"] = HostBenches.ImportCasesAsync,
    ["import-stream"] = ImportBenches.StreamAsync,
    ["pages"] = HostBenches.PagesAsync,
    ["new-day"] = HostBenches.NewDayAsync,
    ["health-city"] = HealthCodeBenches.CityAsync,
    ["health-code-page"] = HealthCodeBenches.CodePageAsync,
    ["uscc"] = EnterpriseBenches.CodesAsync,
    ["enterprises"] = EnterpriseBenches.GrowthAsync,
    ["observations"] = ObservationBenches.AllAsync,
    ["supplies-plan"] = SuppliesPlanBenches.RunAsync,
};

var json = args.Contains("--json");
var names = args.Where(a => !a.StartsWith('-')).ToArray();
if (names.Length == 0) names = [.. benches.Keys];
if (args.FirstOrDefault(a => a.StartsWith('-') && a != "--json") is { } option)
{
    Console.Error.WriteLine($"rongtong bench [NAME ...] [--json]: there is no option '{option}'. Without a name all run, which takes an hour; there are: {string.Join(", ", benches.Keys)}.");
    return 2;
}
if (names.FirstOrDefault(n => !benches.ContainsKey(n)) is { } unknown)
{
    Console.Error.WriteLine($"rongtong bench: there is no bench '{unknown}'; there are: {string.Join(", ", benches.Keys)}.");
    return 2;
}
foreach (var name in names)
{
    foreach (var result in await benches[name]())
    {
        Console.WriteLine($"{result.Bench}: {result.Value:G4} {result.Unit}" + (result.PeerValue is null ? $" (peer: {result.Peer ?? "none"})" : $"; {result.Peer}: {result.PeerValue:G4}, ratio {result.Ratio:G3}"));
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { bench = result.Bench, value = result.Value, unit = result.Unit, peer = result.Peer, peer_value = result.PeerValue, ratio = result.Ratio }));
    }
}
return 0;
