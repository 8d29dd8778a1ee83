using System.Text.Json.Serialization;

namespace Rongtong.Web.Controls;

/// <summary>Curves over days, as the page describes them; the element in the browser draws them, the table shows the same numbers.</summary>
/// <param name="Days">ISO days, one per value.</param>
/// <param name="Unit">Unit of the left axis, in the reader's language.</param>
/// <param name="Unit2">Unit of the right axis, or null for one axis.</param>
public sealed record ChartModel(IReadOnlyList<string> Days, string Unit, string? Unit2 = null)
{
    public IReadOnlyList<ChartSeries> Series { get; init; } = [];
    public IReadOnlyList<ChartBand> Bands { get; init; } = [];
    public IReadOnlyList<ChartMarker> Markers { get; init; } = [];

    /// <summary>A horizontal line, such as 1 for the reproduction number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Level { get; init; }
    public int LevelAxis { get; init; }

    /// <summary>Where the left axis ends although values go beyond; the table has them all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ceiling { get; init; }
}

/// <param name="Kind">"bar" or "line".</param>
/// <param name="Axis">0 left, 1 right.</param>
public sealed record ChartSeries(string Name, string Kind, IReadOnlyList<double?> Values, int Axis = 0, bool Dashed = false);

/// <summary>An interval around a curve.</summary>
public sealed record ChartBand(string Name, IReadOnlyList<double?> Low, IReadOnlyList<double?> High, int Axis = 0);

/// <summary>A labelled day.</summary>
public sealed record ChartMarker(string Day, string Label);
