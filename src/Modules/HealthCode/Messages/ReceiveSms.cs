using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.People;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;

namespace Rongtong.HealthCode.Messages;

/// <summary>
/// Answers a message that came in. Everything, the answer in the queue included, is one transaction: a message delivered again is answered once.
/// <code>
/// phone, text ──> reference seen before? nothing ──> over the limit of the telephone? one sentence, then silence
///   ──> CXMYD 1234 ──> people of this telephone ──> whose number ends so ──> fourteen days, short code ──> answer to this telephone
///   ──> 打卡 36.5  ──> the one person meant ──> RecordCheckIn
/// </code>
/// Who a telephone belongs to cannot be learnt: an unknown telephone and wrong digits get the same answer, and both count towards the limit.
/// </summary>
public sealed class ReceiveSms(Database database, Secrets secrets, QueueSms queue, ReadTravel travel, TravelProofs proofs, RecordCheckIn checkIns, IRegions regions, TextCatalogue texts)
{
    /// <summary>Messages of one telephone that are answered in an hour.</summary>
    public const int PerHourMax = 6;

    /// <summary>Messages of one telephone that are answered in a day. The last four characters of an identity number have some 11,000 forms.</summary>
    public const int PerDayMax = 20;

    /// <summary>Places named in one message; the page shows the rest.</summary>
    public const int PlacesMax = 12;

    /// <summary>People of one telephone that are looked through.</summary>
    private const int PeopleMax = 20;

    private const int ReferenceLengthMax = 120;
    private const string Language = "zh-CN";

    /// <summary>Handles a message.</summary>
    /// <param name="from">The telephone it came from, as the network says.</param>
    /// <param name="text">What it says.</param>
    /// <param name="reference">The gateway's number of the message, by which one that is delivered twice is known; null where there is none.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task HandleAsync(string from, string text, string? reference, CancellationToken cancel = default)
    {
        // A sender with letters is a service, not a telephone: it gets no answer.
        if (PhoneNumber.Normalise(from) is not { } phone || reference is { Length: > ReferenceLengthMax }) return;
        var hash = await secrets.HashOfPhoneAsync(phone, cancel);
        await using var session = await database.BeginAsync(Actor.System, cancel);
        // Two messages of one telephone wait for each other, or both could pass the limit.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(encode(@hash, 'hex'), 0))", new { hash }, cancel);
        var (inHour, inDay) = await session.QuerySingleAsync<(int, int)>("""
            SELECT count(*) FILTER (WHERE received_at > @hourAgo)::int, count(*)::int FROM health_code.sms_received WHERE phone_hash = @hash AND received_at > @dayAgo
            """, new { hash, hourAgo = session.Now.AddHours(-1), dayAgo = session.Now.AddDays(-1) }, cancel);
        // At the limit nothing more is kept either, so that the table cannot be filled from outside.
        if (inHour > PerHourMax || inDay > PerDayMax) return;
        var isNew = await session.ExecuteAsync("INSERT INTO health_code.sms_received (reference, phone_hash, received_at) VALUES (@reference, @hash, @now) ON CONFLICT (reference) DO NOTHING",
            new { reference = reference ?? Guid.NewGuid().ToString(), hash, now = session.Now }, cancel) == 1;
        if (!isNew) return;
        var answer = inHour == PerHourMax || inDay == PerDayMax ? Say("health.sms.too-many") : IncomingText.Parse(text) switch
        {
            IncomingText.AskPlaces ask => await AnswerPlacesAsync(session, phone, hash, ask.LastFour, cancel),
            IncomingText.CheckInToday checkIn => await RecordCheckInAsync(session, hash, checkIn, cancel),
            IncomingText.UnclearCheckIn => Say("health.sms.check-in.unclear"),
            _ => Say("health.sms.help"),
        };
        await queue.WriteAsync(session, phone, answer, cancel);
        await session.CommitAsync(cancel);
    }

    private async Task<string> AnswerPlacesAsync(Session session, string phone, byte[] hash, string lastFour, CancellationToken cancel)
    {
        if (await FindAsync(session, hash, lastFour, cancel) is not { } person) return Say("health.sms.not-found");
        var history = await travel.OfAsync(session, person, cancel);
        ShownPlace[] places = [.. history.Visited.OrderBy(p => p.FromDay).GroupBy(p => p.RegionCode)
            .Select(g => new ShownPlace(g.Key, g.Any(p => p.HasStar), g.All(p => p.IsUncertain)))];
        var shown = new ShownTravel(ShownTravel.Mask(phone), history.FromDay, history.Day, places.Length > PlacesMax ? places[..PlacesMax] : places);
        var code = await proofs.IssueAsync(session, person, shown, cancel);
        session.Audit("health.places-by-text", "person:" + person.ToString(CultureInfo.InvariantCulture));
        var named = string.Join('、', shown.Places.Select(p => FullName(p.RegionCode) + (p.HasStar ? "*" : "") + (p.IsUncertain ? Say("health.sms.uncertain") : "")));
        if (places.Length > PlacesMax) named += Say("health.sms.more", places.Length - PlacesMax);
        return Say(shown.Places.Count == 0 ? "health.sms.no-places" : "health.sms.places", Short(shown.FromDay), Short(shown.Day), named, code, TravelProofs.LifeHours)
            + (shown.Places.Any(p => p.HasStar) ? Say("health.sms.star") : "");
    }

    private async Task<string> RecordCheckInAsync(Session session, byte[] hash, IncomingText.CheckInToday checkIn, CancellationToken cancel)
    {
        if (await FindAsync(session, hash, checkIn.LastFour, cancel) is not { } person) return Say("health.sms.not-found");
        await checkIns.RunAsync(session, person, checkIn.TemperatureTenths, checkIn.Symptoms, "sms", cancel);
        return Say("health.sms.check-in.done", Short(ChinaDay.Of(session.Now)), (checkIn.TemperatureTenths / 10m).ToString("0.0", CultureInfo.InvariantCulture));
    }

    /// <summary>The one person of the telephone whose number ends so; without digits, the telephone's only person. Null for none and for several.</summary>
    private async Task<long?> FindAsync(Session session, byte[] hash, string? lastFour, CancellationToken cancel)
    {
        var people = await session.QueryAsync<(long Id, byte[] Document)>("SELECT id, document FROM health_code.person WHERE phone_hash = @hash ORDER BY id LIMIT @PeopleMax", new { hash, PeopleMax }, cancel);
        if (lastFour is null) return people.Count == 1 ? people[0].Id : null;
        var wanted = Encoding.ASCII.GetBytes(lastFour);
        long? found = null;
        foreach (var (id, document) in people)
        {
            if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(secrets.Unprotect(document)[^4..]), wanted)) continue;
            if (found is not null) return null;
            found = id;
        }
        return found;
    }

    private string FullName(string code) => PlaceNames.Full(regions.Current, code, Language);

    private string Say(string key, params object[] args) => args.Length == 0 ? texts.Find(key, Language) : string.Format(CultureInfo.InvariantCulture, texts.Find(key, Language), args);

    private static string Short(DateOnly day) => day.ToString("M.d", CultureInfo.InvariantCulture);
}
