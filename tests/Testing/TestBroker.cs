using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rongtong.Testing;

/// <summary>
/// A RabbitMQ of one test's own, with its MQTT plugin: free ports, data in a temporary folder. It can be killed and started again on the same data.
/// Erlang's port mapper, which it would otherwise leave running, is a child of ours too.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    /// <summary>Not the wrapper in /usr/sbin, which changes to a user that cannot reach the folder.</summary>
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";


    private readonly string _folder = Directory.CreateTempSubdirectory("rongtong-broker-").FullName;
    private readonly int _mapperPort = FreePort();
    private readonly int _nodePort = FreePort();
    private readonly Process _mapper;
    private Process? _server;

    private TestBroker()
    {
        File.WriteAllText(Path.Combine(_folder, "rabbitmq.conf"), $"listeners.tcp.default = 127.0.0.1:{Port}\nmqtt.listeners.tcp.default = 127.0.0.1:{MqttPort}\n");
        File.WriteAllText(Path.Combine(_folder, "plugins"), "[rabbitmq_mqtt].");
        _mapper = Process.Start(new ProcessStartInfo("epmd", ["-address", "127.0.0.1", "-port", Text(_mapperPort)]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Why there is no broker here; null where there is one.</summary>
    public static string? Absent { get; } = File.Exists(Server) && Programs.Find("epmd") is not null ? null : "Needs RabbitMQ: 'apt-get install rabbitmq-server'.";

    public int Port { get; } = FreePort();

    public int MqttPort { get; } = FreePort();

    /// <summary>As in the configuration of the product.</summary>
    public string Address => $"amqp://guest:guest@127.0.0.1:{Text(Port)}/";

    public static async Task<TestBroker> StartAsync()
    {
        var broker = new TestBroker();
        try
        {
            await broker.StartAgainAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on what its predecessor kept; returns when it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo(Server) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", _folder), ("ERL_EPMD_PORT", Text(_mapperPort)), ("RABBITMQ_NODENAME", $"test{Text(_nodePort)}@localhost"), ("RABBITMQ_DIST_PORT", Text(_nodePort)),
            ("RABBITMQ_MNESIA_BASE", Path.Combine(_folder, "data")), ("RABBITMQ_LOG_BASE", Path.Combine(_folder, "log")), ("RABBITMQ_PID_FILE", PidFile),
            ("RABBITMQ_CONFIG_FILE", Path.Combine(_folder, "rabbitmq.conf")), ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(_folder, "plugins")),
        }) start.Environment[name] = value;
        var said = new List<string?>();
        _server = Process.Start(start)!;
        _server.OutputDataReceived += (_, line) =>
        {
            lock (said) said.Add(line.Data);
            if (line.Data?.Contains("Starting broker... completed", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await Task.WhenAny(ready.Task, _server.WaitForExitAsync()).WaitAsync(Patience.Long);
        lock (said)
        {
            if (!ready.Task.IsCompleted) throw new InvalidOperationException("The broker ended: " + string.Join('\n', said));
        }
    }

    /// <summary>kill -9, as a power cut would end it.</summary>
    public async Task KillAsync()
    {
        if (_server is null) return;
        // The script waits for the Erlang machine, whose number stands in the file.
        if (File.Exists(PidFile) && int.TryParse(await File.ReadAllTextAsync(PidFile), CultureInfo.InvariantCulture, out var machine))
        {
            try
            {
                using var process = Process.GetProcessById(machine);
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // It has ended by itself.
            }
        }
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _mapper.Kill();
        await _mapper.WaitForExitAsync();
        _mapper.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PidFile => Path.Combine(_folder, "pid");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
