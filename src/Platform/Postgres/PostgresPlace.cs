using System.Security.Cryptography;
using System.Text;

namespace Rongtong.Platform.Postgres;

/// <summary>Which folder, programs and user the embedded server runs with; decides what root must do differently.</summary>
internal sealed record PostgresPlace(string Folder, PostgresBinaries Binaries, string? User)
{
    private const string RootsFallback = "/var/lib/rongtong";

    private static readonly string[] s_unprivileged = ["postgres", "nobody"];

    /// <summary>As an ordinary user: the wanted folder. As root: an unprivileged user, and a folder it can reach.</summary>
    public static async Task<PostgresPlace> ChooseAsync(string wanted, PostgresBinaries binaries, CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess) return new(wanted, binaries, null);
        var users = (await File.ReadAllLinesAsync("/etc/passwd", cancel)).Select(line => line.Split(':')[0]).ToHashSet();
        var user = s_unprivileged.FirstOrDefault(users.Contains)
            ?? throw new EmbeddedPostgresException("PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody' to run it as. Start as an ordinary user.");

        var parent = Path.GetDirectoryName(wanted)!;
        Directory.CreateDirectory(parent);
        var chosen = new PostgresPlace(wanted, binaries, user);
        if (!await chosen.ReachesAsync("-x", parent, cancel))
        {
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..12];
            chosen = chosen with { Folder = Path.Combine(RootsFallback, name, "postgres") };
            Directory.CreateDirectory(Path.GetDirectoryName(chosen.Folder)!);
            await File.WriteAllTextAsync(wanted + ".moved", $"User '{user}' cannot reach this folder, so the database is in {chosen.Folder}{Environment.NewLine}", cancel);
        }
        if (!await chosen.ReachesAsync("-x", binaries.Postgres, cancel))
            chosen = chosen with { Binaries = await CopyProgramsAsync(binaries, cancel) };
        return chosen;
    }

    /// <summary>Hands a file or folder made by root to the server's user; nothing to do for an ordinary user.</summary>
    public async Task GiveToUserAsync(string path, CancellationToken cancel)
    {
        if (User is null) return;
        var (code, output) = await EmbeddedPostgres.RunAsync("/bin/chown", null, cancel, "-R", User, path);
        if (code != 0) throw new EmbeddedPostgresException($"'{path}' could not be given to user '{User}': {output.Trim()}");
    }

    private async Task<bool> ReachesAsync(string test, string path, CancellationToken cancel) =>
        (await EmbeddedPostgres.RunAsync("/usr/bin/test", User, cancel, test, path)).Code == 0;

    private static async Task<PostgresBinaries> CopyProgramsAsync(PostgresBinaries binaries, CancellationToken cancel)
    {
        var native = Path.GetDirectoryName(binaries.Folder)!;
        var stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(native + new FileInfo(binaries.Postgres).Length)))[..12];
        var target = Path.Combine(RootsFallback, "programs-" + stamp);
        if (!Directory.Exists(target))
        {
            Directory.CreateDirectory(RootsFallback);
            var half = target + ".copying-" + Guid.NewGuid().ToString("N")[..8];
            var (code, output) = await EmbeddedPostgres.RunAsync("/bin/cp", null, cancel, "-a", native, half);
            if (code != 0) throw new EmbeddedPostgresException($"PostgreSQL's programs could not be copied to '{target}': {output.Trim()}");
            await EmbeddedPostgres.RunAsync("/bin/chmod", null, cancel, "-R", "go+rX", half);
            try { Directory.Move(half, target); }
            catch (IOException) when (Directory.Exists(target)) { Directory.Delete(half, recursive: true); }
        }
        return binaries with { Folder = Path.Combine(target, "bin") };
    }
}
