using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rongtong.Allocation;

/// <summary>The inner loops of pricing: eight lanes at a time with 32-bit prices, by gathers of the suppliers' prices. The first of equal lanes is found either way.</summary>
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

    /// <summary>The least and the second least cost + price of its supplier in the row; the greatest value there is where there are fewer lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Least, T Second) TwoLeast<T>(T* cost, int* source, T* price, int start, int end) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        unchecked
        {
            var (k, least, second) = (start, T.MaxValue, T.MaxValue);
            if (Avx2.IsSupported && typeof(T) == typeof(int) && end - start >= 8)
            {
                var (leasts, seconds) = (Vector256.Create(int.MaxValue), Vector256.Create(int.MaxValue));
                for (; k <= end - 8; k += 8)
                {
                    var values = Vector256.Add(Vector256.Load((int*)cost + k), Avx2.GatherVector256((int*)price, Vector256.Load(source + k), 4));
                    seconds = Vector256.Min(seconds, Vector256.Max(leasts, values));
                    leasts = Vector256.Min(leasts, values);
                }
                for (var i = 0; i < 8; i++) Take(T.CreateTruncating(leasts[i]), T.CreateTruncating(seconds[i]));
            }
            for (; k < end; k++) Take(cost[k] + price[source[k]], T.MaxValue);
            return (least, second);

            void Take(T value, T next)
            {
                second = T.Min(T.Min(second, next), T.Max(least, value));
                least = T.Min(least, value);
            }
        }
    }
}
