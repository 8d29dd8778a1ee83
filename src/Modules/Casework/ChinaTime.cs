using System.Globalization;

namespace Rongtong.Casework;

/// <summary>Instants and days as pages write them: in China's time, without a zone, because there is one.</summary>
internal static class ChinaTime
{
    public static string Minute(DateTimeOffset instant) => instant.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>When something is due. Midnight belongs to the day it ends: "24:00", as officials write it, and not 00:00 of the next.</summary>
    public static string Due(DateTimeOffset instant)
    {
        var local = instant.ToOffset(TimeSpan.FromHours(8));
        return local.TimeOfDay == TimeSpan.Zero ? local.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " 24:00" : Minute(instant);
    }

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
