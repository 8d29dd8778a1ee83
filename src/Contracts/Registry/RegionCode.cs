namespace Rongtong.Contracts.Registry;

/// <summary>
/// A GB/T 2260 division code in its shortest form: "" the nation, 2 digits a province, 4 a prefecture-level city, 6 a county, 9 a street.
/// The short form makes "lies within" a prefix test, in C# and in SQL alike.
/// </summary>
public readonly record struct RegionCode(string Value)
{
    /// <summary>The whole country, the root of the tree.</summary>
    public static RegionCode Nation { get; } = new("");

    /// <summary>True when this region is <paramref name="other"/> or lies inside it.</summary>
    public bool IsWithin(RegionCode other) => Value.StartsWith(other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
