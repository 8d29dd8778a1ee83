namespace Rongtong.HealthPass;

/// <summary>
/// Bloom filter (Bloom 1970) over ids that are hashes already: the k places follow from the id's two halves by enhanced double hashing
/// (Dillinger and Manolios 2004), so nothing is hashed again. m = n ln(1/p) / (ln 2)^2 bits, k = (m / n) ln 2.
/// </summary>
/// <remarks>
/// 10 million ids at p = 1e-7: 33.5 bits each, 41.9 MB, k = 23. An id that is not there is settled by its second probe on average, at one cache
/// miss each; one that is there takes 23.
/// </remarks>
internal readonly struct BloomFilter(ReadOnlyMemory<byte> bits, long bitCount, int probes)
{
    public static (long BitCount, int Probes) SizeFor(long count, double falsePositives)
    {
        var bitCount = (long)Math.Ceiling(Math.Max(1, count) * -Math.Log(falsePositives) / (Math.Log(2) * Math.Log(2)));
        bitCount = (bitCount + 63) / 64 * 64;
        return (bitCount, Math.Max(1, (int)Math.Round((double)bitCount / Math.Max(1, count) * Math.Log(2))));
    }

    public bool MayContain(RevocationId id)
    {
        var span = bits.Span;
        unchecked
        {
            var (place, step) = ((ulong)(id.Value >> 64), (ulong)id.Value | 1);
            for (var i = 0; i < probes; i++)
            {
                var bit = BitOf(place);
                if ((span[(int)(bit >> 3)] & 1 << (int)(bit & 7)) == 0) return false;
                place += step;
                step += (ulong)i;
            }
        }
        return true;
    }

    public static void Add(Span<byte> bits, long bitCount, int probes, RevocationId id)
    {
        unchecked
        {
            var (place, step) = ((ulong)(id.Value >> 64), (ulong)id.Value | 1);
            for (var i = 0; i < probes; i++)
            {
                var bit = (long)Math.BigMul(place, (ulong)bitCount, out _);
                bits[(int)(bit >> 3)] |= (byte)(1 << (int)(bit & 7));
                place += step;
                step += (ulong)i;
            }
        }
    }

    private long BitOf(ulong place) => unchecked((long)Math.BigMul(place, (ulong)bitCount, out _));
}
