using System.Formats.Cbor;
using System.Globalization;

namespace Rongtong.HealthPass;

internal enum CborKind { Null, Boolean, Integer, Float, Text, Bytes, Array, Map }

/// <summary>
/// A CBOR item as a tree. Tags are read through, except the two for times, which become ISO 8601 text: issuers wrote sample times as text, as
/// tagged text and as tagged seconds, and all mean the same.
/// </summary>
internal sealed class CborNode
{
    /// <summary>Claims, certificate container, certificate, group, entry: five. More is not a pass.</summary>
    public const int DepthMax = 12;

    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private static readonly CborNode s_null = new(CborKind.Null);

    private CborNode(CborKind kind) => Kind = kind;

    public CborKind Kind { get; }

    public long Integer { get; private init; }

    public double Float { get; private init; }

    public string Text { get; private init; } = "";

    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>Items of an array; keys and values of a map in turn.</summary>
    public IReadOnlyList<CborNode> Items { get; private init; } = [];

    public static CborNode OfText(string text) => new(CborKind.Text) { Text = text };

    public static CborNode OfInteger(long value) => new(CborKind.Integer) { Integer = value };

    public static CborNode OfFloat(double value) => new(CborKind.Float) { Float = value };

    public static CborNode OfBoolean(bool value) => new(CborKind.Boolean) { Integer = value ? 1 : 0 };

    public static CborNode OfArray(IReadOnlyList<CborNode> items) => new(CborKind.Array) { Items = items };

    public static CborNode OfMap(IReadOnlyList<CborNode> keysAndValues) => new(CborKind.Map) { Items = keysAndValues };

    public static CborNode Null => s_null;

    /// <summary>The value under a text key of a map; null where there is none.</summary>
    public CborNode? this[string key] => Find(k => k.Kind == CborKind.Text && k.Text == key);

    /// <summary>The value under an integer key of a map; null where there is none.</summary>
    public CborNode? this[long key] => Find(k => k.Kind == CborKind.Integer && k.Integer == key);

    /// <summary>Reads exactly one item.</summary>
    /// <returns>The tree, or why the bytes are not one CBOR item.</returns>
    public static (CborNode? Node, string? Fault) Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Strict);
            var node = Read(reader, 0);
            return reader.BytesRemaining > 0 ? (null, $"{reader.BytesRemaining} bytes follow the CBOR item.") : (node, null);
        }
        catch (Exception e) when (IsContentFault(e))
        {
            return (null, "not well-formed CBOR: " + e.Message);
        }
    }

    /// <summary>What a CBOR reader throws about bytes that a stranger wrote.</summary>
    public static bool IsContentFault(Exception e) => e is CborContentException or InvalidOperationException or OverflowException or FormatException or ArgumentException;

    /// <summary>Seconds since 1970 as an integer or, as some issuers write them, a float.</summary>
    public DateTimeOffset? AsInstant()
    {
        var seconds = Kind switch { CborKind.Integer => Integer, CborKind.Float when double.Abs(Float) < 1e12 => (long)Float, _ => long.MaxValue };
        return seconds is >= -62135596800 and <= 253402300799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    private CborNode? Find(Func<CborNode, bool> isKey)
    {
        if (Kind != CborKind.Map) return null;
        for (var i = 0; i + 1 < Items.Count; i += 2)
        {
            if (isKey(Items[i])) return Items[i + 1];
        }
        return null;
    }

    private static CborNode Read(CborReader reader, int depth)
    {
        if (depth > DepthMax) throw new CborContentException($"nested deeper than {DepthMax}.");
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return OfInteger(reader.ReadInt64());
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return OfText(reader.ReadTextString());
            case CborReaderState.ByteString:
                return new(CborKind.Bytes) { Bytes = reader.ReadDefiniteLengthByteString() };
            case CborReaderState.StartIndefiniteLengthByteString:
                return new(CborKind.Bytes) { Bytes = reader.ReadByteString() };
            case CborReaderState.Boolean:
                return OfBoolean(reader.ReadBoolean());
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return OfFloat(reader.ReadDouble());
            case CborReaderState.Tag:
                return reader.PeekTag() switch
                {
                    CborTag.DateTimeString => OfText(reader.ReadDateTimeOffset().UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture)),
                    CborTag.UnixTimeSeconds => OfText(reader.ReadUnixTimeSeconds().UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture)),
                    _ => ReadTagged(reader, depth),
                };
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                var items = new List<CborNode>();
                while (reader.PeekState() != CborReaderState.EndArray) items.Add(Read(reader, depth + 1));
                reader.ReadEndArray();
                return OfArray(items);
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                var pairs = new List<CborNode>();
                while (reader.PeekState() != CborReaderState.EndMap) pairs.Add(Read(reader, depth + 1));
                reader.ReadEndMap();
                return OfMap(pairs);
            default:
                reader.SkipValue();
                return s_null;
        }
    }

    private static CborNode ReadTagged(CborReader reader, int depth)
    {
        reader.ReadTag();
        return Read(reader, depth + 1);
    }
}
