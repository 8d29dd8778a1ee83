using System.Buffers.Binary;
using System.Text;

namespace Rongtong.HealthCode.Messages.Smpp;

/// <summary>Command numbers of SMPP 3.4, section 5.1.2.1; an answer has the highest bit set.</summary>
internal enum SmppCommand : uint
{
    GenericNack = 0x8000_0000,
    SubmitSm = 0x0000_0004,
    DeliverSm = 0x0000_0005,
    Unbind = 0x0000_0006,
    BindTransceiver = 0x0000_0009,
    EnquireLink = 0x0000_0015,
}

/// <summary>The results of section 5.1.3 that are told apart here.</summary>
internal static class SmppStatus
{
    public const uint Ok = 0x00;
    public const uint InvalidCommandId = 0x03;
    public const uint SystemError = 0x08;
    public const uint QueueFull = 0x14;
    public const uint Throttled = 0x58;
    public const uint TemporaryAppError = 0x64;

    /// <summary>The service centre's trouble, not the message's: worth another attempt.</summary>
    public static bool IsTemporary(uint status) => status is SystemError or QueueFull or Throttled or TemporaryAppError;
}

/// <summary>The peer does not speak SMPP 3.4 as written: the connection is given up.</summary>
internal sealed class SmppException(string message) : IOException(message);

/// <summary>
/// One protocol data unit.
/// <code>length 4 │ command 4 │ status 4 │ sequence 4 │ body</code>
/// All numbers big-endian; the length counts itself.
/// </summary>
internal readonly record struct SmppPdu(SmppCommand Command, uint Status, uint Sequence, byte[] Body)
{
    public const int HeaderBytes = 16;

    private const uint AnswerBit = 0x8000_0000;

    /// <summary>Longest unit taken: a message_payload of 64 KiB with its fields.</summary>
    public const int BytesMax = 70_000;

    public bool IsAnswer => ((uint)Command & AnswerBit) != 0;

    /// <summary>The answer to this request.</summary>
    public SmppPdu AnswerWith(uint status, params byte[] body) => new((SmppCommand)((uint)Command | AnswerBit), status, Sequence, body);

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + Body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)Command);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), Status);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), Sequence);
        Body.CopyTo(bytes, HeaderBytes);
        return bytes;
    }

    /// <summary>Reads the next unit; null when the peer has closed the line between two.</summary>
    public static async Task<SmppPdu?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var header = new byte[HeaderBytes];
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancel);
        if (read == 0) return null;
        if (read < HeaderBytes) throw new SmppException("The line ended inside a header.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is < HeaderBytes or > BytesMax) throw new SmppException($"A unit of {length} bytes was announced; expected {HeaderBytes} to {BytesMax}.");
        var body = new byte[length - HeaderBytes];
        await stream.ReadExactlyAsync(body, cancel);
        return new((SmppCommand)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12)), body);
    }
}

/// <summary>Writes the fields of a body.</summary>
internal sealed class SmppWriter
{
    private readonly List<byte> _bytes = [];

    public SmppWriter Octet(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    /// <summary>C-octet string: ASCII and a zero.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytesMax">Largest size of the field, its zero included.</param>
    public SmppWriter Text(string text, int bytesMax)
    {
        if (text.Length >= bytesMax || !Ascii.IsValid(text)) throw new SmppException($"A field has room for {bytesMax - 1} ASCII characters.");
        _bytes.AddRange(Encoding.ASCII.GetBytes(text));
        _bytes.Add(0);
        return this;
    }

    public SmppWriter Octets(ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>An optional parameter: tag 2, length 2, value.</summary>
    public SmppWriter Parameter(ushort tag, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(head, tag);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], checked((ushort)value.Length));
        _bytes.AddRange(head);
        _bytes.AddRange(value);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}

/// <summary>Reads the fields of a body; a body that is too short is an error, never a crash.</summary>
internal ref struct SmppReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Octet() => Octets(1)[0];

    public ReadOnlySpan<byte> Octets(int count)
    {
        if (count > _rest.Length) throw new SmppException("A body ended inside a field.");
        var value = _rest[..count];
        _rest = _rest[count..];
        return value;
    }

    public string Text(int bytesMax)
    {
        var end = _rest.IndexOf((byte)0);
        if (end < 0 || end >= bytesMax) throw new SmppException($"A text of at most {bytesMax - 1} characters and its zero was expected.");
        var text = Encoding.Latin1.GetString(_rest[..end]);
        _rest = _rest[(end + 1)..];
        return text;
    }

    public (ushort Tag, byte[] Value) Parameter()
    {
        var tag = BinaryPrimitives.ReadUInt16BigEndian(Octets(2));
        return (tag, Octets(BinaryPrimitives.ReadUInt16BigEndian(Octets(2))).ToArray());
    }
}
