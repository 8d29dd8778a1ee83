namespace Rongtong.HealthCode.Facts;

/// <summary>What can be recorded about a person: a closed list. A new kind needs a purpose, an expiry and a place in the rules first.</summary>
public enum FactKind
{
    /// <summary>The person's own declaration: where from, symptoms, contacts.</summary>
    SelfReport,
    /// <summary>A journey by train, flight, coach, ship or car, with its seat where there is one.</summary>
    Trip,
    /// <summary>Days in a city or county.</summary>
    Stay,
    /// <summary>A scan of a venue's code. Never read by the colour rules.</summary>
    VenueVisit,
    /// <summary>A result of a nucleic-acid or antibody test.</summary>
    TestResult,
    /// <summary>Close contact with a case, found by investigators.</summary>
    Exposure,
    /// <summary>A suspected or confirmed diagnosis.</summary>
    Diagnosis,
    /// <summary>An order to stay isolated until a day.</summary>
    IsolationOrder,
    /// <summary>The end of isolation or of a stay in hospital.</summary>
    Release,
    /// <summary>A certificate issued elsewhere, such as of vaccination or recovery.</summary>
    Certificate,
}

/// <summary>Where a fact can come from: a closed list, with the fields each delivers (see <see cref="SourceFields"/>).</summary>
public enum FactSource
{
    /// <summary>The person, or who acts for the person.</summary>
    Person,
    /// <summary>A community worker on the person's behalf.</summary>
    GridWorker,
    /// <summary>A testing laboratory.</summary>
    Laboratory,
    /// <summary>A hospital or fever clinic.</summary>
    Hospital,
    /// <summary>A centre for disease control.</summary>
    DiseaseControl,
    /// <summary>Tickets of railways, airlines, coaches and ships.</summary>
    Ticket,
    /// <summary>A telephone operator's stays: derived from location, with a confidence.</summary>
    Carrier,
    /// <summary>A venue's own code.</summary>
    Venue,
    /// <summary>The health code of another region.</summary>
    OtherRegion,
}

/// <summary>One fact about one person, in valid and in known time.</summary>
public sealed record PersonalFact
{
    public long Id { get; init; }
    public FactKind Kind { get; init; }
    public DateOnly FromDay { get; init; }
    public DateOnly ToDay { get; init; }
    public string RegionCode { get; init; } = "";
    public FactDetail Detail { get; init; } = FactDetail.None;
    public FactSource Source { get; init; }
    public string Evidence { get; init; } = "";
    public string Author { get; init; } = "";
    public string Organisation { get; init; } = "";
    public long? BatchId { get; init; }
    public float Confidence { get; init; } = 1;
    public DateOnly ExpiresOn { get; init; }
    public DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset WithdrawnAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>When the batch was approved by a second organisation; the beginning of time for a fact that needs no approval.</summary>
    public DateTimeOffset ApprovedAt { get; init; } = DateTimeOffset.MinValue;

    /// <summary>True for facts that say where a telephone was.</summary>
    public bool IsLocationDerived => Source is FactSource.Carrier;

    /// <summary>
    /// A person's "I was not there" ends what was guessed from a telephone or told by herself, at once, for the colour and for the travel history alike. A
    /// ticket stands, marked as disputed, until an appeal is decided: else anybody could click a red, or a place, away.
    /// </summary>
    public bool IsDisputedAway => Detail.ConfirmedByPerson == false && (IsLocationDerived || Source is FactSource.Person);

    /// <summary>True for kinds that can only keep a person in: brought in bulk they need two organisations.</summary>
    public static bool IsRestrictive(FactKind kind, FactDetail detail) => kind switch
    {
        FactKind.Exposure or FactKind.Diagnosis or FactKind.IsolationOrder => true,
        FactKind.TestResult => detail.Positive == true,
        _ => false,
    };
}

/// <summary>The few fields that kinds need beyond days and place. Absent ones are null and not stored.</summary>
public sealed record FactDetail
{
    public static FactDetail None { get; } = new();

    /// <summary>Test: true when the virus was found.</summary>
    public bool? Positive { get; init; }

    /// <summary>Diagnosis: true for confirmed, false for suspected.</summary>
    public bool? Confirmed { get; init; }

    /// <summary>Self-report: symptoms, as bits of <see cref="CheckIn.Symptoms"/>.</summary>
    public int? Symptoms { get; init; }

    /// <summary>Self-report: contact with a case that the person knows of.</summary>
    public bool? KnowsContact { get; init; }

    /// <summary>Trip: train, flight, coach, ship or car.</summary>
    public string? Vehicle { get; init; }

    /// <summary>Trip: number of the train or flight.</summary>
    public string? Number { get; init; }

    /// <summary>Trip: seat, row or carriage.</summary>
    public string? Seat { get; init; }

    /// <summary>Trip: region of departure; the fact's own region is that of arrival.</summary>
    public string? From { get; init; }

    /// <summary>Stay: hours, where known. Under four, passing through.</summary>
    public int? Hours { get; init; }

    /// <summary>Venue: its number.</summary>
    public string? Venue { get; init; }

    /// <summary>Trip or stay: what the person said of it: true confirmed, false disputed.</summary>
    public bool? ConfirmedByPerson { get; init; }
}

/// <summary>Which fields each source delivers, as the person reads it; nothing else is taken from it.</summary>
public static class SourceFields
{
    /// <summary>The kinds a source may deliver.</summary>
    public static IReadOnlyDictionary<FactSource, FactKind[]> Kinds { get; } = new Dictionary<FactSource, FactKind[]>
    {
        [FactSource.Person] = [FactKind.SelfReport, FactKind.Trip, FactKind.Stay],
        [FactSource.GridWorker] = [FactKind.SelfReport, FactKind.Trip, FactKind.Stay, FactKind.IsolationOrder, FactKind.Release],
        [FactSource.Laboratory] = [FactKind.TestResult],
        [FactSource.Hospital] = [FactKind.Diagnosis, FactKind.TestResult, FactKind.Release, FactKind.Certificate],
        [FactSource.DiseaseControl] = [FactKind.Exposure, FactKind.Diagnosis, FactKind.IsolationOrder, FactKind.Release, FactKind.TestResult],
        [FactSource.Ticket] = [FactKind.Trip],
        [FactSource.Carrier] = [FactKind.Stay],
        [FactSource.Venue] = [FactKind.VenueVisit],
        [FactSource.OtherRegion] = [FactKind.Certificate, FactKind.Trip, FactKind.TestResult],
    };

    /// <summary>Days a fact of the kind is kept after its last day; then it is deleted and the deletion counted.</summary>
    public static int RetentionDays(FactKind kind) => kind switch
    {
        FactKind.VenueVisit => 14,
        FactKind.Stay => 14,
        FactKind.Trip => 30,
        FactKind.SelfReport => 30,
        FactKind.Exposure => 60,
        FactKind.TestResult => 60,
        _ => 365,
    };
}
