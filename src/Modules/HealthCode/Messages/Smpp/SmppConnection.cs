using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Rongtong.HealthCode.Messages.Smpp;

/// <summary>Where a service centre is and who we are to it.</summary>
internal sealed record SmppOptions(string Host, int Port, string SystemId, string Password, string SystemType, string From, bool UseTls, LongMessages LongMessages)
{
    /// <summary>Seconds of quiet after which the line is asked whether it lives.</summary>
    public TimeSpan EnquireEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for an answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// One bound line to a service centre, SMPP 3.4 as transceiver.
/// <code>
/// connect ──> bind_transceiver ──> submit_sm ⇄, deliver_sm ⇄, enquire_link ⇄ ──> unbind, or the line is lost ──> Ended
/// </code>
/// Received messages are answered after they have been handled, so that the centre delivers again what we could not keep.
/// </summary>
internal sealed class SmppConnection : IAsyncDisposable
{
    /// <summary>Requests under way at a time; centres commonly allow ten.</summary>
    private const int WindowMax = 10;

    private const int DeliveriesWaitingMax = 100;
    private const byte Version34 = 0x34;

    private readonly Stream _stream;
    private readonly SmppOptions _options;
    private readonly Func<SmppMessage, CancellationToken, Task<bool>> _deliver;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _window = new(WindowMax);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<SmppPdu>> _waiting = new();
    private readonly Channel<SmppPdu> _deliveries = Channel.CreateBounded<SmppPdu>(DeliveriesWaitingMax);
    private int _sequence;

    private SmppConnection(Stream stream, SmppOptions options, Func<SmppMessage, CancellationToken, Task<bool>> deliver) => (_stream, _options, _deliver) = (stream, options, deliver);

