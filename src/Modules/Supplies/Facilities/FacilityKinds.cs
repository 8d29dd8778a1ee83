namespace Rongtong.Supplies.Facilities;

/// <summary>Kinds of facility, and how a name in a file tells the kind.</summary>
internal static class FacilityKinds
{
    public static IReadOnlyList<string> Receivers { get; } = ["hospital", "health_centre", "cdc", "community", "port", "charity", "other"];

    public static IReadOnlyList<string> Suppliers { get; } = ["producer", "warehouse", "donor"];

    public const string Carrier = "carrier";

    public static IReadOnlyList<string> All { get; } = [.. Receivers, .. Suppliers, Carrier];

    /// <summary>Words of names, the more telling first: a Red Cross hospital is a hospital, the Red Cross Society is a charity.</summary>
    private static readonly (string Word, string Kind, int FrontLine)[] s_words =
    [
        ("方舱", "hospital", 3), ("火神山", "hospital", 3), ("雷神山", "hospital", 3), ("金银潭", "hospital", 3), ("传染病", "hospital", 3),
        ("疾病预防控制", "cdc", 1), ("疾控", "cdc", 1), ("卫生院", "health_centre", 1), ("卫生服务", "health_centre", 1), ("医院", "hospital", 1), ("儿童中心", "hospital", 1),
        ("肿瘤中心", "hospital", 1), ("精神卫生中心", "hospital", 1), ("医疗队", "hospital", 3), ("红十字会", "charity", 0), ("慈善", "charity", 0), ("社区", "community", 0),
        ("居委会", "community", 0), ("口岸", "port", 0), ("海关", "port", 0), ("机场", "port", 0),
    ];

    /// <summary>What the name of a receiver says; other where it says nothing.</summary>
    public static (string Kind, int FrontLine) OfName(string name)
    {
        foreach (var (word, kind, frontLine) in s_words)
        {
            // A firm that builds a hospital is no hospital.
            if (name.Contains(word, StringComparison.Ordinal) && !name.Contains("公司", StringComparison.Ordinal)) return (kind, frontLine);
        }
        return ("other", 0);
    }
}
