using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Demo;

/// <summary>
/// Invented residents of a city, the same every time: names from a short list, card numbers with a place code and birth date and a right check
/// character, declarations, journeys, contacts and check-ins in the shares of a province in February 2020.
/// </summary>
public sealed class DemoResidents(Database database, IRegions regions, Secrets secrets, RefreshColours refresh) : IDemoData
{
    /// <summary>Residents of demo mode: enough for every page to have something, little enough for a first visit.</summary>
    public const int DemoCount = 2_000;

    private const int DemoPhones = 20;
    private const int ChunkPeople = 10_000;
    private static readonly string[] s_families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"];
    private static readonly string[] s_given = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "小明", "桂英", "建国", "海燕", "志强"];

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM health_code.person WHERE is_demo)", cancel: cancel)) return;
        }
        await MakeAsync(provinceCode, DemoCount, null, cancel);
        await GivePhonesAsync(cancel);
        await refresh.OfEverybodyAsync(cancel: cancel);
    }

    /// <summary>Telephones for the first residents, from a range that no operator gives out, so that the simulator has somebody to speak for.</summary>
    private async Task GivePhonesAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        foreach (var id in await session.QueryAsync<long>("SELECT id FROM health_code.person WHERE is_demo ORDER BY id LIMIT @DemoPhones", new { DemoPhones }, cancel))
        {
            var phone = (10_000_000_000 + id).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await session.ExecuteAsync("UPDATE health_code.person SET phone = @kept, phone_hash = @hash WHERE id = @id", new { id, kept = secrets.Protect(phone), hash = await secrets.HashOfPhoneAsync(phone, cancel) }, cancel);
        }
        await session.CommitAsync(cancel);
    }

    /// <summary>Makes residents and their facts; colours are computed by the caller.</summary>
    public async Task MakeAsync(string provinceCode, int count, IProgress<int>? progress, CancellationToken cancel)
    {
        var cities = regions.Current.ChildrenOf(new(provinceCode)).Where(r => !r.IsStatistical).Select(r => r.Code.Value).ToArray();
        var elsewhere = regions.Current.ChildrenOf(RegionCode.Nation).Where(p => !p.IsStatistical && p.Code.Value != provinceCode)
            .SelectMany(p => regions.Current.ChildrenOf(p.Code)).Where(r => r is { IsStatistical: false, Level: RegionLevel.Prefecture }).Select(r => r.Code.Value).ToArray();
        for (var first = 0; first < count; first += ChunkPeople)
        {
            await MakeChunkAsync(provinceCode, cities, elsewhere, first, Math.Min(ChunkPeople, count - first), cancel);
            progress?.Report(Math.Min(count, first + ChunkPeople));
        }
    }

    private async Task MakeChunkAsync(string province, string[] cities, string[] elsewhere, int first, int count, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var people = new (DocumentNumber Document, string Name, string Region)[count];
        for (var i = 0; i < count; i++) people[i] = PersonOf(first + i, province, cities);
        var ids = await RegisterPeople.FindOrAddAsync(session, secrets, people, cancel, isDemo: true);
        var today = ChinaDay.Of(session.Now);
        var facts = new List<NewFact>(count * 2);
        var checkIns = new List<(long Person, DateOnly Day, short Temperature)>();
        for (var i = 0; i < count; i++) AddFacts(ids[i], people[i].Region, elsewhere, today, facts, checkIns);
        await RecordFacts.WriteAsync(session, facts, cancel);
        await session.ExecuteAsync("""
            INSERT INTO health_code.check_in (person_id, day, temperature, symptoms, channel, recorded_at)
            SELECT person, day::date, temperature, 0, 'page', @now FROM unnest(@people, @days, @temperatures) AS c (person, day, temperature) ON CONFLICT DO NOTHING
            """,
            new
            {
                now = session.Now,
                people = checkIns.Select(c => c.Person).ToArray(),
                days = checkIns.Select(c => c.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
                temperatures = checkIns.Select(c => c.Temperature).ToArray(),
            }, cancel);
        await session.CommitAsync(cancel);
    }

    /// <summary>The n-th resident.</summary>
    internal static (DocumentNumber Document, string Name, string Region) PersonOf(int n, string province, string[] cities)
    {
        var mixed = Mix(n);
        // Place 99 of a province is given to no county: such a number belongs to nobody.
        var birth = new DateOnly(1940, 1, 1).AddDays(n / 1_000 % 25_000);
        var digits = $"{province}9900{birth:yyyyMMdd}{n % 1_000:D3}";
        return (DocumentNumber.Parse(DocumentType.ResidentCard, digits + DocumentNumber.CheckCharacter(digits)).Document!.Value,
            s_families[mixed % (uint)s_families.Length] + s_given[mixed / 64 % (uint)s_given.Length], cities[(int)(mixed / 8_192 % (uint)cities.Length)]);
    }

    private static void AddFacts(long person, string region, string[] elsewhere, DateOnly today, List<NewFact> facts, List<(long, DateOnly, short)> checkIns)
    {
        var mixed = Mix(person * 31 + 7);
        var share = mixed % 1_000;
        facts.Add(new(person, FactKind.SelfReport, today.AddDays(-(int)(mixed / 1_000 % 10)), today.AddDays(-(int)(mixed / 1_000 % 10)), region, FactDetail.None, FactSource.Person, ""));
        var ago = (int)(mixed / 10_000 % 13) + 1;
        if (share < 60)
        {
            facts.Add(new(person, FactKind.Trip, today.AddDays(-ago), today.AddDays(-ago), region,
                FactDetail.None with { From = elsewhere[(int)(mixed / 131_072 % (uint)elsewhere.Length)], Vehicle = "train", Number = $"G{mixed % 9_000 + 100}", Seat = $"{mixed % 16 + 1}-{mixed % 20 + 1}A" }, FactSource.Ticket, ""));
        }
        else if (share < 65) facts.Add(new(person, FactKind.Exposure, today.AddDays(-ago), today.AddDays(-ago), region, FactDetail.None, FactSource.DiseaseControl, "demo"));
        else if (share < 75) facts.Add(new(person, FactKind.TestResult, today.AddDays(-ago), today.AddDays(-ago), region, FactDetail.None with { Positive = false }, FactSource.Laboratory, "demo"));
        if (share >= 80) return;
        for (var day = ago - 1; day >= 0; day--) checkIns.Add((person, today.AddDays(-day), (short)(362 + mixed % 7)));
    }

    /// <summary>A fixed scatter of numbers (splitmix64), so that every run makes the same people.</summary>
    private static uint Mix(long n)
    {
        unchecked
        {
            var z = (ulong)n + 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return (uint)(z ^ (z >> 31));
        }
    }
}
