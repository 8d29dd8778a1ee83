namespace Rongtong.Registry.Codes;

/// <summary>What is wrong with a unified social credit code; several can hold together.</summary>
[Flags]
internal enum CreditCodeFindings
{
    None = 0,

    /// <summary>It has not 18 characters.</summary>
    Length = 1,

    /// <summary>A character is outside the alphabet: I, O, S, V, Z and small letters are not in it.</summary>
    Alphabet = 2,

    /// <summary>Characters 3 to 8, the registrar's division by GB/T 2260, are not all digits.</summary>
    Division = 4,

    /// <summary>Character 17 does not check the organisation's own code in characters 9 to 16 (GB 11714).</summary>
    Inner = 8,

    /// <summary>Character 18 does not check the others (GB 32100).</summary>
    Outer = 16,
}

/// <summary>
/// The unified social credit code of GB 32100-2015.
/// <code>
/// 9 1 4 2 0 1 0 0 M A 4 K R T 0 0 9 2
/// │ │ └─ 3-8 ───┘ └── 9-16 ─────┘ │ └ 18: outer check, base 31 over 1-17
/// │ └ kind        subject, GB 11714 └ 17: inner check, base 11 over 9-16
/// └ department    (registrar's division, GB/T 2260, in 3-8)
/// </code>
/// 31 is prime and no weight is a multiple of it, so the outer check finds every single wrong character and, as neighbouring weights differ,
/// every swap of neighbours. The inner check finds mistakes made before the code was put together.
/// </summary>
internal static class CreditCode
{
    public const int Length = 18;

    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const int OuterBase = 31;
    private const int InnerBase = 11;
    private const byte Foreign = byte.MaxValue;

    /// <summary>Weight of position i is 3^i mod 31.</summary>
    private static ReadOnlySpan<byte> OuterWeights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    private static ReadOnlySpan<byte> InnerWeights => [3, 7, 9, 10, 5, 8, 4, 2];

    private static readonly byte[] s_valueOf = ValuesOf(Alphabet);

    /// <summary>GB 11714 counts all 26 letters: A is 10, Z is 35.</summary>
    private static readonly byte[] s_innerValueOf = ValuesOf("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Departments that register, by the first character.</summary>
    public static IReadOnlyList<char> Departments { get; } = ['1', '5', '9', 'Y'];

    /// <summary>Full-width characters, small letters, spaces and hyphens of handwriting and copied tables brought into the code's form.</summary>
    public static string Normalise(string text)
    {
        Span<char> kept = stackalloc char[Math.Min(text.Length, 64)];
        var length = 0;
        foreach (var c in text)
        {
            var half = c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
            if (char.IsWhiteSpace(half) || half == '-') continue;
            if (length == kept.Length) return text;
            kept[length++] = char.ToUpperInvariant(half);
        }
        return length == text.Length && kept[..length].SequenceEqual(text) ? text : new(kept[..length]);
    }

    /// <summary>Everything that is wrong with the code; the checks are made only on what can be computed.</summary>
    public static CreditCodeFindings Check(ReadOnlySpan<char> code)
    {
        if (code.Length != Length) return CreditCodeFindings.Length;
        var (findings, sum) = (CreditCodeFindings.None, 0);
        for (var i = 0; i < Length; i++)
        {
            var value = code[i] < 128 ? s_valueOf[code[i]] : Foreign;
            if (value == Foreign) return CreditCodeFindings.Alphabet;
            if (i is >= 2 and < 8 && value > 9) findings |= CreditCodeFindings.Division;
            if (i < OuterWeights.Length) sum += value * OuterWeights[i];
        }
        if (Alphabet[(OuterBase - sum % OuterBase) % OuterBase] != code[17]) findings |= CreditCodeFindings.Outer;
        if (InnerOf(code) != code[16]) findings |= CreditCodeFindings.Inner;
        return findings;
    }

    /// <summary>The 18th character that would be right; null where the first 17 cannot be read.</summary>
    public static char? ExpectedOuter(ReadOnlySpan<char> code)
    {
        if (code.Length < Length - 1) return null;
        var sum = 0;
        for (var i = 0; i < OuterWeights.Length; i++)
        {
            var value = code[i] < 128 ? s_valueOf[code[i]] : Foreign;
            if (value == Foreign) return null;
            sum += value * OuterWeights[i];
        }
        return Alphabet[(OuterBase - sum % OuterBase) % OuterBase];
    }

    /// <summary>The 17th character that would be right; null where characters 9 to 16 cannot be read.</summary>
    public static char? ExpectedInner(ReadOnlySpan<char> code) => code.Length < 16 || InnerOf(code) is var check && check == '\0' ? null : InnerOf(code);

    /// <summary>A right code of 16 characters and their two checks; for invented enterprises.</summary>
    public static string Complete(string first16)
    {
        var with17 = first16 + InnerOf(first16);
        return with17 + ExpectedOuter(with17);
    }

    /// <summary>Key of the sentence that says which department registered it.</summary>
    public static string DepartmentKey(string code) => "registry.code.department." + (Departments.Contains(code[0]) ? char.ToLowerInvariant(code[0]) : 'x');

    /// <summary>Key of the word for what was registered, by the first two characters.</summary>
    public static string KindKey(string code) => code[..2] switch
    {
        "11" or "12" or "13" or "51" or "52" or "53" or "91" or "92" or "93" => "registry.code.kind." + code[..2],
        _ => "registry.code.kind.other",
    };

    private static char InnerOf(ReadOnlySpan<char> code)
    {
        var sum = 0;
        for (var i = 0; i < InnerWeights.Length; i++)
        {
            var value = code[i + 8] < 128 ? s_innerValueOf[code[i + 8]] : Foreign;
            if (value == Foreign) return '\0';
            sum += value * InnerWeights[i];
        }
        return (InnerBase - sum % InnerBase) switch { 10 => 'X', 11 => '0', var check => (char)('0' + check) };
    }

    private static byte[] ValuesOf(string alphabet)
    {
        var values = new byte[128];
        Array.Fill(values, Foreign);
        for (var i = 0; i < alphabet.Length; i++) values[alphabet[i]] = (byte)i;
        return values;
    }
}
