using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Rollup;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Demo;

/// <summary>
/// Invented electricity of the register's enterprises, the same every time: a usual December, the dip of Spring Festival, and fifty days before the
/// last day a standstill from which each comes back on a day of its own.
/// </summary>
internal sealed class DemoElectricity(Database database, IEnumerable<IEnterprises> registers, FollowEnterprises follow, SeriesBook book, WriteBatch write, RollUp rollUp) : IDemoData, IDemoElectricity
{
    private const string Key = "demo ";
    private const string MeterPrefix = "DEMO-";
    private const int ChunkEnterprises = 20_000;

    /// <summary>Thousandths of usual production of a works that stands still.</summary>
    private const int Standby = 40;

    /// <summary>Days with heads at gates.</summary>
    private const int StaffDays = 21;

    /// <summary>Days from the standstill to the last day.</summary>
    private const int StandstillDays = 50;

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM observations.batch WHERE key ^@ @Key)", new { Key }, cancel)) return;
            await follow.ReadAllAsync(session, cancel);
            await session.CommitAsync(cancel);
        }
        var last = ChinaDay.Of(database.Clock.GetUtcNow()).AddDays(-1);
        await MakeAsync(new DateOnly(last.Year - 1, 12, 1), last, cancel);
        await MakeStaffAsync(last, cancel);
        await rollUp.RunAsync(cancel);
    }

    /// <summary>Heads at the gates of every third enterprise over the last days, and its staff, told once a day: who is on duty.</summary>
    private async Task MakeStaffAsync(DateOnly last, CancellationToken cancel)
    {
        if (registers.FirstOrDefault() is not { } register) return;
        var (gate, told) = (new Delivery(database.Clock.GetUtcNow()), new Delivery(database.Clock.GetUtcNow()));
        await foreach (var chunk in register.AllAsync(cancel).Where(e => Hash(e.Id, 5) % 3 == 0).Chunk(ChunkEnterprises).WithCancellation(cancel))
        {
            await book.EnsureAsync(Source.Gate, [.. chunk.Select(e => new SeriesName(Quantity.PeopleIn, "@" + e.Code, e.Code))], cancel);
            await book.EnsureAsync(Source.SelfReport, [.. chunk.Select(e => new SeriesName(Quantity.StaffTotal, "@" + e.Code, e.Code))], cancel);
            foreach (var enterprise in chunk)
            {
                if (!book.TryFind(Source.Gate, Quantity.PeopleIn, "@" + enterprise.Code, out var heads) || !book.TryFind(Source.SelfReport, Quantity.StaffTotal, "@" + enterprise.Code, out var staff)) continue;
                var all = (enterprise.Size switch { EnterpriseSize.Large => 1_500, EnterpriseSize.Medium => 420, EnterpriseSize.Small => 60, _ => 9 }) * (500 + Hash(enterprise.Id, 6) % 1_000) / 1_000;
                for (var day = last.AddDays(1 - StaffDays); day <= last; day = day.AddDays(1))
                {
                    told.Add(staff, day, all * Vocabulary.Scale, isConverted: false);
                    // Where the works stand still nobody comes, but for a few: those say open and use no power, which is a contradiction to be seen.
                    var activity = Activity(enterprise.Id, day, last) is var a and > Standby ? a : Hash(enterprise.Id, 8) % 12 == 0 ? 700 : 0;
                    gate.Add(heads, day, all * activity / 1_000 * (880 + Hash(enterprise.Id, day.DayNumber + 7) % 100) / 1_000 * Vocabulary.Scale, isConverted: false);
                }
            }
        }
        await using var session = await database.BeginAsync(Actor.System, cancel);
        foreach (var (source, delivery) in new[] { (Source.Gate, gate), (Source.SelfReport, told) })
            await write.RunAsync(session, new(source, Key + "staff", "", "demo", "system", session.Now), delivery, id => new(id, delivery.Rows.Count, 0, 0, delivery.Flagged(), [], 0), null, cancel);
        await session.CommitAsync(cancel);
    }

    public async Task<long> MakeForNewAsync(IProgress<long>? progress, CancellationToken cancel = default)
    {
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            await follow.ReadAllAsync(session, cancel);
            await session.CommitAsync(cancel);
        }
        var last = ChinaDay.Of(database.Clock.GetUtcNow()).AddDays(-1);
        var written = await MakeAsync(new DateOnly(last.Year - 1, 12, 1), last, cancel, progress);
        await rollUp.RunAsync(cancel);
        return written;
    }

    /// <summary>Writes the days of enterprises that have no meter yet; figures are counted by the caller. How many observations were written.</summary>
    public async Task<long> MakeAsync(DateOnly first, DateOnly last, CancellationToken cancel, IProgress<long>? progress = null)
    {
        var written = 0L;
        if (registers.FirstOrDefault() is not { } register) return 0;
        HashSet<string> metered;
        await using (var session = await database.BeginAsync(Actor.System, cancel))
            metered = [.. await session.QueryAsync<string>("SELECT subject FROM observations.series WHERE source = @source AND quantity = @quantity AND subject ^@ @MeterPrefix", new { source = (short)Source.Electricity, quantity = (short)Quantity.EnergyKwh, MeterPrefix }, cancel)];
        var chunk = new List<Enterprise>(ChunkEnterprises);
        await foreach (var enterprise in register.AllAsync(cancel))
        {
            if (metered.Contains(MeterPrefix + enterprise.Code)) continue;
            chunk.Add(enterprise);
            if (chunk.Count < ChunkEnterprises) continue;
            progress?.Report(written += await WriteAsync(chunk, first, last, cancel));
            chunk.Clear();
        }
        return chunk.Count == 0 ? written : written + await WriteAsync(chunk, first, last, cancel);
    }

    /// <summary>Invented consumption of an enterprise on a day, kWh in thousandths.</summary>
    public static long Consumption(int enterprise, EnterpriseSize size, DateOnly day, DateOnly last)
    {
        var own = Hash(enterprise, 0);
        var usual = (size switch { EnterpriseSize.Large => 40_000L, EnterpriseSize.Medium => 6_000, EnterpriseSize.Small => 900, _ => 120 }) * (500 + own % 1_000);
        var noise = 900 + Hash(enterprise, day.DayNumber) % 200;
        var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 850 : 1_000;
        return usual * noise / 1_000 * weekend / 1_000 * Activity(enterprise, day, last) / 1_000;
    }

    /// <summary>Thousandths of usual production.</summary>
    private static int Activity(int enterprise, DateOnly day, DateOnly last)
    {
        var sinceNewYear = day.DayNumber - ChinaCalendar.NewYear(day.Year).DayNumber;
        var holiday = 5 + Hash(enterprise, 1) % 16;
        if (sinceNewYear >= -3 - Hash(enterprise, 2) % 5 && sinceNewYear < holiday) return Standby;
        var sinceStandstill = day.DayNumber - last.DayNumber + StandstillDays;
        // Most come back within six weeks; one in eight has not come back yet.
        var back = Hash(enterprise, 3) % 8 == 0 ? int.MaxValue : 4 + Hash(enterprise, 4) % 42;
        return sinceStandstill < 0 ? 1_000 : sinceStandstill < back ? Standby : Math.Min(1_000, 450 + (sinceStandstill - back) * 50);
    }

    private async Task<long> WriteAsync(List<Enterprise> chunk, DateOnly first, DateOnly last, CancellationToken cancel)
    {
        await book.EnsureAsync(Source.Electricity, [.. chunk.Select(e => new SeriesName(Quantity.EnergyKwh, MeterPrefix + e.Code, e.Code))], cancel);
        var written = 0L;
        for (var month = Months.Of(first); month <= last; month = month.AddMonths(1))
        {
            await using var session = await database.BeginAsync(Actor.System, cancel);
            session.StatementSeconds = 0;
            var delivery = new Delivery(session.Now);
            for (var day = month < first ? first : month; day < month.AddMonths(1) && day <= last; day = day.AddDays(1))
            {
                foreach (var enterprise in chunk)
                {
                    if (book.TryFind(Source.Electricity, Quantity.EnergyKwh, MeterPrefix + enterprise.Code, out var series)) delivery.Add(series, day, Consumption(enterprise.Id, enterprise.Size, day, last), isConverted: false);
                }
            }
            await write.RunAsync(session, new(Source.Electricity, $"{Key}{chunk[0].Id} {month:yyyy-MM}", "", "demo", "system", session.Now), delivery, id => new(id, delivery.Rows.Count, 0, 0, delivery.Flagged(), [], 0), null, cancel);
            await session.CommitAsync(cancel);
            written += delivery.Rows.Count;
        }
        return written;
    }

    /// <summary>SplitMix64 over the pair, as a small number that is not negative.</summary>
    private static int Hash(int enterprise, int salt)
    {
        unchecked
        {
            var x = ((ulong)(uint)enterprise << 32 | (uint)salt) + 0x9E3779B97F4A7C15UL;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return (int)((x ^ (x >> 31)) & 0x7FFFFFFF);
        }
    }
}
