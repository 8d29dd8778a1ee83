using System.Buffers;

namespace Rongtong.HealthPass;

/// <summary>
/// Base45 as RFC 9285 defines it, strictly: two bytes become three characters of the QR code's alphanumeric set, least significant first;
/// a last single byte becomes two. Anything else is refused: a second spelling of the same bytes would be a second token.
/// </summary>
public static class Base45
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    private const byte NotInAlphabet = 255;

    private static readonly byte[] s_values = [.. Enumerable.Range(0, 128).Select(c => Alphabet.Contains((char)c) ? (byte)Alphabet.IndexOf((char)c, StringComparison.Ordinal) : NotInAlphabet)];

    /// <summary>The characters for the bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<char>.Shared.Rent(EncodedLength(bytes.Length));
        try
        {
            return new string(rented, 0, Encode(bytes, rented));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <summary>Writes the characters for the bytes and returns how many there are.</summary>
    internal static int Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var written = 0;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            var value = (uint)(bytes[i] << 8 | bytes[i + 1]);
            var high = Math.DivRem(value, 45 * 45);
            var low = Math.DivRem(high.Remainder, 45);
            text[written + 2] = Alphabet[(int)high.Quotient];
            text[written + 1] = Alphabet[(int)low.Quotient];
            text[written] = Alphabet[(int)low.Remainder];
            written += 3;
        }
        if (bytes.Length % 2 == 0) return written;
        text[written] = Alphabet[bytes[^1] % 45];
        text[written + 1] = Alphabet[bytes[^1] / 45];
        return written + 2;
    }

    internal static int EncodedLength(int bytes) => bytes / 2 * 3 + bytes % 2 * 2;

    internal static int DecodedLengthMax(int characters) => characters / 3 * 2 + 1;

    /// <summary>The bytes of a text, or why it is not Base45.</summary>
    /// <param name="text">Characters of the alphabet, a multiple of three or two more than that.</param>
    /// <param name="bytes">Room for at least two bytes per three characters, and one more.</param>
    /// <param name="written">How many bytes there are.</param>
    /// <returns>Null when the text is sound; else what is wrong and where.</returns>
    public static string? Decode(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
    {
        written = 0;
        if (text.Length % 3 == 1) return $"{text.Length} characters: the last group has one, Base45 groups have three or, at the end, two.";
        for (var i = 0; i < text.Length; i += 3)
        {
            var isPair = i + 2 == text.Length;
            uint c = ValueOf(text[i]), d = ValueOf(text[i + 1]), e = isPair ? 0u : ValueOf(text[i + 2]);
            if (c == NotInAlphabet || d == NotInAlphabet || e == NotInAlphabet)
            {
                var at = c == NotInAlphabet ? i : d == NotInAlphabet ? i + 1 : i + 2;
                return $"character {at + 1} (U+{(int)text[at]:X4}) is not in the Base45 alphabet.";
            }
            var value = c + 45 * d + 45 * 45 * e;
            if (value > (isPair ? byte.MaxValue : ushort.MaxValue)) return $"the group at character {i + 1} stands for {value}, more than {(isPair ? "one byte holds" : "two bytes hold")}.";
            if (!isPair) bytes[written++] = (byte)(value >> 8);
            bytes[written++] = (byte)(value & 0xFF);
        }
        return null;
    }

    private static uint ValueOf(char character) => character < 128 ? s_values[character] : NotInAlphabet;
}
