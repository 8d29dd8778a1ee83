using Npgsql;

namespace Rongtong.Platform.Data;

/// <summary>Where the database keeps its files, as far as this process can see: so that an error can name the disk that is full.</summary>
/// <param name="Folder">The embedded server's folder; null with an external server.</param>
public sealed record DatabasePlace(string? Folder)
{
    /// <summary>Free space below which a server that broke off is taken to have run out of disk: one segment of its log is 16 MB.</summary>
    private const long LeastFreeBytes = 32L << 20;

    /// <summary>Key and place of the sentence for a database that is gone or has no space left; null for every other failure.</summary>
    public static (string TextKey, string Where)? WhyUnavailable(NpgsqlException failure, DatabasePlace? place)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var where = place?.Folder ?? (failure as PostgresException)?.MessageText ?? failure.Message;
        if (failure is PostgresException { SqlState: PostgresErrorCodes.DiskFull }) return ("import.database.disk-full", where);
        // Class 57P is a shutdown or crash, class 08 a broken connection; without a code the line itself broke.
        var isLost = failure is not PostgresException server || server.SqlState.StartsWith("57P", StringComparison.Ordinal) || server.SqlState.StartsWith("08", StringComparison.Ordinal);
        if (!isLost) return null;
        // A server that cannot write its log stops with a panic instead of an error.
        return (place is { Folder: { } folder } && new DriveInfo(folder).AvailableFreeSpace < LeastFreeBytes ? "import.database.disk-full" : "import.database.lost", where);
    }
}
