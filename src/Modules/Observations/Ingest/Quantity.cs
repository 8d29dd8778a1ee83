using System.Collections.Frozen;

namespace Rongtong.Observations.Ingest;

/// <summary>What is measured. Numbers are stored: never change one.</summary>
internal enum Quantity : short
{
    EnergyKwh = 1,
    EnergyReading = 2,
    PeopleIn = 3,
    RunMinutes = 4,
    PlannedMinutes = 5,
    Invoices = 6,
    Departures = 7,
    Phones = 8,
    StaffPresent = 9,
    StaffTotal = 10,
    IsOpen = 11,
    Output = 12,
    OutputNormal = 13,
    MobilityIntensity = 20,
    MigrationIn = 21,
    MigrationOut = 22,
}

/// <summary>Who or what measured it. Numbers are stored: never change one.</summary>
internal enum Source : short
{
    Electricity = 1,
    Gate = 2,
    Device = 3,
    Tax = 4,
    Logistics = 5,
    Phone = 6,
    SelfReport = 7,
    HealthCode = 8,
    Mobility = 9,
}

/// <summary>What is known of a value before it is compared with anything: kept with it for ever.</summary>
internal enum Quality : short
{
    /// <summary>As it came.</summary>
    Good = 0,
    /// <summary>Came in another unit that was declared, and was converted.</summary>
    UnitConverted = 1,
    /// <summary>Below zero where nothing can be; not counted.</summary>
    Negative = 2,
    /// <summary>Of a day that had not begun when it was recorded; not counted.</summary>
    Future = 3,
    /// <summary>The same delivery gives the day again, later in its text; not counted.</summary>
    Duplicate = 4,
    /// <summary>Of an enterprise outside the regions of the sender; not counted.</summary>
    OutsideScope = 5,
}

/// <summary>Names of quantities, sources and units in files and requests.</summary>
internal static class Vocabulary
{
    /// <summary>Thousandths: what a stored value is multiplied by.</summary>
    public const long Scale = 1_000;

    private static readonly FrozenDictionary<string, Quantity> s_quantities = Enum.GetValues<Quantity>().ToFrozenDictionary(NameOf);
    private static readonly FrozenDictionary<string, Source> s_sources = Enum.GetValues<Source>().ToFrozenDictionary(NameOf);

    /// <summary>Factor to the quantity's own unit, by quantity and unit as written.</summary>
    private static readonly FrozenDictionary<(Quantity, string), decimal> s_units = new Dictionary<(Quantity, string), decimal>
    {
        [(Quantity.EnergyKwh, "kwh")] = 1,
        [(Quantity.EnergyKwh, "mwh")] = 1_000,
        [(Quantity.EnergyKwh, "wh")] = 0.001m,
        [(Quantity.EnergyKwh, "千瓦时")] = 1,
        [(Quantity.EnergyKwh, "度")] = 1,
        [(Quantity.EnergyKwh, "兆瓦时")] = 1_000,
        [(Quantity.EnergyKwh, "万千瓦时")] = 10_000,
        [(Quantity.EnergyKwh, "万度")] = 10_000,
        [(Quantity.EnergyReading, "kwh")] = 1,
        [(Quantity.EnergyReading, "mwh")] = 1_000,
        [(Quantity.EnergyReading, "千瓦时")] = 1,
        [(Quantity.RunMinutes, "min")] = 1,
        [(Quantity.RunMinutes, "h")] = 60,
        [(Quantity.RunMinutes, "分钟")] = 1,
        [(Quantity.RunMinutes, "小时")] = 60,
        [(Quantity.PlannedMinutes, "min")] = 1,
        [(Quantity.PlannedMinutes, "h")] = 60,
        [(Quantity.PlannedMinutes, "分钟")] = 1,
        [(Quantity.PlannedMinutes, "小时")] = 60,
    }.ToFrozenDictionary();

    public static IEnumerable<string> Quantities => s_quantities.Keys.Order(StringComparer.Ordinal);

    public static IEnumerable<string> Sources => s_sources.Keys.Order(StringComparer.Ordinal);

    public static Quantity? QuantityOf(string name) => s_quantities.TryGetValue(name, out var found) ? found : null;

    public static Source? SourceOf(string name) => s_sources.TryGetValue(name, out var found) ? found : null;

    /// <summary>energy_kwh of EnergyKwh.</summary>
    public static string NameOf(Quantity quantity) => Snake(quantity.ToString());

    /// <summary>self_report of SelfReport.</summary>
    public static string NameOf(Source source) => Snake(source.ToString());

    /// <summary>Factor by which a value in the unit becomes one in the quantity's own unit; null for a unit the quantity is not measured in. No unit is the quantity's own.</summary>
    public static decimal? FactorOf(Quantity quantity, string unit)
    {
        if (unit.Length == 0) return 1;
        if (s_units.TryGetValue((quantity, unit.ToLowerInvariant()), out var factor)) return factor;
        return unit.ToLowerInvariant() is "1" or "count" or "人" or "次" or "台" or "户" && quantity is not (Quantity.EnergyKwh or Quantity.EnergyReading or Quantity.RunMinutes or Quantity.PlannedMinutes) ? 1 : null;
    }

    /// <summary>What a source counts when it does not say.</summary>
    public static Quantity UsualOf(Source source) => source switch
    {
        Source.Electricity => Quantity.EnergyKwh,
        Source.Gate => Quantity.PeopleIn,
        Source.Device => Quantity.RunMinutes,
        Source.Tax => Quantity.Invoices,
        Source.Logistics => Quantity.Departures,
        Source.Phone => Quantity.Phones,
        Source.HealthCode => Quantity.StaffPresent,
        Source.Mobility => Quantity.MobilityIntensity,
        _ => Quantity.IsOpen,
    };

    private static string Snake(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
