using System.Buffers.Binary;
using System.Text;

namespace Rongtong.HealthCode.Messages.Smpp;

/// <summary>How a text longer than one short message travels.</summary>
internal enum LongMessages
{
    /// <summary>In parts with a user data header (3GPP TS 23.040, concatenation with an 8-bit reference); every service centre passes them on.</summary>
    Segments,
    /// <summary>Whole, in the optional parameter message_payload; the service centre cuts it.</summary>
    Payload,
}

/// <summary>The fields that submit_sm and deliver_sm share, SMPP 3.4 sections 4.4.1 and 4.6.1.</summary>
internal sealed record SmppMessage(string From, string To, byte EsmClass, byte DataCoding, byte[] Content, bool IsPayload)
{
    public const byte Plain = 0, Ucs2 = 8;

    /// <summary>esm_class: the content begins with a user data header.</summary>
    public const byte HasHeader = 0x40;

    private const byte ReceiptBits = 0x3C;
    private const byte LongReference = 0x00;
    private const ushort MessagePayload = 0x0424;
    private const int AddressBytesMax = 21;
    private const int PlainSingleMax = 160, PlainPartMax = 153;
    private const int Ucs2SingleMax = 140, Ucs2PartMax = 134;
    private const byte International = 1, NumberPlan = 1, Unknown = 0;

    /// <summary>True for a notice about a message sent before, which is no message.</summary>
    public bool IsReceipt => (EsmClass & ReceiptBits) is not 0;

    /// <summary>The messages that carry a text: one, or its parts in order.</summary>
    /// <param name="from">The number people see.</param>
    /// <param name="to">The telephone.</param>
    /// <param name="text">What it says.</param>
    /// <param name="mode">How a long one travels.</param>
    /// <param name="reference">Binds the parts together; differs between messages to one telephone.</param>
    public static IReadOnlyList<SmppMessage> For(string from, string to, string text, LongMessages mode, byte reference)
    {
        var isPlain = text.All(c => char.IsAsciiLetterOrDigit(c) || " .,:;!?()-+/*#%&'\"<>=\n".Contains(c));
        var (coding, content) = isPlain ? (Plain, Encoding.ASCII.GetBytes(text)) : (Ucs2, Encoding.BigEndianUnicode.GetBytes(text));
        if (content.Length <= (isPlain ? PlainSingleMax : Ucs2SingleMax)) return [new(from, to, 0, coding, content, IsPayload: false)];
        if (mode is LongMessages.Payload) return [new(from, to, 0, coding, content, IsPayload: true)];
        var parts = new List<byte[]>();
        for (var at = 0; at < content.Length;)
        {
            var length = Math.Min(isPlain ? PlainPartMax : Ucs2PartMax, content.Length - at);
            // Half a pair of surrogates at the end of a part would be unreadable on the telephone.
            if (!isPlain && at + length < content.Length && char.IsHighSurrogate((char)BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(at + length - 2)))) length -= 2;
            parts.Add(content[at..(at + length)]);
            at += length;
        }
        if (parts.Count > byte.MaxValue) throw new SmppException($"A text of {text.Length} characters has too many parts.");
        return [.. parts.Select((part, i) => new SmppMessage(from, to, HasHeader, coding, [5, LongReference, 3, reference, (byte)parts.Count, (byte)(i + 1), .. part], IsPayload: false))];
    }

    public byte[] ToBody()
    {
        var writer = new SmppWriter().Text("", 6);
        Address(writer, From);
        Address(writer, To);
        writer.Octet(EsmClass).Octet(0).Octet(0).Text("", 17).Text("", 17).Octet(0).Octet(0).Octet(DataCoding).Octet(0);
        return IsPayload ? writer.Octet(0).Parameter(MessagePayload, Content).ToArray() : writer.Octet((byte)Content.Length).Octets(Content).ToArray();
    }

    public static SmppMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new SmppReader(body);
        reader.Text(6);
        var from = ReadAddress(ref reader);
        var to = ReadAddress(ref reader);
        var esmClass = reader.Octet();
        reader.Octets(2);
        reader.Text(17);
        reader.Text(17);
        reader.Octets(2);
        var coding = reader.Octet();
        reader.Octet();
        var content = reader.Octets(reader.Octet()).ToArray();
        while (!reader.IsAtEnd)
        {
            if (reader.Parameter() is (MessagePayload, var payload)) return new(from, to, esmClass, coding, payload, IsPayload: true);
        }
        return new(from, to, esmClass, coding, content, IsPayload: false);
    }

    /// <summary>What it says, without the header of a part.</summary>
    public string Text()
    {
        ReadOnlySpan<byte> content = Content;
        if ((EsmClass & HasHeader) != 0 && content.Length > 0) content = content[Math.Min(content.Length, content[0] + 1)..];
        return DataCoding switch
        {
            Ucs2 => Encoding.BigEndianUnicode.GetString(content),
            // China's service centres say 15 for GB 18030.
            15 => CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetString(content),
            _ => Encoding.Latin1.GetString(content),
        };
    }

    private static void Address(SmppWriter writer, string number)
    {
        var isInternational = number.StartsWith('+');
        writer.Octet(isInternational ? International : Unknown).Octet(number.Length == 0 ? Unknown : NumberPlan).Text(isInternational ? number[1..] : number, AddressBytesMax);
    }

    private static string ReadAddress(ref SmppReader reader)
    {
        var isInternational = reader.Octet() == International;
        reader.Octet();
        var number = reader.Text(AddressBytesMax);
        return isInternational && !number.StartsWith('+') ? "+" + number : number;
    }
}
