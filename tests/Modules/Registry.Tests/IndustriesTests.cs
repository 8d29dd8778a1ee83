using Rongtong.Registry.Codes;
using Rongtong.Testing;

namespace Rongtong.Registry.Tests;

public sealed class IndustriesTests
{
    private static readonly DateOnly s_today = new(2020, 2, 20);
    private static readonly DateOnly s_before = new(2016, 12, 31);

    [Fact]
    public void The_edition_of_2017_is_complete()
    {
        int OfLength(int digits) => Industries.All.Count(i => i.Code.Length == digits);
        // As published in 2017; amendment 1 of 2019 counts one class more.
        (OfLength(1), OfLength(2), OfLength(3), OfLength(4)).ShouldBe((20, 97, 473, 1_381));
        Industries.Divisions.Select(d => int.Parse(d.Code, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(1, 97));
        Industries.All.Where(i => i.Code.Length > 2).ShouldAllBe(i => Industries.Find(i.Code.Substring(0, i.Code.Length - 1)) != null);
        Industries.All.Where(i => i.Code.Length <= 2).ShouldAllBe(i => i.EnglishName != null);
        Industries.All.ShouldAllBe(i => i.Name.Length > 0 && i.Name.Trim() == i.Name);
    }

    [Theory]
    [InlineData("A", "01", "05")]
    [InlineData("B", "06", "12")]
    [InlineData("C", "13", "43")]
    [InlineData("D", "44", "46")]
    [InlineData("G", "53", "60")]
    [InlineData("S", "91", "96")]
    [InlineData("T", "97", "97")]
    public void Sections_are_ranges_of_divisions(string section, string first, string last)
    {
        var divisions = Industries.Divisions.Where(d => d.Section == section[0]).Select(d => d.Code).ToArray();
        (divisions[0], divisions[^1]).ShouldBe((first, last));
    }

    [Theory]
    [InlineData("3525", "3525")]
    [InlineData("C3525", "3525")]
    [InlineData("模具制造", "3525")]
    [InlineData("35", "35")]
    [InlineData("专用设备制造业", "35")]
    [InlineData("纺织业", "17")]
    [InlineData("炼铁", "3110")]
    [InlineData("9999", null)]
    [InlineData("养龙业", null)]
    public void A_file_may_write_a_code_or_a_name(string text, string? expected) => Industries.Resolve(text, s_today).ShouldBe(expected);

    [Theory]
    [InlineData("79", "80")]
    [InlineData("7990", "80")]
    [InlineData("5810", "591")]
    [InlineData("5821", "582")]
    [InlineData("82", "83")]
    [InlineData("96", "97")]
    [InlineData("3525", "35")]
    [InlineData("97", null)]
    [InlineData("58", null)]
    public void A_code_of_an_older_file_means_what_it_meant_then(string text, string? expected) => Industries.Resolve(text, s_before).ShouldBe(expected);

    [Fact]
    public void The_same_digits_mean_different_things_before_and_after_the_edition_changed()
    {
        Industries.FindOn("79", new(2017, 9, 30))!.Name.ShouldBe("居民服务业");
        Industries.FindOn("79", new(2017, 10, 1))!.Name.ShouldBe("土地管理业");
        Industries.FindOn("17", s_before)!.Name.ShouldBe("纺织业");
        Industries.FindOn("17", new(2005, 1, 1)).ShouldBeNull();
    }

    [Fact]
    public async Task The_database_knows_the_section_of_every_code()
    {
        await using var database = await TestPostgres.CreateAsync(null, Platform.PlatformSchema.Schema, RegistryModule.Schema);
        await using var session = await database.Database.BeginAsync(Platform.Access.Actor.System);
        var codes = Industries.All.Where(i => i.Code.Length > 1).ToArray();
        var sections = await session.QueryAsync<string>("SELECT registry.section_of(code) FROM unnest(@codes) WITH ORDINALITY AS c (code, n) ORDER BY n", new { codes = codes.Select(c => c.Code).ToArray() });
        sections.ShouldBe(codes.Select(c => c.Section.ToString()));
    }
}
