using Rongtong.HealthCode.CheckIn;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Messages;

/// <summary>What a text message does to the daily check-in.</summary>
public interface ICheckInByText
{
    /// <summary>Records the day's check-in of a person in the session and brings the person's colour up to date.</summary>
    Task RecordAsync(Session session, long person, short temperatureTenths, Symptoms symptoms, CancellationToken cancel);
}
