using Rongtong.Contracts.Registry;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Enterprises.Demo;

/// <summary>
/// Invented enterprises of a province, the same every time: right check characters, plausible names, industries in the shares of the fourth
/// economic census (rounded), figures that make three quarters of them micro, a fifth small, one in twenty-five medium, one in a hundred large.
/// Characters 9 and 10 of their codes are YD, which no registrar has given out here.
/// </summary>
internal sealed class InventedEnterprises
{
    private const string Digits = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>Share of each section in thousandths, and how its enterprises call themselves.</summary>
    private static readonly (char Section, int Share, string[] Trades)[] s_sections =
    [
        ('F', 340, ["商贸", "贸易", "供应链", "百货", "医药", "建材", "农资"]),
        ('C', 190, ["机械", "电子", "食品", "纺织", "塑料制品", "医疗用品", "汽车零部件", "化工", "五金制品", "新材料"]),
        ('L', 120, ["商务服务", "人力资源", "咨询", "广告"]),
        ('M', 80, ["科技", "检测技术", "工程设计", "生物技术"]),
        ('E', 70, ["建筑工程", "装饰工程", "市政工程"]),
        ('I', 60, ["软件", "信息技术", "网络科技"]),
        ('K', 35, ["置业", "物业管理", "房地产开发"]),
        ('G', 30, ["物流", "运输", "仓储服务"]),
        ('O', 25, ["家政服务", "汽车维修", "清洁服务"]),
        ('H', 25, ["餐饮管理", "酒店管理"]),
        ('A', 10, ["农业发展", "种植"]),
        ('R', 10, ["文化传媒", "体育"]),
        ('N', 5, ["环境工程", "园林"]),
    ];

    private static readonly string[] s_first = ["宏", "华", "鑫", "瑞", "恒", "盛", "金", "天", "东", "长", "江", "楚", "汉", "博", "中", "大", "安", "泰", "嘉", "联", "新", "永", "正", "远", "康", "佳", "凯", "铭", "德", "百"];
    private static readonly string[] s_second = ["达", "昌", "源", "丰", "通", "兴", "和", "利", "成", "信", "润", "诚", "力", "邦", "泽", "辉", "隆", "宇", "祥", "创", "科", "益", "美", "洋", "海", "峰", "林", "川", "云", "方"];
    private static readonly string[] s_third = ["", "", "", "瑞", "安", "兴", "泰", "达", "业", "佳", "优", "鸿", "顺", "元"];
    private static readonly string[] s_roads = ["建设大道", "人民路", "解放大道", "工业一路", "发展大道", "光谷大道", "长江路", "中山路", "沿江大道", "创业街"];
    private static readonly int[] s_gradeShares = [740, 210, 40, 10];

    private readonly Region[] _counties;
    private readonly IRegionTree _tree;
    private readonly (char Section, int Until, string[] Trades, string[] Classes)[] _sections;

    public InventedEnterprises(IRegionTree tree, string provinceCode)
    {
        _tree = tree;
        _counties = [.. tree.All.Where(r => r is { IsStatistical: false, ValidTo: null, Level: RegionLevel.County } && r.Code.IsWithin(new(provinceCode))).OrderBy(r => r.Code.Value, StringComparer.Ordinal)];
        if (_counties.Length == 0) throw new ArgumentException($"The province '{provinceCode}' has no counties in the code list.", nameof(provinceCode));
        var until = 0;
        _sections = [.. s_sections.Select(s => (s.Section, until += s.Share, s.Trades, Industries.All.Where(i => i.Code.Length == 4 && i.Section == s.Section).Select(i => i.Code).Order(StringComparer.Ordinal).ToArray()))];
    }

