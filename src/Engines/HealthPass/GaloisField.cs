namespace Rongtong.HealthPass;

/// <summary>The field of 256 elements with the polynomial x^8 + x^4 + x^3 + x^2 + 1, and Reed-Solomon in it.</summary>
internal static class GaloisField
{
    private static readonly byte[] s_exponents = new byte[510];
    private static readonly byte[] s_logarithms = new byte[256];
    private static readonly byte[]?[] s_divisors = new byte[]?[31];

    static GaloisField()
    {
        for (int i = 0, x = 1; i < 255; i++)
        {
            s_exponents[i] = s_exponents[i + 255] = (byte)x;
            s_logarithms[x] = (byte)i;
            x <<= 1;
            if (x > 255) x ^= 0x11D;
        }
    }

    /// <summary>Logarithms of the coefficients of (x - 1)(x - 2)(x - 4)…, highest power left out.</summary>
    public static byte[] Divisor(int degree)
    {
        if (s_divisors[degree] is { } made) return made;
        var polynomial = new byte[degree];
        polynomial[^1] = 1;
        for (var (i, root) = (0, 1); i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
            {
                polynomial[j] = Times(polynomial[j], (byte)root);
                if (j + 1 < degree) polynomial[j] ^= polynomial[j + 1];
            }
            root = Times((byte)root, 2);
        }
        for (var i = 0; i < degree; i++) polynomial[i] = s_logarithms[polynomial[i]];
        return s_divisors[degree] = polynomial;
    }

    public static void Remainder(ReadOnlySpan<byte> data, byte[] divisor, Span<byte> remainder)
    {
        remainder.Clear();
        foreach (var value in data)
        {
            var factor = (byte)(value ^ remainder[0]);
            remainder[1..].CopyTo(remainder);
            remainder[^1] = 0;
            if (factor == 0) continue;
            var logarithm = s_logarithms[factor];
            for (var i = 0; i < remainder.Length; i++) remainder[i] ^= s_exponents[divisor[i] + logarithm];
        }
    }

    private static byte Times(byte one, byte other) => one == 0 || other == 0 ? (byte)0 : s_exponents[s_logarithms[one] + s_logarithms[other]];
}
