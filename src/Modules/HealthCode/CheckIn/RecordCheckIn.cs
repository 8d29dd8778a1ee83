using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.CheckIn;

/// <summary>What became of a check-in.</summary>
public abstract record CheckInOutcome
{
    private CheckInOutcome() { }

    /// <summary>Recorded; the colour is this now.</summary>
    public sealed record Recorded(BookedColour Colour) : CheckInOutcome;

    /// <summary>The temperature cannot be a person's.</summary>
    public sealed record Implausible : CheckInOutcome;
}

/// <summary>Records today's temperature and symptoms. A second one of the day takes the first one's place in the count, and both are kept.</summary>
public sealed class RecordCheckIn(RefreshColours refresh)
{
    /// <summary>Records in the session, which the caller commits.</summary>
    /// <param name="session">In the name of the person, or of who may speak for her.</param>
    /// <param name="person">Whose.</param>
    /// <param name="temperatureTenths">Tenths of a degree Celsius.</param>
    /// <param name="symptoms">What was felt.</param>
    /// <param name="channel">page, sms, api, grid.</param>
    public async Task<CheckInOutcome> RunAsync(Session session, long person, short temperatureTenths, Symptoms symptoms, string channel, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (temperatureTenths is < DailyCheckIn.LowestTenths or > DailyCheckIn.HighestTenths) return new CheckInOutcome.Implausible();
        await session.ExecuteAsync("""
            INSERT INTO health_code.check_in (person_id, day, temperature, symptoms, channel, recorded_at) VALUES (@person, @day, @temperatureTenths, @symptoms, @channel, @now) ON CONFLICT DO NOTHING
            """, new { person, day = ChinaDay.Of(session.Now), temperatureTenths, symptoms = (short)symptoms, channel, now = session.Now }, cancel);
        return new CheckInOutcome.Recorded((await refresh.OfAsync(session, [person], cancel))[person]);
    }
}

/// <summary>The person's own declaration, which a code begins with.</summary>
/// <param name="RegionCode">Where she is.</param>
/// <param name="FromRegion">Where she came from in the last fortnight, if from elsewhere.</param>
/// <param name="ArrivedOn">When she arrived from there.</param>
/// <param name="KnowsContact">Contact with a case that she knows of.</param>
/// <param name="Symptoms">What she feels.</param>
public sealed record Declare(string RegionCode, string? FromRegion, DateOnly? ArrivedOn, bool KnowsContact, Symptoms Symptoms)
{
    /// <summary>Days a declaration lasts before it is asked for again.</summary>
    public const int LastsDays = 14;

    internal async Task<BookedColour> RunAsync(Session session, RefreshColours refresh, long person, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        var facts = new List<NewFact>
        {
            new(person, FactKind.SelfReport, today, today, RegionCode, new() { KnowsContact = KnowsContact ? true : null, Symptoms = Symptoms is Symptoms.None ? null : (int)Symptoms }, FactSource.Person, ""),
        };
        if (FromRegion is { Length: > 0 } from && ArrivedOn is { } arrived)
            facts.Add(new(person, FactKind.Trip, arrived, arrived, RegionCode, new() { From = from, ConfirmedByPerson = true }, FactSource.Person, ""));
        await RecordFacts.WriteAsync(session, facts, cancel);
        return (await refresh.OfAsync(session, [person], cancel))[person];
    }
}
