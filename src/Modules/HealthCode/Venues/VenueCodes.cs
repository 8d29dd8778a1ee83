using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Venues;

/// <summary>A place with a code.</summary>
internal sealed record Venue
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public string Organisation { get; init; } = "";
    public int Print { get; init; }
    public short OpensAt { get; init; }
    public short ClosesAt { get; init; }
}

/// <summary>What became of a scan.</summary>
internal abstract record VisitOutcome
{
    private VisitOutcome() { }

    /// <summary>Recorded, or recorded earlier today.</summary>
    public sealed record Recorded(Venue Venue, bool IsFirstToday) : VisitOutcome;

    /// <summary>Not a code of ours, or of a place that is closed for good.</summary>
    public sealed record NotGenuine : VisitOutcome;

    /// <summary>Genuine, but not read at the door: a screen's code minutes old, an old print, a wrong number of the day, a door that is shut, or a person who was elsewhere just now.</summary>
    public sealed record Forwarded(Venue Venue, string Why) : VisitOutcome;
}

/// <summary>
/// Codes at doors, and scans of them.
/// <code>
/// screen at the door: place, minute, MAC ── good for two minutes
/// print at the door:  place, number of the print, MAC ── and the number of the day, which stands beside it on a board
///   ──scan by a resident who wants it kept──> fact VenueVisit, 14 days, with the person alone; the place counts one
///   └─ a photograph or a forwarded link fails the minute or the number of the day ──> not recorded, the place counts one refused
/// </code>
/// A visit is a ground for nothing (ColourFacts): whoever is to be told of a contact is told by an investigator's fact, never by a scan.
/// </summary>
internal sealed class VenueCodes(Secrets secrets)
{
    /// <summary>Minutes for which a screen's code is good.</summary>
    public const int ScreenMinutes = 2;

    /// <summary>Places of one organisation.</summary>
    public const int PlacesMax = 500;

    /// <summary>Longest name or address, characters.</summary>
    public const int TextLengthMax = 120;

    /// <summary>Minutes within which nobody is at doors of two prefectures.</summary>
    private const int ElsewhereMinutes = 30;

    private const byte Screen = 1, Printed = 2;
    private const int PayloadBytes = 13, MacBytes = 16;
    private const string Columns = "id, region_code, name, address, organisation, print, opens_at, closes_at";

    private volatile byte[]? _key;

    /// <summary>The code on a screen now.</summary>
    public async Task<string> OnScreenAsync(Venue venue, DateTimeOffset now, CancellationToken cancel) => Token(Screen, venue.Id, (int)(now.ToUnixTimeSeconds() / 60), await KeyAsync(cancel));

    /// <summary>The code of the print in use.</summary>
    public async Task<string> OnPaperAsync(Venue venue, CancellationToken cancel) => Token(Printed, venue.Id, venue.Print, await KeyAsync(cancel));