    /// <summary>Ends when the line does; never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Connects and binds.</summary>
    /// <param name="options">Where and as whom.</param>
    /// <param name="deliver">Takes a received message; false asks the centre to deliver it again.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="IOException">The centre does not answer or refuses.</exception>
    public static async Task<SmppConnection> BindAsync(SmppOptions options, Func<SmppMessage, CancellationToken, Task<bool>> deliver, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(options.Host, options.Port, cancel);
            Stream stream = client.GetStream();
            if (options.UseTls)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = options.Host }, cancel);
                stream = tls;
            }
            var connection = new SmppConnection(stream, options, deliver);
            connection.Ended = connection.RunAsync(client);
            var body = new SmppWriter().Text(options.SystemId, 16).Text(options.Password, 9).Text(options.SystemType, 13).Octet(Version34).Octet(0).Octet(0).Text("", 41).ToArray();
            var answer = await connection.RequestAsync(SmppCommand.BindTransceiver, body, cancel);
            if (answer.Status == SmppStatus.Ok) return connection;
            await connection.DisposeAsync();
            throw new SmppException($"The service centre refused to bind '{options.SystemId}': status 0x{answer.Status:X8}. Check Sms:Smpp:SystemId, Password and SystemType.");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Submits a message and returns the centre's status and its number of the message.</summary>
    public async Task<(uint Status, string Reference)> SubmitAsync(SmppMessage message, CancellationToken cancel)
    {
        var answer = await RequestAsync(SmppCommand.SubmitSm, message.ToBody(), cancel);
        return (answer.Status, answer.Status == SmppStatus.Ok && answer.Body.Length > 0 ? new SmppReader(answer.Body).Text(65) : "");
    }

    /// <summary>Says goodbye and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_end.IsCancellationRequested)
        {
            try
            {
                await RequestAsync(SmppCommand.Unbind, [], CancellationToken.None);
            }
            catch (IOException)
            {
                // The line was gone already.
            }
            await _end.CancelAsync();
        }
        await Ended;
    }

    private async Task<SmppPdu> RequestAsync(SmppCommand command, byte[] body, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel, _end.Token);
        timeout.CancelAfter(_options.AnswerWithin);
        uint sequence = 0;
        var isInWindow = false;
        try
        {
            await _window.WaitAsync(timeout.Token);
            isInWindow = true;
            // Numbers run from 1 to 0x7FFFFFFF and begin again.
            sequence = (uint)(unchecked(Interlocked.Increment(ref _sequence)) & 0x7FFF_FFFF);
            var answered = _waiting[sequence] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await WriteAsync(new(command, SmppStatus.Ok, sequence, body), timeout.Token);
            return await answered.Task.WaitAsync(timeout.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && !cancel.IsCancellationRequested)
        {
            throw new SmppException(string.Create(CultureInfo.InvariantCulture, $"The service centre did not answer {command} within {_options.AnswerWithin.TotalSeconds} s, or closed the line."));
        }
        finally
        {
            _waiting.TryRemove(sequence, out _);
            if (isInWindow) _window.Release();
        }
    }

    private async Task WriteAsync(SmppPdu pdu, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            // A unit that is begun is finished: half of one would make all that follows unreadable.
            await _stream.WriteAsync(pdu.ToBytes(), _end.Token);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        await Task.Yield();
        var handling = HandleDeliveriesAsync();
        var enquiring = EnquireAsync();
        try
        {
            while (await SmppPdu.ReadAsync(_stream, _end.Token) is { } pdu)
            {
                if (!await TakeAsync(pdu)) break;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is lost, or speaks something else; whoever waits is told below.
        }
        await _end.CancelAsync();
        _deliveries.Writer.TryComplete();
        client.Dispose();
        await Task.WhenAll(handling, enquiring);
    }

    /// <summary>Handles one unit; false when the peer unbinds.</summary>
    private async Task<bool> TakeAsync(SmppPdu pdu)
    {
        if (pdu.IsAnswer)
        {
            if (_waiting.TryGetValue(pdu.Sequence, out var waiting)) waiting.TrySetResult(pdu.Command is SmppCommand.GenericNack && pdu.Status == SmppStatus.Ok ? pdu with { Status = SmppStatus.InvalidCommandId } : pdu);
            return true;
        }
        switch (pdu.Command)
        {
            case SmppCommand.DeliverSm:
                // A full queue says "later" at once instead of holding up the line.
                if (!_deliveries.Writer.TryWrite(pdu)) await WriteAsync(pdu.AnswerWith(SmppStatus.QueueFull, 0), _end.Token);
                return true;
            case SmppCommand.EnquireLink:
                await WriteAsync(pdu.AnswerWith(SmppStatus.Ok), _end.Token);
                return true;
            case SmppCommand.Unbind:
                await WriteAsync(pdu.AnswerWith(SmppStatus.Ok), _end.Token);
                return false;
            default:
                await WriteAsync(new(SmppCommand.GenericNack, SmppStatus.InvalidCommandId, pdu.Sequence, []), _end.Token);
                return true;
        }
    }

    private async Task HandleDeliveriesAsync()
    {
        try
        {
            await foreach (var pdu in _deliveries.Reader.ReadAllAsync(_end.Token))
            {
                uint status;
                try
                {
                    var message = SmppMessage.Read(pdu.Body);
                    status = message.IsReceipt || await _deliver(message, _end.Token) ? SmppStatus.Ok : SmppStatus.TemporaryAppError;
                }
                catch (SmppException)
                {
                    status = SmppStatus.SystemError;
                }
                // The answer's body is an unused message_id: one zero.
                await WriteAsync(pdu.AnswerWith(status, 0), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is lost; the centre delivers again what was not answered.
        }
    }

    private async Task EnquireAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.EnquireEvery);
            while (await timer.WaitForNextTickAsync(_end.Token)) await RequestAsync(SmppCommand.EnquireLink, [], _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // No answer: a line that looks open but is dead is closed, and made anew by the owner.
            await _end.CancelAsync();
        }
    }
}
