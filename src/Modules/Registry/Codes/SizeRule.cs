using System.Globalization;
using Rongtong.Contracts.Registry;

namespace Rongtong.Registry.Codes;

/// <summary>Lower bounds of one indicator; below small is micro.</summary>
internal readonly record struct SizeBounds(long Large, long Medium, long Small)
{
    public EnterpriseSize GradeOf(long value) =>
        value >= Large ? EnterpriseSize.Large : value >= Medium ? EnterpriseSize.Medium : value >= Small ? EnterpriseSize.Small : EnterpriseSize.Micro;
}

/// <summary>One of the sixteen rows of the rule; an indicator without bounds is not looked at.</summary>
internal sealed record SizeRow(int Number, string Name, string EnglishName, SizeBounds? Persons, SizeBounds? Revenue, SizeBounds? Assets)
{
    /// <summary>
    /// The lowest of the grades of the row's indicators: large, medium and small ask for all of them, micro for any. While one is unknown the
    /// size is unknown too, unless another makes it micro already.
    /// </summary>
    /// <param name="persons">Employees.</param>
    /// <param name="revenue">Revenue of the year, 10,000 yuan.</param>
    /// <param name="assets">Total assets, 10,000 yuan.</param>
    public EnterpriseSize SizeOf(long? persons, long? revenue, long? assets)
    {
        var (lowest, isUnknown) = (EnterpriseSize.Large, false);
        foreach (var (bounds, value) in (ReadOnlySpan<(SizeBounds?, long?)>)[(Persons, persons), (Revenue, revenue), (Assets, assets)])
        {
            if (bounds is not { } known) continue;
            if (value is not { } figure) isUnknown = true;
            else if (known.GradeOf(figure) < lowest) lowest = known.GradeOf(figure);
        }
        return isUnknown && lowest > EnterpriseSize.Micro ? EnterpriseSize.Unknown : lowest;
    }
}

/// <summary>Size classes by 工信部联企业〔2011〕300号, read from size-classes-2011.csv.</summary>
internal static class SizeRule
{
    /// <summary>Version that is kept with every derived size.</summary>
    public const string Version = "cn.size.2011-300";

    /// <summary>The document, as it is cited.</summary>
    public const string Citation = "工信部联企业〔2011〕300号";

    public static readonly DateOnly ValidFrom = new(2011, 6, 18);

    /// <summary>The rows in the rule's order.</summary>
    public static IReadOnlyList<SizeRow> Rows { get; }

    private static readonly Dictionary<string, SizeRow> s_byIndustry = [];

    static SizeRule()
    {
        var rows = new List<SizeRow>();
        foreach (var fields in CodeLists.Lines("size-classes-2011.csv").Skip(1).Select(l => l.Split(';')))
        {
            var row = new SizeRow(int.Parse(fields[0], CultureInfo.InvariantCulture), fields[1], fields[2], Bounds(fields[3]), Bounds(fields[4]), Bounds(fields[5]));
            rows.Add(row);
            foreach (var industry in fields[6].Split(' ')) s_byIndustry.Add(industry, row);
        }
        Rows = rows;
    }

    /// <summary>The row that an industry (code of GB/T 4754-2017) falls under; null where the rule does not cover it or too few digits are known.</summary>
    public static SizeRow? RowOf(string industry)
    {
        for (var length = industry.Length; length >= 2; length--)
        {
            if (s_byIndustry.TryGetValue(industry[..length], out var row)) return row;
        }
        return Industries.Find(industry) is { } known ? s_byIndustry.GetValueOrDefault(known.Section.ToString()) : null;
    }

    /// <summary>Size of an enterprise; unknown where its industry has no row.</summary>
    public static EnterpriseSize SizeOf(string industry, long? persons, long? revenue, long? assets) =>
        RowOf(industry)?.SizeOf(persons, revenue, assets) ?? EnterpriseSize.Unknown;

    private static SizeBounds? Bounds(string text)
    {
        if (text.Length == 0) return null;
        var bounds = text.Split('/').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new(bounds[0], bounds[1], bounds[2]);
    }
}
