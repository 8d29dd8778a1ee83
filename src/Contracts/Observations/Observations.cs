
namespace Rongtong.Contracts.Observations;

/// <summary>
/// A module hands a figure that somebody reported to the fusion core, as one source among others: published as an event in the module's own
/// transaction. The same key again is a correction of the earlier one.
/// </summary>
/// <param name="Key">Of the reporting module, unique per figure, as <c>resumption.report:9:2020-02-20:staff_present</c>.</param>
/// <param name="EnterpriseId">About which enterprise.</param>
/// <param name="Quantity">What was counted: staff_present, staff_total, is_open (0 or 1), output, output_normal.</param>
/// <param name="Day">Day it is true of.</param>
/// <param name="Value">The figure in its unit.</param>
public sealed record FigureReported(string Key, int EnterpriseId, string Quantity, DateOnly Day, decimal Value)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "observations.figure-reported";
}

/// <summary>A derived value of one enterprise on one day.</summary>
/// <param name="Measure">Name of the measure: resumed, production_rate, on_duty_rate, operating_rate, capacity_use.</param>
/// <param name="Day">Of which day.</param>
/// <param name="Value">The estimate: 0 or 1 for resumed, a share of one for rates.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Sources">Sources that were used, the most trusted first.</param>
/// <param name="HasConflict">True when sources contradict each other.</param>
public sealed record EnterpriseRate(string Measure, DateOnly Day, decimal Value, decimal Low, decimal High, IReadOnlyList<string> Sources, bool HasConflict);

/// <summary>The doorway of the fusion core to modules that show an enterprise its own figures or decide by them.</summary>
public interface IEnterpriseRates
{
    /// <summary>The values of an enterprise over the days, by day and measure. Empty where nothing is known: missing is not zero.</summary>
    Task<IReadOnlyList<EnterpriseRate>> OfAsync(int enterpriseId, DateOnly from, DateOnly to, CancellationToken cancel = default);

    /// <summary>The newest reported or measured figure of a quantity, with its day: what a form shows instead of asking. Null where nothing is held.</summary>
    Task<(DateOnly Day, decimal Value, string Source)?> LatestAsync(int enterpriseId, string quantity, CancellationToken cancel = default);
}

/// <summary>Invented electricity for the demo, where more enterprises were invented than the first visit brought.</summary>
public interface IDemoElectricity
{
    /// <summary>Gives enterprises without a meter a year of days, and counts the figures. How many observations were written.</summary>
    Task<long> MakeForNewAsync(IProgress<long>? progress, CancellationToken cancel = default);
}
