using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Rongtong.Platform.Postgres;

/// <summary>
/// A private PostgreSQL under the product's data folder, alive exactly as long as the process that started it.
/// <code>
///   host ──stdin pipe──> sh (supervisor) ──child──> postgres ──> ./data/postgres
///     │ disposes or dies (kill -9)  │ reads end of file          │ SIGINT: fast shutdown
///     └─────────────────────────────┴────────────────────────────┘
///   postgres.owner is locked while that process lives: a second one (an import beside the server) attaches instead of starting another,
///   and a successor of a killed one waits until the old server has ended
/// </code>
/// The pipe is the point: the kernel closes it however the host ends, so no orphan server can remain.
/// PostgreSQL refuses to run as root. Root's child then runs as an unprivileged user; where that user cannot reach the folder
/// (a checkout under /root), data and programs live under /var/lib/rongtong instead, and <see cref="Folder"/> says so.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Supervisor = """
        trap : INT TERM
        exec 3<&0
        "$@" 3<&- </dev/null & server=$!
        ( trap '' INT TERM; while read -r _ <&3; do :; done; kill -INT $server ) >/dev/null 2>&1 & watcher=$!
        while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
        kill -9 $watcher 2>/dev/null
        exit ${code:-1}
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_lookAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly EmbeddedPostgresOptions _options;
    private readonly PostgresBinaries _binaries;
    private readonly string? _user;
    private readonly string _password;
    private readonly ILogger _logger;
    private readonly int _port;
    private readonly CancellationTokenSource _stopping = new();
    private FileStream? _ownership;
    private Process? _process;
    private Task _supervision = Task.CompletedTask;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, PostgresBinaries binaries, string folder, string? user, string password, int port, ILogger logger) =>
        (_options, _binaries, Folder, _user, _password, _port, _logger) = (options, binaries, folder, user, password, port, logger);

    /// <summary>PostgreSQL's data directory.</summary>
    public string Folder { get; }

    /// <summary>False when another process of this product runs the server and this one only uses it.</summary>
    public bool Owned => _process is not null;

    /// <summary>For the product: the role that owns the database and obeys row policies.</summary>
    public string ConnectionString => ConnectionStringFor("rongtong", "rongtong");

    /// <summary>For base backup and for tests that create databases: the server's superuser.</summary>
    public string SuperuserConnectionString => ConnectionStringFor("postgres", "postgres");

    /// <summary>The server programs in use.</summary>
    public PostgresBinaries Binaries => _binaries;

    /// <summary>Starts the server of a folder, creating it on first use, or attaches to the one that runs there.</summary>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger<EmbeddedPostgres>? logger = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var log = (ILogger?)logger ?? NullLogger.Instance;
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException("The embedded PostgreSQL runs on Linux and macOS. On Windows set ConnectionStrings__Rongtong to a server of yours.");
        var binaries = options.Binaries ?? PostgresBinaries.Locate();
        var place = await PostgresPlace.ChooseAsync(Path.GetFullPath(options.Folder), binaries, cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(place.Folder)!);
        // Two commands started at once must not both run initdb or start servers; the file lock is freed by the kernel when its holder dies.
        await using var turn = await TakeTurnAsync(place.Folder + ".lock", cancel);

        var passwordFile = place.Folder + ".password";
        var waited = Stopwatch.StartNew();
        FileStream? ownership;
        while ((ownership = TryOpenAlone(place.Folder + ".owner")) is null)
        {
            if (RunningPort(place.Folder) is { } port && File.Exists(passwordFile))
            {
                var attached = new EmbeddedPostgres(options, place.Binaries, place.Folder, place.User, await File.ReadAllTextAsync(passwordFile, cancel), port, log);
                if (await attached.AnswersAsync(cancel)) return attached;
            }
            if (waited.Elapsed > StartTimeout)
                throw new EmbeddedPostgresException($"Another Rongtong works on '{place.Folder}', but its database does not answer. Stop that process, then start again.");
            await Task.Delay(s_lookAgainAfter, cancel);
        }
        EmbeddedPostgres server;
        try
        {
            // The server of an owner that was killed is shutting down; a new one started now would find its lock file and refuse.
            while (ServerProcess(place.Folder) is { } previous)
            {
                if (waited.Elapsed > StartTimeout)
                    throw new EmbeddedPostgresException($"A PostgreSQL server (process {previous}) runs on '{place.Folder}' without the product. Stop it, then start again.");
                await Task.Delay(s_lookAgainAfter, cancel);
            }
            var isNew = !File.Exists(Path.Combine(place.Folder, "PG_VERSION"));
            if (isNew) await InitialiseAsync(place, passwordFile, cancel);
            server = new EmbeddedPostgres(options, place.Binaries, place.Folder, place.User, await File.ReadAllTextAsync(passwordFile, cancel), FreePort(), log) { _ownership = ownership };
            await server.LaunchAsync(cancel);
            if (isNew) await server.CreateDatabaseAsync(cancel);
        }
        catch
        {
            await ownership.DisposeAsync();
            throw;
        }
        server._supervision = server.RestartWhenItDiesAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_process is { HasExited: false } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }
        await _supervision;
        _process?.Dispose();
        if (_ownership is not null) await _ownership.DisposeAsync();
        _stopping.Dispose();
    }

    private string ConnectionStringFor(string user, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = user,
        Password = _password,
        Database = database,
        MaxPoolSize = 40,
        // Statements used three times are prepared: pages and policies repeat the same few texts.
        MaxAutoPrepare = 100,
        AutoPrepareMinUsages = 3,
        IncludeErrorDetail = false,
    }.ConnectionString;

    private static async Task InitialiseAsync(PostgresPlace place, string passwordFile, CancellationToken cancel)
    {
        if (Directory.Exists(place.Folder) && Directory.EnumerateFileSystemEntries(place.Folder).Any())
        {
            // A first start that was interrupted leaves a folder without PG_VERSION or without its password: nothing of worth is in it, but never delete silently.
            Directory.Move(place.Folder, place.Folder + ".incomplete-" + Guid.NewGuid().ToString("N")[..8]);
        }
        Directory.CreateDirectory(place.Folder);
        await File.WriteAllTextAsync(passwordFile, Convert.ToHexString(RandomNumberGenerator.GetBytes(24)), cancel);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await place.GiveToUserAsync(place.Folder, cancel);
        await place.GiveToUserAsync(passwordFile, cancel);
        var (code, output) = await RunAsync(place.Binaries.Initdb, place.User, cancel,
            "-D", place.Folder, "-U", "postgres", "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync");
        if (code != 0)
            throw new EmbeddedPostgresException($"The database could not be created in '{place.Folder}': {output.Trim()}");
    }

    private async Task LaunchAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Folder };
        if (_user is not null) start.UserName = _user;
        string[] arguments =
        [
            "-c", Supervisor, "rongtong-postgres", _binaries.Postgres, "-D", Folder, "-p", _port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=120", "-c", "shared_buffers=256MB",
            "-c", "jit=off", "-c", "random_page_cost=1.1", "-c", "max_wal_size=2GB", "-c", "timezone=UTC", "-c", "log_timezone=UTC", .. _options.Settings.SelectMany(s => new[] { "-c", s }),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var said = new StringBuilder();
        var process = Process.Start(start) ?? throw new EmbeddedPostgresException("/bin/sh could not be started.");
        DataReceivedEventHandler keep = (_, line) =>
        {
            if (line.Data is null) return;
            lock (said) if (said.Length < 8_192) said.AppendLine(line.Data);
            _logger.LogDebug("postgres: {Line}", line.Data);
        };
        process.OutputDataReceived += keep;
        process.ErrorDataReceived += keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;

        var deadline = Stopwatch.StartNew();
        while (!await AnswersAsync(cancel))
        {
            if (process.HasExited || deadline.Elapsed > StartTimeout)
            {
                if (!process.HasExited) process.StandardInput.Close();
                string log;
                lock (said) log = said.ToString().Trim();
                throw new EmbeddedPostgresException($"PostgreSQL ({_binaries.Source}) did not start in '{Folder}'. It said: {(log.Length == 0 ? "nothing" : log)}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(40), cancel);
        }
    }

    private async Task RestartWhenItDiesAsync()
    {
        while (true)
        {
            try
            {
                await _process!.WaitForExitAsync(_stopping.Token);
                _logger.LogError("PostgreSQL ended with code {Code}; starting it again.", _process.ExitCode);
                await LaunchAsync(_stopping.Token);
                _logger.LogWarning("PostgreSQL is back.");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is EmbeddedPostgresException or IOException)
            {
                _logger.LogCritical(e, "PostgreSQL could not be started again; trying once more in 5 s.");
                try { await Task.Delay(TimeSpan.FromSeconds(5), _stopping.Token); }
                catch (OperationCanceledException) { return; }
            }
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(SuperuserConnectionString + ";Pooling=false");
        // The owner is an ordinary role: a superuser would walk through every row policy.
        await using var role = source.CreateCommand($"CREATE ROLE rongtong LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{_password}'");
        await role.ExecuteNonQueryAsync(cancel);
        await using var database = source.CreateCommand("CREATE DATABASE rongtong OWNER rongtong");
        await database.ExecuteNonQueryAsync(cancel);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(SuperuserConnectionString + ";Pooling=false;Timeout=5");
            await connection.OpenAsync(cancel);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The port of a live server of this folder, from postmaster.pid (line 1 process id, line 4 port, line 8 state).</summary>
    private static int? RunningPort(string folder) =>
        ServerProcess(folder) is not null && LockFile(folder) is { Length: >= 8 } lines && int.TryParse(lines[3], out var port) ? port : null;

    /// <summary>The live server of this folder; a lock file left by a crash names a process that is gone or is another program by now.</summary>
    private static int? ServerProcess(string folder)
    {
        if (LockFile(folder) is not [var first, ..] || !int.TryParse(first, out var pid)) return null;
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName == "postgres" ? pid : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string[] LockFile(string folder)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(folder, "postmaster.pid"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken cancel)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (TryOpenAlone(path) is { } turn) return turn;
            if (waited.Elapsed > StartTimeout) throw new EmbeddedPostgresException($"Another process has held '{path}' for {StartTimeout.TotalSeconds} s while starting the database. Stop it, then start again.");
            await Task.Delay(s_lookAgainAfter, cancel);
        }
    }

    /// <summary>Opens a file that nobody else has open in this way, or null; the kernel lets go of it however the holder ends.</summary>
    private static FileStream? TryOpenAlone(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static async Task<(int Code, string Output)> RunAsync(string program, string? user, CancellationToken cancel, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        if (user is not null) start.UserName = user;
        using var process = Process.Start(start) ?? throw new EmbeddedPostgresException($"'{program}' could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output + await errors);
    }
}

/// <summary>How an embedded server is run.</summary>
/// <param name="Folder">PostgreSQL's data directory, created on first use.</param>
/// <param name="Settings">Extra server settings as "name=value"; tests turn durability off here.</param>
public sealed record EmbeddedPostgresOptions(string Folder, params IReadOnlyList<string> Settings)
{
    /// <summary>The programs to run; null finds them.</summary>
    public PostgresBinaries? Binaries { get; init; }
}
