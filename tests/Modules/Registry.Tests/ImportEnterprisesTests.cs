using System.Text;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using static Rongtong.Registry.Tests.EnterpriseWorld;

namespace Rongtong.Registry.Tests;

public sealed class ImportEnterprisesTests
{
    private const string Header = "统一社会信用代码,企业名称,区县,地址,行业代码,从业人员,营业收入（万元）,资产总额（万元）,园区,登记状态,成立日期\n";

    [Fact]
    public async Task Enterprises_come_in_a_correction_counts_and_an_undo_brings_back_what_was()
    {
        await using var world = await CreateAsync();
        var first = await world.ImportAsync(Header + $"{A},武汉大成机械有限公司,420115,庙山大道1号,C3525,500,9000,8000,庙山开发区,存续,2008-05-12\n{B},武汉康佳医药有限公司,420106,中山路2号,5154,,,,,,\n");
        (first.New, first.Changed, first.Rejected).ShouldBe((2, 0, 0));
        var found = (await world.Enterprises.FindByCodeAsync(A))!;
        (found.Name, found.Region.Value, found.Industry, found.Size, found.Park).ShouldBe(("武汉大成机械有限公司", "420115", "3525", EnterpriseSize.Medium, "庙山开发区"));
        (await world.Enterprises.FindByCodeAsync(B))!.Size.ShouldBe(EnterpriseSize.Unknown);

        // The revenue alone: the rest stays, the size is made of both.
        var second = await world.ImportAsync($"code,name,region,revenue\n{A},武汉大成机械有限公司,420115,1000\n{C},武汉新来贸易有限公司,420106,\n");
        (second.New, second.Changed).ShouldBe((1, 1));
        (await world.Enterprises.FindByCodeAsync(A))!.Size.ShouldBe(EnterpriseSize.Small);
        (await world.QueryAsync<int>("SELECT count(*)::int FROM registry.enterprise_change WHERE field IN ('revenue', 'size')")).ShouldBe(2);

        (await world.ImportAsync($"code,name,region,revenue\n{A},武汉大成机械有限公司,420115,1000\n")).Unchanged.ShouldBe(1);

        var number = await world.NumberOfAsync(C);
        await world.Imports.UndoAsync(second.BatchId, Actor.System);
        (await world.Enterprises.FindByCodeAsync(A))!.Size.ShouldBe(EnterpriseSize.Medium);
        (await world.QueryAsync<long>("SELECT revenue FROM registry.enterprise_figure WHERE enterprise_id = (SELECT id FROM registry.enterprise WHERE code = @A)", new { A })).ShouldBe(9_000);
        (await world.Enterprises.FindByCodeAsync(C)).ShouldBeNull();

        // A number is never used again: the same code gets the same one.
        await world.ImportAsync($"code,name,region\n{C},武汉新来贸易有限公司,420106\n");
        (await world.Enterprises.FindByCodeAsync(C))!.Id.ShouldBe(number);
    }

    [Fact]
    public async Task What_cannot_be_right_is_rejected_by_name_and_the_wrong_check_character_is_told()
    {
        await using var world = await CreateAsync();
        var report = await world.ImportAsync(Header
            + "91350100M000100Y4,少一位有限公司,420115,,,,,,,,\n"
            + "91350100M000100Y4O,字母有限公司,420115,,,,,,,,\n"
            + "91350100M000100Y47,校验有限公司,420115,,,,,,,,\n"
            + $"{A},地区有限公司,999999,,,,,,,,\n{B},行业有限公司,420115,,9999,,,,,,\n{C},状态有限公司,420115,,,,,,,飞升,\n{D},,420115,,,-5,,,,,\n");
        report.New.ShouldBe(0);
        report.Rejects.Select(r => (r.Line, r.TextKey.Replace("registry.enterprises.expected.", "", StringComparison.Ordinal))).ToArray()[..6].ShouldBe(
            [(2, "code-length"), (3, "code-alphabet"), (4, "code-outer"), (5, "region"), (6, "industry"), (7, "status")]);
        report.Rejects.Where(r => r.Line == 8).Select(r => r.TextKey).ShouldBe(["registry.enterprises.expected.name", "import.expected.count"]);
        report.Findings.Single().ShouldSatisfyAllConditions(f => f.TextKey.ShouldBe("registry.enterprises.finding.check"), f => f.Args.ShouldBe(["4", "91350100M000100Y47", "3"]));
    }

