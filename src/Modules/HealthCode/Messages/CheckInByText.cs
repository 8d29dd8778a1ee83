using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Messages;

/// <summary>The check-in of a text message.</summary>
internal sealed class CheckInByText(RefreshColours colours) : ICheckInByText
{
    public async Task RecordAsync(Session session, long person, short temperatureTenths, Symptoms symptoms, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            INSERT INTO health_code.check_in (person_id, day, temperature, symptoms, channel, recorded_at) VALUES (@person, @day, @temperatureTenths, @symptoms, 'sms', @now)
            ON CONFLICT DO NOTHING
            """, new { person, day = ChinaDay.Of(session.Now), temperatureTenths, symptoms = (short)symptoms, now = session.Now }, cancel);
        await colours.OfAsync(session, [person], cancel);
    }
}
