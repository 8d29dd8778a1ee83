using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.ReturnPlanning;

namespace Rongtong.Resumption.Plans;

/// <summary>What the enterprise alone knows for its plan; asked once, kept, shown again.</summary>
internal sealed record PlanTerms(int CoachesPerDay = 2, int CoachSeats = 50, int LoadPercent = 50, int IsolationRooms = 10, int PeoplePerIsolationRoom = 1, int Shifts = 1, int MealWindowMinutes = 120, int SittingMinutes = 30, int HorizonDays = 30,
    int? Beds = null, int? CanteenSeats = null, int? WorkPlaces = null)
{
    /// <summary>Capacities of places that the register does not know, in all; null while nobody has said, which is not none.</summary>
    public IReadOnlyList<(Resource Resource, int? Value)> Capacities => [(Resource.Beds, Beds), (Resource.CanteenSeats, CanteenSeats), (Resource.WorkPlaces, WorkPlaces)];

    /// <summary>What is wrong with the capacities; the rest is judged with the problem, but these are added to others first.</summary>
    public IReadOnlyList<string> CapacityFaults => [.. Capacities.Where(c => c.Value is < 0 or > ReturnProblem.CountMax).Select(c => FormattableString.Invariant($"{c.Resource} is {c.Value}; a whole number from 0 to {ReturnProblem.CountMax} was expected, or nothing."))];

    public IReadOnlyList<(string Name, int Value)> Fields =>
    [
        ("coaches", CoachesPerDay), ("seats", CoachSeats), ("load", LoadPercent), ("rooms", IsolationRooms), ("per-room", PeoplePerIsolationRoom),
        ("shifts", Shifts), ("window", MealWindowMinutes), ("sitting", SittingMinutes), ("horizon", HorizonDays),
    ];
}

/// <summary>A stored plan.</summary>
internal sealed record PlanRun
{
    public const string Columns = "id, enterprise_code, region_code, first_day, reason, method, input, input_sha256, result, recorded_at";

    public long Id { get; init; }
    public string EnterpriseCode { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public DateOnly FirstDay { get; init; }
    public string Reason { get; init; } = "";
    public string Method { get; init; } = "";
    public string Input { get; init; } = "";
    public string InputSha256 { get; init; } = "";
    public string Result { get; init; } = "";
    public DateTime RecordedAt { get; init; }

    public ReturnProblem Problem => JsonSerializer.Deserialize<ReturnProblem>(Input, PlanReturn.Json)!;

    public ReturnPlan Plan => JsonSerializer.Deserialize<ReturnPlan>(Result, PlanReturn.Json)!;

    /// <summary>True when the stored input gives the stored result, byte for byte, with the method of this product.</summary>
    public bool IsReplayed() => Method == ReturnPlanner.Version && PlanReturn.HashOf(Input) == InputSha256 && JsonSerializer.Serialize(ReturnPlanner.Plan(Problem), PlanReturn.Json) == Result;
}

/// <summary>What became of a plan.</summary>
internal abstract record PlanOutcome
{
    private PlanOutcome() { }

    public sealed record Planned(long Id) : PlanOutcome;

    public sealed record NotRegistered : PlanOutcome;

    /// <summary>The terms are out of range; each fault says where and what was expected.</summary>
    public sealed record Faulty(IReadOnlyList<string> Faults) : PlanOutcome;

    /// <summary>Nobody holds where staff are: there is nothing to plan, and nothing is invented.</summary>
    public sealed record NoStaffKnown : PlanOutcome;
}

/// <summary>Plans the return of an enterprise's staff from what is held and its own terms, and keeps the run.</summary>
internal sealed class PlanReturn(WhatIsHeld held)
{
    /// <summary>Days that people from a medium- and a high-risk origin are isolated after arrival.</summary>
    public const int IsolationDays = 14;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, IgnoreReadOnlyProperties = true };

