using System.Text.Json;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Registry.Regions;
using Rongtong.Testing;

namespace Rongtong.Registry.Tests;

public sealed class RegionResolutionTests
{
    private static readonly RegionTree s_tree = new(NationalCodeList.Regions(), NationalCodeList.Aliases(), new Dictionary<string, long>());

    [Theory]
    [InlineData("湖北省", "420000", "武汉市", "420100", "4201", RegionMatch.Code)]
    [InlineData("湖北", null, "恩施州", null, "4228", RegionMatch.Alias)]
    [InlineData("湖北", null, "恩施土家族苗族自治州", null, "4228", RegionMatch.Name)]
    [InlineData("黑龙江省", null, "大兴安岭", null, "2327", RegionMatch.Alias)]
    [InlineData("湖北省", null, "仙桃", null, "429004", RegionMatch.Name)]
    [InlineData("北京市", "110000", "朝阳区", null, "110105", RegionMatch.Name)]
    [InlineData("吉林省", null, "吉林", null, "2202", RegionMatch.Name)]
    [InlineData("海南省", null, "海南省直辖", null, "46D", RegionMatch.Rule)]
    [InlineData("广东省", null, "待明确地区", null, "44X", RegionMatch.Rule)]
    [InlineData("上海", "310000", "未公布来源", "3100xx", "31X", RegionMatch.Rule)]
    [InlineData("甘肃省", null, "境外输入", null, "62A", RegionMatch.Rule)]
    [InlineData("北京市", null, "外地来京", null, "11B", RegionMatch.Rule)]
    [InlineData("吉林省", "220000", "公主岭", "136100", "220381", RegionMatch.Alias)]
    [InlineData("河南省", "410000", "长垣县", "410728", "410728", RegionMatch.Code)]
    [InlineData("西藏自治区", "540000", "那曲", "542400", "5424", RegionMatch.Code)]
    [InlineData("Hubei", null, null, null, "42", RegionMatch.Code)]
    [InlineData("台湾省", "710000", "台湾省", "710000", "71", RegionMatch.Code)]
    public void Names_as_real_series_write_them_find_their_region(string province, string? provinceCode, string? place, string? placeCode, string expected, RegionMatch match)
    {
        var found = s_tree.Resolve(province, provinceCode, place, placeCode);
        found.ShouldNotBeNull();
        found.Value.Region.Code.Value.ShouldBe(expected);
        found.Value.Match.ShouldBe(match);
    }

    [Fact]
    public void An_unknown_place_becomes_a_statistical_area_of_its_province_and_is_found_again()
    {
        var first = s_tree.Resolve("江西省", null, "赣江新区", null)!.Value;
        first.Match.ShouldBe(RegionMatch.Unknown);
        first.Region.Name.ShouldBe("赣江新区");
        first.Region.Code.Value.ShouldStartWith("36U");
        first.Region.IsStatistical.ShouldBeTrue();
        s_tree.Resolve("江西", null, " 赣江新区 ", null)!.Value.Region.Code.ShouldBe(first.Region.Code);
    }

    [Fact]
    public void An_unknown_province_is_not_guessed() => s_tree.Resolve("某省", null, "武汉市", null).ShouldBeNull();

    [Fact]
    public void Districts_of_a_municipality_and_directly_administered_counties_hang_under_the_province()
    {
        s_tree.ChildrenOf(new("11")).Count(r => r.Level == RegionLevel.County).ShouldBe(16);
        s_tree.ChildrenOf(new("42")).Select(r => r.Code.Value).ShouldContain("429004");
        s_tree.ChildrenOf(RegionCode.Nation).Count.ShouldBe(34);
    }

    [Fact]
    public void Every_region_has_an_english_name_of_its_own_letters() =>
        NationalCodeList.Regions().Where(r => r.EnglishName is not { Length: > 1 } name || name.Any(c => c >= '\u2E80') || !char.IsUpper(name[0])).ShouldBeEmpty();

