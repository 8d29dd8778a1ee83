using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.People;

/// <summary>A resident as stored; identifying fields are encrypted.</summary>
internal sealed record Person
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public byte[] Document { get; init; } = [];
    public byte[] Name { get; init; } = [];
    public byte[]? Phone { get; init; }
    public long? DelegateId { get; init; }
    public Guid Stamp { get; init; }

    public static Task<Person?> FindAsync(Session session, long id, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<Person>("SELECT id, region_code, document, name, phone, delegate_id, stamp FROM health_code.person WHERE id = @id", new { id }, cancel);

    /// <summary>The actor of somebody who has shown who she is.</summary>
    public static Actor ActorOf(long id) => new(ActorKind.Person, "person:" + id.ToString(System.Globalization.CultureInfo.InvariantCulture), "person", [], new HashSet<string>());

    /// <summary>The number of the person an actor is; null for others.</summary>
    public static long? IdOf(Actor actor) =>
        actor.Kind is ActorKind.Person && long.TryParse(actor.Id["person:".Length..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;
}

/// <summary>Reads what colours depend on; row policies decide whose.</summary>
internal static class ReadHistory
{
    public const string FactColumns = """
        f.person_id, f.id, f.kind, f.from_day, f.to_day, f.region_code, f.detail::text AS detail, f.source, f.evidence, f.author, f.organisation, f.batch_id, f.confidence, f.expires_on,
        f.recorded_at, nullif(f.withdrawn_at, 'infinity') AS withdrawn_at
        """;

    /// <summary>One person's history, with everything ever known.</summary>
    public static async Task<PersonHistory> OfAsync(Session session, long person, CancellationToken cancel)
    {
        var found = await OfManyAsync(session, [person], cancel);
        return found.GetValueOrDefault(person) ?? PersonHistory.Empty;
    }

    /// <summary>Histories of several people; who has none is not in it.</summary>
    public static async Task<IReadOnlyDictionary<long, PersonHistory>> OfManyAsync(Session session, long[] people, CancellationToken cancel)
    {
        var facts = await session.QueryAsync<FactRow>($"SELECT {FactColumns} FROM health_code.fact f WHERE f.person_id = ANY (@people) ORDER BY f.person_id, f.id", new { people }, cancel);
        var checkIns = await session.QueryAsync<CheckInRow>("SELECT person_id, day, temperature, symptoms, recorded_at FROM health_code.check_in WHERE person_id = ANY (@people) ORDER BY person_id, day, recorded_at", new { people }, cancel);
        var appeals = await session.QueryAsync<AppealRow>("SELECT person_id, fact_id, filed_at, due_at, nullif(decided_at, 'infinity') AS decided_at, coalesce(is_upheld, false) AS is_upheld FROM health_code.appeal WHERE person_id = ANY (@people) ORDER BY person_id, id", new { people }, cancel);
        IReadOnlyDictionary<long, DateTimeOffset> approved = new Dictionary<long, DateTimeOffset>();
        long[] batches = [.. facts.Select(f => f.BatchId).OfType<long>().Distinct()];
        if (batches.Length > 0)
        {
            // A batch is staff's; that it was approved decides the person's own colour, so the product asks in its own name.
            await session.AsSystemAsync(async () => approved = await ApprovalsAsync(session, batches, cancel), cancel);
        }
        var (byFact, byCheckIn, byAppeal) = (facts.ToLookup(f => f.PersonId), checkIns.ToLookup(c => c.PersonId), appeals.ToLookup(a => a.PersonId));
        return byFact.Select(g => g.Key).Concat(byCheckIn.Select(g => g.Key)).Distinct().ToDictionary(id => id, id => new PersonHistory(
            [.. byFact[id].Select(f => f.ToFact(approved))], [.. byCheckIn[id].Select(c => c.ToCheckIn())], [.. byAppeal[id].Select(a => a.ToState())]));
    }

    private static async Task<IReadOnlyDictionary<long, DateTimeOffset>> ApprovalsAsync(Session session, long[] batches, CancellationToken cancel) =>
        (await session.QueryAsync<(long Id, DateTime? At, bool Restrictive)>("SELECT id, nullif(approved_at, 'infinity'), is_restrictive FROM health_code.fact_batch WHERE id = ANY (@batches)", new { batches }, cancel))
            .ToDictionary(b => b.Id, b => !b.Restrictive ? DateTimeOffset.MinValue : b.At is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : DateTimeOffset.MaxValue);

    internal sealed record FactRow
    {
        public long PersonId { get; init; }
        public long Id { get; init; }
        public string Kind { get; init; } = "";
        public DateOnly FromDay { get; init; }
        public DateOnly ToDay { get; init; }
        public string RegionCode { get; init; } = "";
        public string Detail { get; init; } = "{}";
        public string Source { get; init; } = "";
        public string Evidence { get; init; } = "";
        public string Author { get; init; } = "";
        public string Organisation { get; init; } = "";
        public long? BatchId { get; init; }
        public float Confidence { get; init; }
        public DateOnly ExpiresOn { get; init; }
        public DateTime RecordedAt { get; init; }
        public DateTime? WithdrawnAt { get; init; }

        public PersonalFact ToFact(IReadOnlyDictionary<long, DateTimeOffset> approved) => new()
        {
            Id = Id,
            Kind = Enum.Parse<FactKind>(Kind),
            FromDay = FromDay,
            ToDay = ToDay,
            RegionCode = RegionCode,
            Detail = Detail == "{}" ? FactDetail.None : System.Text.Json.JsonSerializer.Deserialize<FactDetail>(Detail, RecordFacts.Json)!,
            Source = Enum.Parse<FactSource>(Source),
            Evidence = Evidence,
            Author = Author,
            Organisation = Organisation,
            BatchId = BatchId,
            Confidence = Confidence,
            ExpiresOn = ExpiresOn,
            RecordedAt = new(RecordedAt, TimeSpan.Zero),
            WithdrawnAt = WithdrawnAt is { } at ? new(at, TimeSpan.Zero) : DateTimeOffset.MaxValue,
            ApprovedAt = BatchId is { } batch ? approved.GetValueOrDefault(batch, DateTimeOffset.MaxValue) : DateTimeOffset.MinValue,
        };
    }

    private sealed record CheckInRow
    {
        public long PersonId { get; init; }
        public DateOnly Day { get; init; }
        public short Temperature { get; init; }
        public short Symptoms { get; init; }
        public DateTime RecordedAt { get; init; }

        public DailyCheckIn ToCheckIn() => new(Day, Temperature, (Symptoms)Symptoms, new(RecordedAt, TimeSpan.Zero));
    }

    private sealed record AppealRow
    {
        public long PersonId { get; init; }
        public long FactId { get; init; }
        public DateTime FiledAt { get; init; }
        public DateTime DueAt { get; init; }
        public DateTime? DecidedAt { get; init; }
        public bool IsUpheld { get; init; }

        public AppealState ToState() => new(FactId, new(FiledAt, TimeSpan.Zero), new(DueAt, TimeSpan.Zero), DecidedAt is { } at ? new(at, TimeSpan.Zero) : DateTimeOffset.MaxValue, IsUpheld);
    }
}