    public static string HashOf(string input) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(input)));

    public static async Task<PlanTerms> TermsAsync(Session session, string enterpriseCode, CancellationToken cancel) =>
        await session.QuerySingleOrDefaultAsync<string>("SELECT terms::text FROM resumption.plan_terms WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) ORDER BY recorded_at DESC, enterprise_code LIMIT 1", new { enterpriseCode }, cancel) is { } kept
            ? JsonSerializer.Deserialize<PlanTerms>(kept, Json)! : new PlanTerms();

    public static Task<PlanRun?> LatestAsync(Session session, string enterpriseCode, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<PlanRun>(
        $"SELECT {PlanRun.Columns} FROM resumption.plan_run WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) ORDER BY id DESC LIMIT 1", new { enterpriseCode }, cancel);

    public async Task<PlanOutcome> RunAsync(Session session, string enterpriseCode, PlanTerms terms, string reason, CancellationToken cancel)
    {
        if (await held.EnterpriseAsync(session, enterpriseCode, cancel) is not { } enterprise) return new PlanOutcome.NotRegistered();
        if (terms.CapacityFaults is { Count: > 0 } unbelievable) return new PlanOutcome.Faulty(unbelievable);
        var today = ChinaDay.Of(session.Now);
        var staff = await held.StaffCountsAsync(session, enterprise.Code, today, cancel);
        if (staff.Count == 0) return new PlanOutcome.NoStaffKnown();
        var tiers = await held.TiersAsync(cancel);
        var problem = ProblemOf(enterprise, staff, await held.PlacesAsync(enterprise.Id, cancel), terms, origin => tiers?.On(origin, today));
        if (problem.Faults() is { Count: > 0 } faults) return new PlanOutcome.Faulty(faults);
        if (session.Actor.Kind is not ActorKind.System) await KeepTermsAsync(session, enterprise, terms, isWhole: true, cancel);
        var input = JsonSerializer.Serialize(problem, Json);
        await session.AsSystemAsync(() => session.ExecuteAsync("DELETE FROM resumption.plan_failure WHERE enterprise_code = ANY (resumption.members(@Code))", new { enterprise.Code }, cancel), cancel);
        return new PlanOutcome.Planned(await session.QuerySingleAsync<long>("""
            INSERT INTO resumption.plan_run (enterprise_code, region_code, first_day, reason, method, input, input_sha256, result, origins, author, recorded_at)
            VALUES (@Code, @region, @today, @reason, @Version, @input, @hash, @result, @origins, @author, @now) RETURNING id
            """,
            new
            {
                enterprise.Code,
                region = enterprise.Region.Value,
                today,
                reason,
                ReturnPlanner.Version,
                input,
                hash = HashOf(input),
                result = JsonSerializer.Serialize(ReturnPlanner.Plan(problem), Json),
                origins = problem.Groups.Select(g => g.Origin).Distinct().ToArray(),
                author = session.Actor.Id,
                now = session.Now,
            }, cancel));
    }

    /// <summary>The enterprise answers what the register does not know of its places; a plan is made when it asks for one. False where a number makes no sense.</summary>
    public static async Task<bool> AnswerAsync(Session session, Enterprise enterprise, int? beds, int? canteenSeats, int? workPlaces, CancellationToken cancel)
    {
        var known = await TermsAsync(session, enterprise.Code, cancel);
        var told = known with { Beds = beds ?? known.Beds, CanteenSeats = canteenSeats ?? known.CanteenSeats, WorkPlaces = workPlaces ?? known.WorkPlaces };
        if (told.CapacityFaults.Count > 0) return false;
        await KeepTermsAsync(session, enterprise, told, isWhole: false, cancel);
        return true;
    }

    private static async Task KeepTermsAsync(Session session, Enterprise enterprise, PlanTerms terms, bool isWhole, CancellationToken cancel)
    {
        var before = await TermsAsync(session, enterprise.Code, cancel);
        await session.ExecuteAsync("""
            INSERT INTO resumption.plan_terms (enterprise_code, region_code, terms, author, recorded_at) VALUES (@Code, @region, @terms::jsonb, @author, @now)
            ON CONFLICT (enterprise_code) DO UPDATE SET terms = excluded.terms, author = excluded.author, recorded_at = excluded.recorded_at
            """, new { enterprise.Code, region = enterprise.Region.Value, terms = JsonSerializer.Serialize(terms, Json), author = session.Actor.Id, now = session.Now }, cancel);
        await BurdenMeter.CountAsync(session, enterprise, ShippedForms.PlanTerms,
            [.. isWhole ? before.Fields.Zip(terms.Fields, (shown, sent) => (Text(shown.Value), Text(sent.Value))) : [], .. before.Capacities.Zip(terms.Capacities, (shown, sent) => (Text(shown.Value), Text(sent.Value))).Where(f => f.Item2.Length > 0)], cancel);
    }

    /// <summary>
    /// The problem of the engine. Who is here and free counts from today; who is away travels by coach, far when from another province, and is isolated as
    /// the tier of the origin asks today. What nobody knows of the places is room for everybody, named as assumed: taking it for none would say
    /// that nobody can come, and for a reason that is only ours.
    /// </summary>
    internal static ReturnProblem ProblemOf(Enterprise enterprise, IReadOnlyList<StaffCount> staff, IReadOnlyList<EnterprisePlace> places, PlanTerms terms, Func<RegionCode, RiskTier?> tierOf)
    {
        var groups = staff.Select(s => s.IsAway
                ? new StaffGroup(s.Origin.Value, s.Origin.IsWithin(new(Prefix(enterprise.Region.Value, 2))) ? Journey.Near : Journey.Far, s.Count, 0, (tierOf(s.Origin) ?? s.OriginTier) is RiskTier.Low ? 0 : IsolationDays)
                : new StaffGroup(s.Origin.Value, s.Origin.IsWithin(new(Prefix(enterprise.Region.Value, 4))) ? Journey.Local : Journey.OnSite, s.Count, 0, s.IsolationDaysLeft))
            .GroupBy(g => g with { Count = 0 }).Select(same => same.Key with { Count = same.Sum(g => g.Count) })
            .OrderBy(g => g.Origin, StringComparer.Ordinal).ThenBy(g => g.Journey).ThenBy(g => g.IsolationDays).ToArray();
        var unknown = UnknownOf(places);
        var everybody = groups.Sum(g => g.Count);
        int Of(PlaceKind kind, Resource resource, int? answer) => places.Where(p => p.Kind == kind).Sum(p => p.Capacity ?? 0) + (unknown.Contains(resource) ? answer ?? everybody : 0);
        return new()
        {
            Groups = groups,
            Dormitories = DormitoriesOf(places, unknown.Contains(Resource.Beds) ? terms.Beds ?? everybody : null),
            IsolationRooms = terms.IsolationRooms,
            PeoplePerIsolationRoom = terms.PeoplePerIsolationRoom,
            CanteenSeats = Of(PlaceKind.Canteen, Resource.CanteenSeats, terms.CanteenSeats),
            MealWindowMinutes = terms.MealWindowMinutes,
            SittingMinutes = terms.SittingMinutes,
            Shifts = terms.Shifts,
            WorkPlaces = Of(PlaceKind.Plant, Resource.WorkPlaces, terms.WorkPlaces),
            CoachesPerDay = terms.CoachesPerDay,
            CoachSeats = terms.CoachSeats,
            LoadPercent = terms.LoadPercent,
            HorizonDays = terms.HorizonDays,
            Assumed = [.. terms.Capacities.Where(c => c.Value is null && unknown.Contains(c.Resource)).Select(c => c.Resource)],
        };
    }

    /// <summary>Capacities that the register does not know: there is no such place in it, or one of which it does not say.</summary>
    internal static IReadOnlyList<Resource> UnknownOf(IReadOnlyList<EnterprisePlace> places) =>
        [.. new[] { (Resource.Beds, PlaceKind.Dormitory), (Resource.CanteenSeats, PlaceKind.Canteen), (Resource.WorkPlaces, PlaceKind.Plant) }
            .Where(c => !places.Any(p => p.Kind == c.Item2) || places.Any(p => p.Kind == c.Item2 && p.Capacity is null && (c.Item1 is not Resource.Beds || (p.AreaSquareMetres is null && p.Rooms is not { Count: > 0 })))).Select(c => c.Item1)];

    /// <summary>
    /// Where the register lists rooms, each sleeps at most six, 2.5 m² for each, and no more than its beds. Where it knows only a whole dormitory, as many
    /// sleep there as beds are stated and as 2.5 m² each allow, in rooms of at most six. A figure that it does not hold does not bind. What it does
    /// not know at all is one more, without a name.
    /// </summary>
    private static Dormitory[] DormitoriesOf(IReadOnlyList<EnterprisePlace> places, int? unknownBeds)
    {
        const int SleepersPerRoom = 6;
        const decimal SquareMetresEach = 2.5m;
        return [.. places.Where(p => p.Kind is PlaceKind.Dormitory && (p.Capacity is not null || p.AreaSquareMetres is not null || p.Rooms is { Count: > 0 })).OrderBy(p => p.Id)
            .Select(p => Whole(p.Name, p.Rooms is { Count: > 0 } rooms ? rooms.Sum(r => Math.Min(SleepersPerRoom, Allowed(r.Beds, r.AreaSquareMetres))) : Allowed(p.Capacity, p.AreaSquareMetres))),
            .. unknownBeds is { } beds ? [Whole("", beds)] : Array.Empty<Dormitory>()];

        static int Allowed(int? beds, decimal? area) => (int)Math.Min(beds ?? int.MaxValue, Math.Min(ReturnProblem.CountMax / 2, Math.Floor((area ?? decimal.MaxValue) / SquareMetresEach)));

        static Dormitory Whole(string name, int beds) => new(name, (beds + SleepersPerRoom - 1) / SleepersPerRoom, (int)(SleepersPerRoom * SquareMetresEach * 100), beds);
    }

    private static string Text(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static string Prefix(string code, int length) => code.Length > length ? code[..length] : code;
}