    [Theory]
    [InlineData("61", "Shaanxi")]
    [InlineData("15", "Inner Mongolia")]
    [InlineData("81", "Hong Kong")]
    [InlineData("82", "Macao")]
    [InlineData("50", "Chongqing")]
    [InlineData("2301", "Harbin")]
    [InlineData("6501", "Ürümqi")]
    [InlineData("1501", "Hohhot")]
    [InlineData("5401", "Lhasa")]
    [InlineData("3502", "Xiamen")]
    [InlineData("110105", "Chaoyang District")]
    [InlineData("310112", "Minhang District")]
    [InlineData("310115", "Pudong New Area")]
    [InlineData("330106", "Xihu District")]
    [InlineData("130225", "Laoting County")]
    [InlineData("131025", "Daicheng County")]
    [InlineData("330382", "Yueqing City")]
    [InlineData("341621", "Guoyang County")]
    [InlineData("421303", "Zengdu District")]
    [InlineData("510181", "Dujiangyan City")]
    [InlineData("610116", "Chang'an District")]
    [InlineData("610727", "Lüeyang County")]
    [InlineData("150722", "Morin Dawa Daur Autonomous Banner")]
    [InlineData("150123", "Horinger County")]
    [InlineData("520526", "Weining Yi, Hui and Miao Autonomous County")]
    [InlineData("622926", "Dongxiang Autonomous County")]
    [InlineData("654022", "Qapqal Xibe Autonomous County")]
    [InlineData("653101", "Kashgar City")]
    [InlineData("320576", "Suzhou Industrial Park")]
    [InlineData("220381", "Gongzhuling City")]
    public void English_names_are_those_in_use(string code, string name) => s_tree.Find(new(code))!.EnglishName.ShouldBe(name);

    [Fact]
    public void Every_province_has_outlines_whose_regions_are_known()
    {
        var outlines = new RegionOutlines();
        foreach (var province in s_tree.ChildrenOf(RegionCode.Nation).Append(s_tree.Find(RegionCode.Nation)!))
        {
            using var json = JsonDocument.Parse(outlines.Of(province.Code, s_tree)!.Value);
            var features = json.RootElement.GetProperty("features").EnumerateArray().ToArray();
            features.ShouldNotBeEmpty();
            if (province.Code.Value is "71" or "81" or "82") continue;
            var unknown = features.Where(f => f.GetProperty("properties").GetProperty("code").GetString() is null)
                .Select(f => f.GetProperty("properties").GetProperty("name").GetString()).Where(name => name is not "").ToArray();
            unknown.ShouldBeEmpty($"in {province.Name}");
        }
    }

    [Fact]
    public void A_decoded_outline_lies_where_the_region_lies()
    {
        using var json = JsonDocument.Parse(new RegionOutlines().Of(new("42"), s_tree)!.Value);
        var wuhan = json.RootElement.GetProperty("features").EnumerateArray().Single(f => f.GetProperty("properties").GetProperty("code").GetString() == "4201");
        foreach (var point in wuhan.GetProperty("geometry").GetProperty("coordinates").EnumerateArray().SelectMany(p => p.ValueKind == JsonValueKind.Array && p[0][0].ValueKind == JsonValueKind.Array ? p.EnumerateArray().SelectMany(r => r.EnumerateArray()) : p.EnumerateArray()))
        {
            point[0].GetDouble().ShouldBeInRange(113.6, 115.2);
            point[1].GetDouble().ShouldBeInRange(29.9, 31.4);
        }
    }

    [Fact]
    public async Task The_code_list_is_loaded_once_and_statistical_areas_are_kept()
    {
        await using var database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema, RegistryModule.Schema);
        var store = new RegionStore(database.Database);
        await store.LoadAsync();
        var unknown = store.Current.Resolve("重庆市", null, "两江新区", null)!.Value.Region;
        store.Current.Find(unknown.Code).ShouldBeNull();
        await store.KeepAsync([unknown]);

        var another = new RegionStore(database.Database);
        await another.LoadAsync();
        another.Current.Find(unknown.Code).ShouldBe(unknown);
        another.Current.All.Count.ShouldBe(s_tree.All.Count + 1);
    }
}
