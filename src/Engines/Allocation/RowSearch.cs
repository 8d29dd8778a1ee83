using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rongtong.Allocation;

/// <summary>The inner loop of pricing: eight lanes at a time with 32-bit prices, by gathers of the suppliers' prices. The first of equal lanes is found either way.</summary>
internal static unsafe class RowSearch
{
    /// <summary>The lane of the row with the least cost + price of its supplier, if that is below the threshold, which then becomes it; else -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Minimum<T>(T* cost, int* source, T* price, int start, int end, ref T threshold) where T : unmanaged, IBinaryInteger<T>
    {
        unchecked
        {
            var k = start;
            if (Avx2.IsSupported && typeof(T) == typeof(int) && end - start >= 8)
            {
                var least = Vector256.Create(int.CreateTruncating(threshold));
                for (; k <= end - 8; k += 8)
                    least = Vector256.Min(least, Vector256.Add(Vector256.Load((int*)cost + k), Avx2.GatherVector256((int*)price, Vector256.Load(source + k), 4)));
                var half = Vector128.Min(least.GetLower(), least.GetUpper());
                half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
                half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
                var (found, low) = (-1, T.CreateTruncating(half.ToScalar()));
                for (; k < end; k++)
                {
                    var value = cost[k] + price[source[k]];
                    if (value < low) (low, found) = (value, k);
                }
                if (low >= threshold) return -1;
                threshold = low;
                if (found >= 0) return found;
                for (k = start; ; k++)
                {
                    if (cost[k] + price[source[k]] == low) return k;
                }
            }
            var at = -1;
            for (; k < end; k++)
            {
                var value = cost[k] + price[source[k]];
                if (value < threshold) (threshold, at) = (value, k);
            }
            return at;
        }
    }
}