    /// <summary>The n-th enterprise, from 0.</summary>
    public EnterpriseRow Of(int n)
    {
        var draw = new Draw((ulong)n);
        // The square makes large counties and small ones, as provinces have.
        var share = draw.Next(10_000);
        var county = _counties[(int)((long)share * share * _counties.Length / 100_000_000)];
        var at = draw.Next(1_000);
        var (_, _, trades, classes) = _sections.First(s => at < s.Until);
        var industry = classes[draw.Next(classes.Length)];
        var city = _tree.Find(county.Parent) is { Level: RegionLevel.Prefecture } prefecture ? prefecture : county;
        var place = city.Name.Length > 2 && city.Name[^1] is '市' or '县' or '区' ? city.Name[..^1] : city.Name;
        var name = $"{place}{s_first[draw.Next(s_first.Length)]}{s_second[draw.Next(s_second.Length)]}{s_third[draw.Next(s_third.Length)]}{trades[draw.Next(trades.Length)]}{Numbered(n)}{(draw.Next(4) == 0 ? "有限责任公司" : "有限公司")}";
        var grade = GradeOf(draw.Next(1_000));
        var row = SizeRule.RowOf(industry);
        return new(CreditCode.Complete($"91{county.Code.Value}YD{Base31(n, 6)}"), name, county.Code.Value)
        {
            Industry = industry,
            Address = $"{county.Name}{s_roads[draw.Next(s_roads.Length)]}{draw.Next(980) + 1}号",
            Persons = (int)Within(row?.Persons ?? new(1_000, 300, 20), grade, ref draw),
            Revenue = Within(row?.Revenue ?? new(40_000, 2_000, 300), grade, ref draw),
            Assets = Within(row?.Assets ?? new(50_000, 5_000, 300), grade, ref draw),
            Park = draw.Next(100) < 8 ? county.Name + "经济开发区" : null,
            Status = draw.Next(100) switch { < 96 => "active", < 98 => "suspended", _ => "closed" },
            RegisteredOn = new DateOnly(1995, 1, 1).AddDays(draw.Next(8_900)),
        };
    }

    /// <summary>Places that an enterprise of these figures has.</summary>
    public static IEnumerable<(PlaceKind Kind, string Name, decimal? Area, int? Capacity)> PlacesOf(EnterpriseRow row)
    {
        var persons = row.Persons ?? 0;
        if (row.Industry is null || Industries.Find(row.Industry)?.Section != 'C' || persons < 20) yield break;
        yield return (PlaceKind.Plant, "厂房", persons * 25m, persons);
        if (persons < 100) yield break;
        yield return (PlaceKind.Dormitory, "宿舍", persons / 2 * 6m, persons / 2);
        yield return (PlaceKind.Canteen, "食堂", persons / 3 * 1.5m, persons / 3);
        if (persons >= 300) yield return (PlaceKind.Warehouse, "仓库", persons * 10m, null);
    }

    /// <summary>Names repeat after a while; a branch number keeps most of them apart, as it does in registers.</summary>
    private static string Numbered(int n) => n < 20_000 ? "" : n % 3 == 0 ? "" : $"{n / 20_000}";

    private static int GradeOf(int at)
    {
        for (var grade = 0; grade < s_gradeShares.Length; grade++)
        {
            if ((at -= s_gradeShares[grade]) < 0) return grade;
        }
        return 0;
    }

    private static long Within(SizeBounds bounds, int grade, ref Draw draw)
    {
        var (low, high) = grade switch { 0 => (0L, bounds.Small), 1 => (bounds.Small, bounds.Medium), 2 => (bounds.Medium, bounds.Large), _ => (bounds.Large, bounds.Large * 4) };
        return low + draw.Next((int)Math.Max(1, high - low));
    }

    private static string Base31(int n, int length)
    {
        Span<char> digits = stackalloc char[length];
        for (var i = length - 1; i >= 0; i--, n /= 31) digits[i] = Digits[n % 31];
        return new(digits);
    }

    /// <summary>A fixed scatter of numbers (splitmix64).</summary>
    private struct Draw(ulong seed)
    {
        private ulong _state = unchecked(seed * 0xD1342543DE82EF95UL + 0x9E3779B97F4A7C15UL);

        public int Next(int below)
        {
            unchecked
            {
                _state += 0x9E3779B97F4A7C15UL;
                var z = _state;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
                return (int)((z ^ (z >> 31)) % (ulong)below);
            }
        }
    }
}
