namespace Rongtong.Bench.GetUsPpe;

/// <summary>The replay of the published offers and requests of GetUsPPE: ./rongtong bench getusppe --json. The reading of it is docs/getusppe.md.</summary>
internal static class GetUsPpeBench
{
    /// <summary>Donations above this were taken for typing errors by the authors of npj Digit Med 2021;4:13.</summary>
    public const long OfferMost = 1000;

    /// <summary>A limit for the other reading: the file goes up to 2 x 10^14 masks.</summary>
    public const long OfferMostPlausible = 100_000;

    public const int OfferExpiresDays = 30, MinimumLot = 10, WeekDays = 7;

    public static Task<IReadOnlyList<BenchResult>> RunAsync()
    {
        var results = new List<BenchResult>();
        if (Folder() is not { } folder)
        {
            Console.Error.WriteLine($"rongtong bench getusppe: {string.Join(", ", GetUsPpeFiles.Names)} are not here; expected in ../shared/data/supplies beside the checkout, or in the folder that RONGTONG_SHARED names.");
            return Task.FromResult<IReadOnlyList<BenchResult>>(results);
        }
        foreach (var (name, most) in new[] { ("offers above 1,000 left out", OfferMost), ("offers to 100,000", OfferMostPlausible) })
        {
            var files = Read(folder, most);
            var ours = Replay.Run(files.Offers, files.Needs, Ours());
            foreach (var (peer, matching) in Peers()) results.AddRange(Rows(name, ours, peer, Replay.Run(files.Offers, files.Needs, matching)));
        }
        foreach (var result in StaleOffers.Judge(Read(folder, long.MaxValue))) results.Add(result);
        return Task.FromResult<IReadOnlyList<BenchResult>>(results);
    }

    public static IMatching Ours() => new Allocated(1, isOurs: true, MinimumLot, OfferExpiresDays);

    public static IEnumerable<(string Name, IMatching Matching)> Peers() =>
        [("proximity", new Proximity()), ("first come", new FirstCome()), ("linear program every 7 days", new Allocated(WeekDays, isOurs: false, 1, int.MaxValue))];

    public static GetUsPpeFiles Read(string folder, long offerMost)
    {
        IEnumerable<string> Lines(int file) => File.ReadLines(Path.Combine(folder, GetUsPpeFiles.Names[file]));
        return GetUsPpeFiles.Read(Lines(0), Lines(1), Lines(2), offerMost);
    }

    private static IEnumerable<BenchResult> Rows(string name, Figures ours, string peer, Figures theirs) =>
    [
        new($"getusppe, {name}, fill rate", ours.FillRate, "of need", peer, theirs.FillRate, ours.FillRate / theirs.FillRate),
        new($"getusppe, {name}, fill rate without zeros", ours.FillRateWithoutZeros, "of need", peer, theirs.FillRateWithoutZeros, ours.FillRateWithoutZeros / theirs.FillRateWithoutZeros),
        new($"getusppe, {name}, unit-miles", ours.UnitMiles, "unit-miles", peer, theirs.UnitMiles, theirs.UnitMiles / ours.UnitMiles),
        new($"getusppe, {name}, holding", ours.HoldingDays, "days", peer, theirs.HoldingDays),
        new($"getusppe, {name}, shipments per donor", ours.ShipmentsPerDonor, "", peer, theirs.ShipmentsPerDonor, theirs.ShipmentsPerDonor / ours.ShipmentsPerDonor),
        new($"getusppe, {name}, units sent", ours.UnitsSent, "units", peer, theirs.UnitsSent, (double)ours.UnitsSent / theirs.UnitsSent),
    ];

    private static string? Folder()
    {
        var places = new List<string>();
        if (Environment.GetEnvironmentVariable("RONGTONG_SHARED") is { Length: > 0 } named) places.Add(named);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Rongtong.slnx"))) places.Add(Path.Combine(folder.Parent?.FullName ?? "", "shared"));
        }
        return places.Select(p => Path.Combine(p, "data", "supplies")).FirstOrDefault(p => GetUsPpeFiles.Names.All(n => File.Exists(Path.Combine(p, n))));
    }
}