    [Fact]
    public async Task A_file_of_GB18030_is_read_and_the_last_line_of_a_repeated_code_counts()
    {
        await using var world = await CreateAsync();
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var report = await world.ImportAsync(Header + $"{A},武汉大成机械有限公司,江夏区,,,,,,,,\n{A},武汉㐂成机械有限公司,420115,,,,,,,,\n".Replace("江夏区", "420115", StringComparison.Ordinal), encoding: Encoding.GetEncoding("GB18030"));
        report.New.ShouldBe(1);
        (await world.Enterprises.FindByCodeAsync(A))!.Name.ShouldBe("武汉㐂成机械有限公司");
        report.Findings.Single().ShouldSatisfyAllConditions(f => f.TextKey.ShouldBe("registry.enterprises.finding.repeated"), f => f.Args.ShouldBe(["1", A]));
    }

    [Fact]
    public async Task Names_with_a_province_and_codes_that_have_been_retired_find_their_region()
    {
        await using var world = await CreateAsync();
        var retired = world.Regions.Current.All.First(r => r.ValidTo is not null && r.Successor is not null && r.Level is RegionLevel.County);
        await world.ImportAsync($"code,name,province,region\n{A},甲有限公司,湖北省,江夏区\n{B},乙有限公司,,{retired.Code.Value}\n{C},丙有限公司,,\n");
        (await world.Enterprises.FindByCodeAsync(A))!.Region.Value.ShouldBe("420115");
        (await world.Enterprises.FindByCodeAsync(B))!.Region.ShouldBe(retired.Successor!.Value);
        // No region in the file: the registrar's, from the code itself (440300 is Shenzhen).
        (await world.Enterprises.FindByCodeAsync(C))!.Region.Value.ShouldBe("4403");
        // On a day on which it was in force, the retired code is itself.
        await world.ImportAsync($"code,name,region\n{D},丁有限公司,{retired.Code.Value}\n", day: retired.ValidTo!.Value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        (await world.Enterprises.FindByCodeAsync(D))!.Region.ShouldBe(retired.Code);
    }

    [Fact]
    public async Task A_keeper_changes_nothing_outside_the_own_regions()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},宜昌有限公司,420502\n");
        var report = await world.ImportAsync($"code,name,region\n{A},抢来有限公司,420115\n{B},外地有限公司,420502\n{C},本地有限公司,420115\n", Keeper);
        (report.New, report.Changed, report.Rejected).ShouldBe((1, 0, 1));
        report.Rejects.Single().TextKey.ShouldBe("registry.enterprises.expected.scope");
        report.Findings.Single().TextKey.ShouldBe("registry.enterprises.finding.outside");
        (await world.Enterprises.FindByCodeAsync(A))!.Name.ShouldBe("宜昌有限公司");
    }

    [Fact]
    public async Task Entries_that_look_like_one_enterprise_wait_for_a_person()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync(Header + $"{A},武汉大成机械有限公司,420115,阳光大道12号,,,,,,,\n{D},武汉便民第一超市有限公司,420115,,,,,,,,\n");
        var report = await world.ImportAsync(Header + $"{B},大成机械（武汉）有限责任公司,420106,别处1号,,,,,,,\n{C},武汉便民第二超市有限公司,420115,,,,,,,,\n");
        report.Findings.Single().ShouldSatisfyAllConditions(f => f.TextKey.ShouldBe("registry.enterprises.finding.duplicates"), f => f.Args.ShouldBe(["1"]));
        (await world.QueryAsync<(int, int, string)>("SELECT first_id, second_id, reason FROM registry.duplicate_candidate")).ShouldBe((await world.NumberOfAsync(A), await world.NumberOfAsync(B), "same-name"));
        (await world.QueryAsync<int>("SELECT count(*)::int FROM registry.enterprise WHERE merged_into IS NOT NULL")).ShouldBe(0);
        // Told to be two, they are not proposed again.
        await using (var session = await world.Database.Database.BeginAsync(Actor.System))
        {
            await new Enterprises.Merge.KeepApart(await world.NumberOfAsync(A), await world.NumberOfAsync(B)).RunAsync(session, default);
            await session.CommitAsync();
        }
        (await world.ImportAsync(Header + $"{B},大成机械(武汉)有限责任公司,420106,别处1号,,,,,,,\n")).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_modules_are_told_which_entries_changed()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},甲有限公司,420115\n");
        var number = await world.NumberOfAsync(A);
        (await world.QueryAsync<string>("SELECT payload->>'ids' FROM platform.outbox_event WHERE kind = @Kind", new { EnterprisesChanged.Kind })).ShouldBe($"[{number}]");
    }
}
