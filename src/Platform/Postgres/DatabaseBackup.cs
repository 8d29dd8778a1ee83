using System.Formats.Tar;
using System.IO.Compression;
using Npgsql;

namespace Rongtong.Platform.Postgres;

/// <summary>
/// Base backup of the embedded server into one compressed archive, and back. Writers go on meanwhile.
/// <code>
/// pg_backup_start ──> copy data files (pg_wal left out) ──> pg_backup_stop gives label ──> copy pg_wal of the time between ──> archive
/// restore: archive ──> empty folder ──> server replays the log up to the end of the backup at its next start
/// </code>
/// The npm package has no pg_basebackup; this is its procedure (PostgreSQL manual, "Making a Base Backup Using the Low Level API").
/// </summary>
public static class DatabaseBackup
{
    /// <summary>Parts of a data folder that a backup must not carry: they belong to the running server or are rebuilt by the next one.</summary>
    private static readonly HashSet<string> s_leftOut = ["postmaster.pid", "postmaster.opts", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"];

    /// <summary>Writes the archive; an unfinished one keeps the ending ".part".</summary>
    public static async Task WriteAsync(EmbeddedPostgres server, string archive, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        await using var connection = new NpgsqlConnection(server.SuperuserConnectionString + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync(cancel);
        await using (var start = new NpgsqlCommand("SELECT pg_backup_start('rongtong', true)", connection)) await start.ExecuteNonQueryAsync(cancel);
        var part = archive + ".part";
        await using (var file = File.Create(part))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            await AddFolderAsync(tar, server.Folder, "", path => path != "pg_wal", cancel);
            string label;
            await using (var stop = new NpgsqlCommand("SELECT labelfile FROM pg_backup_stop(true)", connection)) label = (string)(await stop.ExecuteScalarAsync(cancel))!;
            await AddTextAsync(tar, "backup_label", label, cancel);
            // The log is copied after the stop, so that every change since the start is in it.
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "pg_wal"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "pg_wal/archive_status"));
            foreach (var log in Directory.EnumerateFiles(Path.Combine(server.Folder, "pg_wal"))) await AddFileAsync(tar, log, "pg_wal/" + Path.GetFileName(log), cancel);
            await AddTextAsync(tar, "rongtong.password", await File.ReadAllTextAsync(server.Folder + ".password", cancel), cancel);
        }
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(part, archive, overwrite: true);
    }

    /// <summary>Unpacks an archive as the database of a data folder. What is there already is moved aside, never overwritten.</summary>
    /// <returns>Where the former database lies now, or null when there was none.</returns>
    /// <exception cref="EmbeddedPostgresException">The archive is damaged or no backup, or a server is running on the folder.</exception>
    public static async Task<string?> RestoreAsync(string archive, string folder, CancellationToken cancel = default)
    {
        var place = await PostgresPlace.ChooseAsync(Path.GetFullPath(folder), PostgresBinaries.Locate(), cancel);
        if (File.Exists(Path.Combine(place.Folder, "postmaster.pid"))) throw new EmbeddedPostgresException("The database is running. Stop the product before restoring.");
        var fresh = place.Folder + ".restoring-" + Guid.NewGuid().ToString("N")[..8];
        Directory.CreateDirectory(fresh);
        try
        {
            await using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(gzip, fresh, overwriteFiles: false, cancel);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            Directory.Delete(fresh, recursive: true);
            throw new EmbeddedPostgresException($"'{archive}' is damaged or no backup of this product: {e.Message}");
        }
        var password = Path.Combine(fresh, "rongtong.password");
        if (!File.Exists(password) || !File.Exists(Path.Combine(fresh, "backup_label")))
        {
            Directory.Delete(fresh, recursive: true);
            throw new EmbeddedPostgresException($"'{archive}' is no backup of this product.");
        }
        foreach (var name in s_leftOut.Where(n => n.StartsWith("pg_", StringComparison.Ordinal)).Append("pg_tblspc").Append("pg_twophase").Append("pg_commit_ts")) Directory.CreateDirectory(Path.Combine(fresh, name));
        string? aside = null;
        if (Directory.Exists(place.Folder))
        {
            aside = place.Folder + ".before-restore-" + Guid.NewGuid().ToString("N")[..8];
            Directory.Move(place.Folder, aside);
        }
        File.Move(password, place.Folder + ".password", overwrite: true);
        Directory.Move(fresh, place.Folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(place.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.SetUnixFileMode(place.Folder + ".password", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await place.GiveToUserAsync(place.Folder, cancel);
        await place.GiveToUserAsync(place.Folder + ".password", cancel);
        return aside;
    }

    private static async Task AddFolderAsync(TarWriter tar, string folder, string prefix, Func<string, bool> wanted, CancellationToken cancel)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            var name = prefix + Path.GetFileName(path);
            if (s_leftOut.Contains(name) || !wanted(name) || Path.GetFileName(path).StartsWith("pgsql_tmp", StringComparison.Ordinal)) continue;
            if (Directory.Exists(path))
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name));
                await AddFolderAsync(tar, path, name + "/", _ => true, cancel);
            }
            else await AddFileAsync(tar, path, name, cancel);
        }
    }

    private static async Task AddFileAsync(TarWriter tar, string path, string name, CancellationToken cancel)
    {
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(path, cancel);
        }
        catch (FileNotFoundException)
        {
            // Dropped by the server since the folder was listed; the log tells the restored server so.
            return;
        }
        using var stream = new MemoryStream(content);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = stream }, cancel);
    }

    private static async Task AddTextAsync(TarWriter tar, string name, string text, CancellationToken cancel)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = stream }, cancel);
    }
}
