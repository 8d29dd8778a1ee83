using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>A submitted message as the service centre reads it off the wire.</summary>
internal sealed record Submitted(string From, string To, byte EsmClass, byte Coding, byte[] Content, byte[]? Payload);

/// <summary>
/// A small service centre, written from SMPP 3.4 and sharing no code with the client. One line at a time; it keeps what it was sent and does what the test asks.
/// </summary>
internal sealed class SmppTestServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<uint>> _delivered = new();
    private volatile TcpClient? _line;
    private int _sequence = 900;

    private SmppTestServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static SmppTestServer Start() => new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>System id and password of each bind.</summary>
    public Channel<(string SystemId, string Password, byte Version)> Binds { get; } = Channel.CreateUnbounded<(string, string, byte)>();

    public Channel<Submitted> Messages { get; } = Channel.CreateUnbounded<Submitted>();

    public Channel<uint> Enquiries { get; } = Channel.CreateUnbounded<uint>();

    /// <summary>Status of the next answers to submit_sm; when empty, 0.</summary>
    public ConcurrentQueue<uint> SubmitStatuses { get; } = new();

    public uint BindStatus { get; set; }

    public bool AnswersEnquiries { get; set; } = true;

    public bool HasUnbound { get; private set; }

    /// <summary>Cuts the line without a word.</summary>
    public void Cut() => _line!.Client.Close(0);

    public Task SendRawAsync(byte[] bytes) => _line!.GetStream().WriteAsync(bytes).AsTask();

    /// <summary>Delivers a message and returns the status of the answer.</summary>
    public async Task<uint> DeliverAsync(string from, byte[] content, byte coding, byte esmClass = 0)
    {
        var body = new List<byte> { 0, 1, 1 };
        body.AddRange(Encoding.ASCII.GetBytes(from));
        body.AddRange([0, 0, 1, .. Encoding.ASCII.GetBytes("10690000"), 0, esmClass, 0, 0, 0, 0, 0, 0, coding, 0, (byte)content.Length, .. content]);
        var sequence = (uint)Interlocked.Increment(ref _sequence);
        var answered = _delivered[sequence] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(_line!.GetStream(), 0x05, 0, sequence, [.. body]);
        return await answered.Task.WaitAsync(Patience.Long);
    }

    /// <summary>Asks the client whether it lives; completes with the status of the answer.</summary>
    public async Task<uint> EnquireAsync()
    {
        var sequence = (uint)Interlocked.Increment(ref _sequence);
        var answered = _delivered[sequence] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(_line!.GetStream(), 0x15, 0, sequence, []);
        return await answered.Task.WaitAsync(Patience.Long);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        _line?.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var line = await _listener.AcceptTcpClientAsync(_end.Token);
                _line = line;
                try
                {
                    await ServeAsync(line.GetStream());
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // The line was cut; the client may come again.
                }
                line.Dispose();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var header = new byte[16];
        while (true)
        {
            await stream.ReadExactlyAsync(header, _end.Token);
            var (length, command, status, sequence) = (Number(header, 0), Number(header, 4), Number(header, 8), Number(header, 12));
            var body = new byte[length - 16];
            await stream.ReadExactlyAsync(body, _end.Token);
            switch (command)
            {
                case 0x09:
                    var at = 0;
                    var (systemId, password, _) = (Text(body, ref at), Text(body, ref at), Text(body, ref at));
                    Binds.Writer.TryWrite((systemId, password, body[at]));
                    await WriteAsync(stream, 0x8000_0009, BindStatus, sequence, BindStatus == 0 ? [.. "centre"u8, 0] : []);
                    break;
                case 0x04:
                    var submitStatus = SubmitStatuses.TryDequeue(out var next) ? next : 0;
                    if (submitStatus == 0) Messages.Writer.TryWrite(Read(body));
                    await WriteAsync(stream, 0x8000_0004, submitStatus, sequence, submitStatus == 0 ? [.. Encoding.ASCII.GetBytes($"ref-{sequence}"), 0] : []);
                    break;
                case 0x15:
                    Enquiries.Writer.TryWrite(sequence);
                    if (AnswersEnquiries) await WriteAsync(stream, 0x8000_0015, 0, sequence, []);
                    break;
                case 0x06:
                    HasUnbound = true;
                    await WriteAsync(stream, 0x8000_0006, 0, sequence, []);
                    return;
                default:
                    if (_delivered.TryRemove(sequence, out var delivered)) delivered.TrySetResult(status);
                    break;
            }
        }
    }

    private static Submitted Read(byte[] body)
    {
        var at = 0;
        Text(body, ref at);
        at += 2;
        var from = Text(body, ref at);
        at += 2;
        var to = Text(body, ref at);
        var esmClass = body[at];
        at += 3;
        Text(body, ref at);
        Text(body, ref at);
        at += 2;
        var coding = body[at];
        var length = body[at + 2];
        at += 3;
        var content = body[at..(at + length)];
        at += length;
        // message_payload, 0x0424
        var payload = at < body.Length && body[at] == 0x04 && body[at + 1] == 0x24 ? body[(at + 4)..(at + 4 + (body[at + 2] << 8 | body[at + 3]))] : null;
        return new(from, to, esmClass, coding, content, payload);
    }

    private async Task WriteAsync(NetworkStream stream, uint command, uint status, uint sequence, byte[] body)
    {
        var pdu = new byte[16 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(pdu, (uint)pdu.Length);
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(4), command);
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(8), status);
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(12), sequence);
        body.CopyTo(pdu, 16);
        await _writing.WaitAsync();
        try
        {
            await stream.WriteAsync(pdu);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    private static string Text(byte[] body, ref int at)
    {
        var end = Array.IndexOf(body, (byte)0, at);
        var text = Encoding.ASCII.GetString(body, at, end - at);
        at = end + 1;
        return text;
    }
}
