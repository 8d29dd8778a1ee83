using Rongtong.Registry.Enterprises.Merge;

namespace Rongtong.Registry.Tests;

public sealed class EnterpriseNamesTests
{
    private static readonly string[] s_regions = ["湖北省", "湖北", "武汉市", "武汉", "江夏区", "江夏"];

    [Theory]
    [InlineData("武汉大成机械有限公司")]
    [InlineData("湖北省武汉市大成机械有限责任公司")]
    [InlineData("大成机械（武汉）有限公司")]
    [InlineData("武汉 大成机械 有限 公司")]
    [InlineData("武汉大成机械股份有限公司")]
    public void Ways_of_writing_one_name_have_one_core(string name) => EnterpriseNames.CoreOf(name, s_regions).ShouldBe("大成机械");

    [Theory]
    [InlineData("武汉有限公司", "武汉")]
    [InlineData("公司", "公司")]
    [InlineData("武汉大成机械有限公司黄陂分公司", "大成机械有限公司黄陂分公司")]
    public void Something_always_remains(string name, string core) => EnterpriseNames.CoreOf(name, s_regions).ShouldBe(core);

    [Fact]
    public void An_address_is_compared_without_its_region_and_signs() => EnterpriseNames.AddressOf("湖北省武汉市江夏区 庙山开发区，阳光大道 １２ 号", s_regions).ShouldBe("庙山开发区阳光大道12号");

    [Fact]
    public void Likeness_is_full_for_the_same_and_none_for_strangers()
    {
        int Likeness(string a, string b) => EnterpriseNames.Likeness(EnterpriseNames.PairsOf(a), EnterpriseNames.PairsOf(b));
        Likeness("大成机械制造", "大成机械制造").ShouldBe(1_000);
        Likeness("大成机械制造", "康佳医疗用品").ShouldBe(0);
        Likeness("大成机械制造", "大成机械制作").ShouldBe(800);
        EnterpriseNames.NumbersOf("便民第3超市").ShouldBe("3");
    }
}