    /// <summary>The three digits that stand beside a print on the day.</summary>
    public async Task<string> DayNumberAsync(long venue, DateOnly day, CancellationToken cancel)
    {
        var mac = HMACSHA256.HashData(await KeyAsync(cancel), System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"day {venue} {day.DayNumber}")));
        return (BinaryPrimitives.ReadUInt32BigEndian(mac) % 1_000).ToString("D3", CultureInfo.InvariantCulture);
    }

    /// <summary>The place of a genuine code and whether the number of the day must be asked; null for anything else.</summary>
    public async Task<(Venue Venue, bool AsksNumber)?> ReadAsync(Session session, string token, CancellationToken cancel)
    {
        if (Parse(token, await KeyAsync(cancel)) is not { } code) return null;
        return await FindAsync(session, code.Venue, cancel) is { } venue ? (venue, code.Kind == Printed) : null;
    }

    /// <summary>Keeps a visit of the session's person.</summary>
    public async Task<VisitOutcome> VisitAsync(Session session, long person, string token, string numberOfDay, CancellationToken cancel)
    {
        if (Parse(token, await KeyAsync(cancel)) is not { } code || await FindAsync(session, code.Venue, cancel) is not { } venue) return new VisitOutcome.NotGenuine();
        var now = session.Now;
        var day = ChinaDay.Of(now);
        var why = code.Kind == Screen ? WhyNotScreen(code.Value, now) : await WhyNotPaperAsync(venue, code.Value, numberOfDay, day, cancel);
        var hour = now.ToOffset(TimeSpan.FromHours(8)).Hour;
        if (why is null && (hour < venue.OpensAt || hour >= venue.ClosesAt)) why = "closed";
        if (why is null && await session.QuerySingleAsync<bool>("""
            SELECT EXISTS (SELECT FROM health_code.fact WHERE person_id = @person AND kind = 'VenueVisit' AND recorded_at > @since AND left(region_code, 4) <> left(@RegionCode, 4))
            """, new { person, since = now.AddMinutes(-ElsewhereMinutes), venue.RegionCode }, cancel)) why = "elsewhere";
        if (why is not null)
        {
            await CountAsync(session, venue.Id, day, people: 0, refused: 1, cancel);
            return new VisitOutcome.Forwarded(venue, why);
        }
        var number = venue.Id.ToString(CultureInfo.InvariantCulture);
        var isFirst = !await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM health_code.fact WHERE person_id = @person AND kind = 'VenueVisit' AND from_day = @day AND detail ->> 'venue' = @number AND withdrawn_at = 'infinity')", new { person, day, number }, cancel);
        if (isFirst)
        {
            await RecordFacts.WriteAsync(session, [new(person, FactKind.VenueVisit, day, day, venue.RegionCode, FactDetail.None with { Venue = number }, FactSource.Venue, venue.Name)], cancel);
            await CountAsync(session, venue.Id, day, people: 1, refused: 0, cancel);
        }
        return new VisitOutcome.Recorded(venue, isFirst);
    }

    /// <summary>Adds a place of the actor's organisation. The second part is the key of what is wrong.</summary>
    public static async Task<(long? Id, string? Problem)> AddAsync(Session session, string region, string name, string address, int opens, int closes, CancellationToken cancel)
    {
        if (session.Actor.Organisation.Length == 0) return (null, "organisation");
        if (name.Trim().Length is 0 or > TextLengthMax || address.Trim().Length is 0 or > TextLengthMax || opens is < 0 or > 23 || closes is < 1 or > 24 || closes <= opens) return (null, "fields");
        if (!session.Actor.Covers(region)) return (null, "region");
        if (await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.venue WHERE closed_at = 'infinity'", cancel: cancel) >= PlacesMax) return (null, "many");
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO health_code.venue (region_code, name, address, organisation, opens_at, closes_at, created_by, created_at) VALUES (@region, @name, @address, @organisation, @opens, @closes, @by, @now) RETURNING id
            """, new { region, name = name.Trim(), address = address.Trim(), organisation = session.Actor.Organisation, opens = (short)opens, closes = (short)closes, by = session.Actor.Id, now = session.Now }, cancel);
        session.Audit("health.venue-added", id.ToString(CultureInfo.InvariantCulture));
        return (id, null);
    }

    /// <summary>Makes all prints of a place worthless; the next one is good.</summary>
    public static Task ReprintAsync(Session session, long venue, CancellationToken cancel)
    {
        session.Audit("health.venue-reprinted", venue.ToString(CultureInfo.InvariantCulture));
        return session.ExecuteAsync("UPDATE health_code.venue SET print = print + 1 WHERE id = @venue", new { venue }, cancel);
    }

    /// <summary>The actor's places, newest first.</summary>
    public static Task<IReadOnlyList<Venue>> OwnAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<Venue>($"SELECT {Columns} FROM health_code.venue WHERE closed_at = 'infinity' ORDER BY id DESC", cancel: cancel);

    /// <summary>A place that the session may see; anybody may see whose code she has scanned, so that reading by code goes as the product.</summary>
    private static async Task<Venue?> FindAsync(Session session, long id, CancellationToken cancel)
    {
        Venue? venue = null;
        await session.AsSystemAsync(async () => venue = await session.QuerySingleOrDefaultAsync<Venue>($"SELECT {Columns} FROM health_code.venue WHERE id = @id AND closed_at = 'infinity'", new { id }, cancel), cancel);
        return venue;
    }

    private static Task CountAsync(Session session, long venue, DateOnly day, int people, int refused, CancellationToken cancel) => session.AsSystemAsync(() => session.ExecuteAsync("""
        INSERT INTO health_code.venue_day (venue_id, day, people, refused) VALUES (@venue, @day, @people, @refused)
        ON CONFLICT (venue_id, day) DO UPDATE SET people = venue_day.people + excluded.people, refused = venue_day.refused + excluded.refused
        """, new { venue, day, people, refused }, cancel), cancel);

    private static string? WhyNotScreen(int minute, DateTimeOffset now)
    {
        var age = (int)(now.ToUnixTimeSeconds() / 60) - minute;
        return age is < 0 or > ScreenMinutes ? "old" : null;
    }

    private async Task<string?> WhyNotPaperAsync(Venue venue, int print, string numberOfDay, DateOnly day, CancellationToken cancel) =>
        print != venue.Print ? "print" : numberOfDay.Trim() != await DayNumberAsync(venue.Id, day, cancel) ? "number" : null;

    private static string Token(byte kind, long venue, int value, byte[] key)
    {
        Span<byte> token = stackalloc byte[PayloadBytes + MacBytes];
        token[0] = kind;
        BinaryPrimitives.WriteInt64BigEndian(token[1..], venue);
        BinaryPrimitives.WriteInt32BigEndian(token[9..], value);
        HMACSHA256.HashData(key, token[..PayloadBytes]).AsSpan(0, MacBytes).CopyTo(token[PayloadBytes..]);
        return WebEncoders.Base64UrlEncode(token);
    }

    private static (byte Kind, long Venue, int Value)? Parse(string token, byte[] key)
    {
        if (token.Length is 0 or > 60) return null;
        byte[] bytes;
        try
        {
            bytes = WebEncoders.Base64UrlDecode(token);
        }
        catch (FormatException)
        {
            return null;
        }
        if (bytes.Length != PayloadBytes + MacBytes || bytes[0] is not (Screen or Printed)) return null;
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, bytes.AsSpan(0, PayloadBytes)).AsSpan(0, MacBytes), bytes.AsSpan(PayloadBytes))
            ? (bytes[0], BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(9))) : null;
    }

    private async Task<byte[]> KeyAsync(CancellationToken cancel) =>
        _key ??= (await secrets.ReadOrMakeAsync("venue-code", () => new(RandomNumberGenerator.GetBytes(32), null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1)), cancel)).Value;
}
