using System.Globalization;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>Journeys of confirmed cases as health commissions published them, days as UTC midnights of Chinese days.</summary>
public sealed class TravelRealDataTests : IAsyncLifetime
{
    private const string File = "data/trips/patient_trips_shandong_zhejiang.csv";
    private TravelHost _host = null!;

    public async Task InitializeAsync() => _host = (await TravelHost.StartAsync()).WithRisk("42", RiskTier.High);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [SharedFact(File)]
    public void Published_journeys_become_histories_with_the_places_that_people_left_and_reached()
    {
        var tree = _host.Get<IRegions>().Current;
        var (people, places, starless) = (0, 0, 0);
        foreach (var patient in Rows().Where(r => r["from"].Length > 0 && r["to"].Length > 0 && r["time_utc"].Length > 0).GroupBy(r => r["patient_no"]))
        {
            PersonalFact[] facts = [.. patient.Select((row, i) => TripOf(row, i + 1, tree)).OfType<PersonalFact>()];
            if (facts.Length == 0) continue;
            var day = facts.Max(f => f.ToDay);
            var history = TravelHistory.Of(facts, day, _host, tree, _host.Get<OutlineNeighbours>().Are);
            foreach (var fact in facts.Where(f => f.FromDay >= history.FromDay))
            {
                // What was left and what was reached is there, or a finer place inside it on the same day.
                foreach (var region in new[] { fact.Detail.From!, fact.RegionCode })
                    history.Visited.ShouldContain(p => p.RegionCode.StartsWith(region, StringComparison.Ordinal) && p.FromDay <= fact.FromDay && fact.FromDay <= p.ToDay, $"{region} of {patient.Key}");
            }
            // Wuhan is told as a city: all of Hubei is a risk area, and still there is no star that nobody can prove.
            history.Places.Where(p => p.RegionCode == "4201").ShouldAllBe(p => !p.HasStar && p.Star == StarGround.OnlyCityKnown);
            (people, places, starless) = (people + 1, places + history.Places.Count, starless + history.Places.Count(p => p.RegionCode == "4201"));
        }
        people.ShouldBeGreaterThan(60);
        places.ShouldBeGreaterThan(people);
        starless.ShouldBeGreaterThan(30);
    }

    private static PersonalFact? TripOf(Dictionary<string, string> row, int id, IRegionTree tree)
    {
        if (Find(row["from"], tree) is not { } from || Find(row["to"], tree) is not { } to) return null;
        var day = ChinaDay.Of(DateTimeOffset.Parse(row["time_utc"], CultureInfo.InvariantCulture));
        return new()
        {
            Id = id,
            Kind = FactKind.Trip,
            FromDay = day,
            ToDay = day,
            RegionCode = to,
            Source = FactSource.Ticket,
            Detail = new() { From = from, Number = row["vehicle_no_carriage_seat"] },
            ExpiresOn = day.AddDays(30),
        };
    }

    /// <summary>The finest region whose name, with or without its last character, stands in the text.</summary>
    private static string? Find(string text, IRegionTree tree) => tree.All
        .Where(r => r is { IsStatistical: false, ValidTo: null, Code.Value.Length: >= 2 } && r.Name.Length > 2 && text.Contains(r.Name[..^1], StringComparison.Ordinal))
        .OrderByDescending(r => r.Code.Value.Length).ThenBy(r => r.Code.Value, StringComparer.Ordinal).FirstOrDefault()?.Code.Value;

    private static IEnumerable<Dictionary<string, string>> Rows()
    {
        var lines = System.IO.File.ReadAllLines(SharedData.PathOf(File));
        var header = lines[0].TrimStart('\uFEFF').Split(',');
        // The few rows with quoted commas are left out: this is not a test of reading files.
        return lines.Skip(1).Where(l => !l.Contains('"')).Select(l => l.Split(',')).Where(f => f.Length == header.Length).Select(f => header.Zip(f).ToDictionary(p => p.First, p => p.Second));
    }
}
