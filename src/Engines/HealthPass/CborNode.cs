using System.Globalization;

namespace Rongtong.HealthPass;

internal enum CborKind { Null, Boolean, Integer, Float, Text, Bytes, Array, Map }

/// <summary>
/// A CBOR item as a tree. Tags are read through, except the two for times, which become ISO 8601 text: issuers wrote sample times as text, as
/// tagged text and as tagged seconds, and all mean the same.
/// </summary>
internal sealed class CborNode
{
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private CborNode(CborKind kind) => Kind = kind;

    public static CborNode Null { get; } = new(CborKind.Null);

    public CborKind Kind { get; }

    public long Integer { get; private init; }

    public double Float { get; private init; }

    public string Text { get; private init; } = "";

    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>Items of an array; keys and values of a map in turn.</summary>
    public CborNode[] Items { get; private init; } = [];

    public static CborNode OfText(string text) => new(CborKind.Text) { Text = text };

    public static CborNode OfBytes(ReadOnlyMemory<byte> bytes) => new(CborKind.Bytes) { Bytes = bytes };

    public static CborNode OfInteger(long value) => new(CborKind.Integer) { Integer = value };

    public static CborNode OfFloat(double value) => new(CborKind.Float) { Float = value };

    public static CborNode OfBoolean(bool value) => new(CborKind.Boolean) { Integer = value ? 1 : 0 };

    public static CborNode OfArray(CborNode[] items) => new(CborKind.Array) { Items = items };

    public static CborNode OfMap(CborNode[] keysAndValues) => new(CborKind.Map) { Items = keysAndValues };

    /// <summary>The value under a text key of a map; null where there is none.</summary>
    public CborNode? this[string key]
    {
        get
        {
            if (Kind != CborKind.Map) return null;
            for (var i = 0; i + 1 < Items.Length; i += 2)
            {
                if (Items[i].Kind == CborKind.Text && Items[i].Text == key) return Items[i + 1];
            }
            return null;
        }
    }

    /// <summary>The value under an integer key of a map; null where there is none.</summary>
    public CborNode? this[long key]
    {
        get
        {
            if (Kind != CborKind.Map) return null;
            for (var i = 0; i + 1 < Items.Length; i += 2)
            {
                if (Items[i].Kind == CborKind.Integer && Items[i].Integer == key) return Items[i + 1];
            }
            return null;
        }
    }

    /// <summary>Reads exactly one item.</summary>
    /// <returns>The tree, or why the bytes are not one CBOR item.</returns>
    public static (CborNode? Node, string? Fault) Read(ReadOnlyMemory<byte> bytes)
    {
        var cursor = new CborCursor(bytes);
        var node = cursor.ReadNode();
        cursor.ExpectEnd();
        return cursor.Fault is { } fault ? (null, "not well-formed CBOR: " + fault) : (node, null);
    }

    /// <summary>Seconds since 1970 as an integer or, as some issuers write them, a float.</summary>
    public DateTimeOffset? AsInstant()
    {
        var seconds = Kind switch { CborKind.Integer => Integer, CborKind.Float when double.Abs(Float) < 1e12 => (long)Float, _ => long.MaxValue };
        return seconds is >= -62135596800 and <= 253402300799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>The same time as text in the way certificates write it; null where this is no time.</summary>
    public CborNode? AsInstantText() => AsInstant() is { } instant ? OfText(instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture)) : null;
}
