using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests.Faults;

/// <summary>The product as people start it: a process of its own over a data folder, on a free port, with what it said.</summary>
internal sealed partial class ServedProcess : IAsyncDisposable
{

    private readonly Process _process;
    private readonly StringBuilder _said;

    private ServedProcess(Process process, StringBuilder said, Uri address) => (_process, _said, Browser) = (process, said, new HttpClient { BaseAddress = address });

    /// <summary>Asks the served host as a reader without an account.</summary>
    public HttpClient Browser { get; }

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>Serves a data folder; returns when the host has said where it is.</summary>
    public static async Task<ServedProcess> StartAsync(string dataFolder)
    {
        var process = Process.Start(Command(dataFolder, "serve", "--urls", "http://127.0.0.1:0"))!;
        var said = new StringBuilder();
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        DataReceivedEventHandler keep = (_, line) =>
        {
            lock (said) said.AppendLine(line.Data);
            if (line.Data is not null && Welcome().Match(line.Data) is { Success: true } welcome) address.TrySetResult(new Uri(welcome.Groups[1].Value));
        };
        process.OutputDataReceived += keep;
        process.ErrorDataReceived += keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAny(address.Task, process.WaitForExitAsync()).WaitAsync(Patience.Long);
        if (!address.Task.IsCompleted) throw new InvalidOperationException($"The host ended with code {process.ExitCode}: {said}");
        return new(process, said, await address.Task);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string dataFolder, params string[] arguments)
    {
        using var process = Process.Start(Command(dataFolder, arguments))!;
        return await EndAsync(process);
    }

    /// <summary>Starts a command whose end is awaited later by <see cref="EndAsync"/>.</summary>
    public static Process Start(string dataFolder, params string[] arguments) => Process.Start(Command(dataFolder, arguments))!;

    public static async Task<(int Code, string Output, string Errors)> EndAsync(Process process)
    {
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await WithinPatienceAsync(process);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>kill -9: no handler runs, nothing is closed but by the kernel.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>A shutdown as systemd or Ctrl-C asks for it.</summary>
    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        if (!_process.HasExited)
        {
            await SignalAsync(_process.Id, "TERM");
            await WithinPatienceAsync(_process);
        }
        _process.Dispose();
    }

    /// <summary>Waits for a state that another process brings about.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            waited.Elapsed.ShouldBeLessThan(Patience.Long, $"waiting for {what}");
            await tick.WaitForNextTickAsync();
        }
    }

    /// <summary>The server's process, by the file it keeps in its folder.</summary>
    public static int PostmasterOf(string dataFolder) => int.Parse(PostmasterFile(dataFolder)[0], CultureInfo.InvariantCulture);

    public static bool IsAlive(int process) => File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    /// <summary>What is really stored, past every row policy; null while the database does not answer.</summary>
    public static async Task<object?> StoredAsync(string dataFolder, string sql)
    {
        try
        {
            var address = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = int.Parse(PostmasterFile(dataFolder)[3], CultureInfo.InvariantCulture),
                Username = "postgres",
                Database = "rongtong",
                Password = await File.ReadAllTextAsync(Path.Combine(dataFolder, "postgres.password")),
                Pooling = false,
            };
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Sends a signal by its name: TERM, STOP, CONT.</summary>
    public static async Task SignalAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>A process that does not end fails the test and must not outlive it.</summary>
    private static async Task WithinPatienceAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience.Long);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static string[] PostmasterFile(string dataFolder) => [.. File.ReadAllLines(Path.Combine(dataFolder, "postgres", "postmaster.pid")).Select(line => line.Trim())];

    private static ProcessStartInfo Command(string dataFolder, params string[] arguments) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "rongtong.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DataFolder"] = dataFolder, ["LANG"] = "en_GB.UTF-8" },
        };

    [GeneratedRegex(@"Rongtong: (http://\S+)")]
    private static partial Regex Welcome();
}
