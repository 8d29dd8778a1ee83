namespace Rongtong.Surveillance.Tests.Peers;

/// <summary>Counts of every shape that surveillance meets, the same for the same seed.</summary>
internal sealed class RandomSeries(int seed)
{
    public static IReadOnlyList<string> Shapes { get; } = ["seasonal", "sparse", "overdispersed", "silent with bursts", "ties", "rising", "large with outbreaks", "begins late", "dies out", "one block silent", "constant", "silence with one spike", "huge"];

    /// <summary>What R takes for early warning beside them: counts that nobody knows.</summary>
    public static IReadOnlyList<string> ShapesAndMissing { get; } = [.. Shapes, "counts missing"];

    private readonly Random _random = new(seed);

    public int Between(int least, int most) => _random.Next(least, most + 1);

    public T Of<T>(params IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    /// <summary>A series of one of <see cref="Shapes"/>; <paramref name="year"/> is the season's length.</summary>
    public double[] Next(string shape, int length, int year = 52)
    {
        var level = _random.NextDouble() * 15 + 1;
        double Season(int t) => 1 + 0.7 * Math.Sin(2 * Math.PI * t / year);
        return [.. Enumerable.Range(0, length).Select(t => shape switch
        {
            "seasonal" => Poisson(level * Season(t)),
            "sparse" => Poisson(0.3 * Season(t)),
            "overdispersed" => Poisson(level * -Math.Log(1 - _random.NextDouble()) * -Math.Log(1 - _random.NextDouble())),
            "silent with bursts" => _random.Next(40) == 0 ? Poisson(level * 3) : 0,
            "ties" => 4 + (_random.Next(10) == 0 ? 1 : 0),
            "rising" => Poisson(level * Math.Exp(t * 2.0 / length)),
            "large with outbreaks" => Poisson(300 * Season(t)) * (_random.Next(30) == 0 ? 6 : 1),
            "begins late" => t < length * 2 / 3 ? 0 : Poisson(level),
            "dies out" => t > length * 2 / 3 ? 0 : Poisson(level),
            "constant" => Math.Ceiling(level),
            "silence with one spike" => t == length - 3 ? 40 : 0,
            "huge" => Math.Round(1e9 * (Season(t) + 0.1 * _random.NextDouble())),
            "counts missing" => _random.Next(25) == 0 && t < length - 12 ? double.NaN : Poisson(level * Season(t)),
            _ => t % year < year / 2 ? 0 : Poisson(level),
        })];
    }

    private double Poisson(double mean)
    {
        var (product, count, limit) = (1.0, -1, Math.Exp(-Math.Min(mean, 700)));
        do
        {
            product *= _random.NextDouble();
            count++;
        }
        while (product > limit);
        return count;
    }
}
