using Rongtong.Platform.Imports;
using Rongtong.Supplies.Imports;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;
using Rongtong.Testing;

namespace Rongtong.Supplies.Tests;

public sealed class ImportTests : IAsyncLifetime
{
    private SuppliesWorld _world = null!;

    public async Task InitializeAsync() => _world = await SuppliesWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [SharedFact("data/supplies/hospital_demand_wuhan_huanggang.csv")]
    public async Task The_hospitals_of_Wuhan_and_Huanggang_ask_for_what_they_asked_for_and_a_one_is_no_amount()
    {
        var kind = new ImportDemandTable(_world.Regions);
        var report = await _world.ImportAsync(kind, await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/hospital_demand_wuhan_huanggang.csv")));
        (report.Rows, report.Rejected).ShouldBe((93, 0));
        (await CountAsync("SELECT count(*)::int FROM supplies.facility WHERE batch_id IS NOT NULL")).ShouldBeInRange(88, 91);
        (await CountAsync("SELECT count(*)::int FROM supplies.need WHERE quantity = 1")).ShouldBe(0);
        var (known, unknown) = (await CountAsync("SELECT count(*)::int FROM supplies.need WHERE amount_kind = 'known'"), await CountAsync("SELECT count(*)::int FROM supplies.need WHERE amount_kind = 'unknown'"));
        (known + unknown).ShouldBe((int)report.New);
        // 626 fields say 1, 108 a number; the two hospitals that stand twice take a few away.
        known.ShouldBeInRange(95, 108);
        unknown.ShouldBeInRange(590, 626);
        (await CountAsync("SELECT count(*)::int FROM supplies.need n JOIN supplies.facility f ON f.code = n.facility_code WHERE f.name = '麻城市人民医院' AND n.item_code = 'mask-surgical' AND n.quantity = 50000")).ShouldBe(1);
        report.Findings.Select(f => f.TextKey).ShouldBe(["supplies.import.odd.asks-nothing", "supplies.import.odd.empty", "supplies.import.odd.place", "supplies.import.odd.repeated", "supplies.import.odd.unknown-amount", "supplies.import.odd.unreviewed"], ignoreOrder: true);
        report.Findings.Single(f => f.TextKey.EndsWith("unknown-amount", StringComparison.Ordinal)).Args[0].ShouldBe("626");
        report.Findings.Single(f => f.TextKey.EndsWith("empty", StringComparison.Ordinal)).Args[0].ShouldBe("11");

        var again = await _world.ImportAsync(kind, await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/hospital_demand_wuhan_huanggang.csv")));
        (again.New, again.Changed).ShouldBe((0, 0));
        (await _world.UndoAsync(kind, report.BatchId)).ShouldBeTrue();
        (await CountAsync("SELECT count(*)::int FROM supplies.need")).ShouldBe(0);
        (await CountAsync("SELECT count(*)::int FROM supplies.facility WHERE batch_id IS NOT NULL")).ShouldBe(0);
    }

    [SharedFact("data/supplies/factory_supply.csv")]
    public async Task Producers_keep_what_they_make_also_under_names_that_nobody_knows()
    {
        var kind = new ImportCapacityTable(_world.Regions);
        var report = await _world.ImportAsync(kind, await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/factory_supply.csv")));
        (report.Rows, report.Rejected).ShouldBe((21, 0));
        report.New.ShouldBe(await CountAsync("SELECT count(*)::int FROM supplies.producer_report"));
        (await CountAsync("SELECT design_capacity::int FROM supplies.producer_report WHERE item_code = 'respirator-medical'")).ShouldBe(50_000);
        (await CountAsync("SELECT count(*)::int FROM supplies.producer_report WHERE design_capacity = 1")).ShouldBe(0);
        report.Findings.Single(f => f.TextKey == "supplies.import.odd.contradiction").Args[1].ShouldContain("山西 西安市");
        // Midnight of 26 January in China stands in the file as 16:00 of the day before, in UTC.
        (await _world.InAsync(s => s.QuerySingleAsync<DateOnly>("SELECT DISTINCT day FROM supplies.producer_report WHERE item_code = 'respirator-medical'"))).ShouldBe(new DateOnly(2020, 1, 26));
        (await _world.InAsync(s => AssignItemName.WaitingAsync(s, default))).ShouldBe([("PCR检测产品", 1)]);
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => new AssignItemName("PCR检测产品", "test-pcr").RunAsync(s, default))).ShouldBe(new AssignItemNameOutcome.Assigned(1));
        (await _world.ImportAsync(kind, await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/factory_supply.csv")))).New.ShouldBe(0);
        (await _world.UndoAsync(kind, report.BatchId)).ShouldBeTrue();
        (await CountAsync("SELECT count(*)::int FROM supplies.producer_report")).ShouldBe(0);
    }

    [SharedFact("data/supplies/logistics.csv")]
    public async Task Carriers_keep_their_lanes_and_nobody_invents_trucks()
    {
        var kind = new ImportLaneTable(_world.Regions);
        var report = await _world.ImportAsync(kind, await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/logistics.csv")));
        (report.Rows, report.New, report.Rejected).ShouldBe((22, 22, 0));
        (await CountAsync("SELECT count(*)::int FROM supplies.lane WHERE to_region = '4201' AND trucks IS NULL")).ShouldBe(22);
        (await CountAsync("SELECT count(*)::int FROM supplies.lane WHERE from_region = '52'")).ShouldBe(1);
        (await _world.UndoAsync(kind, report.BatchId)).ShouldBeTrue();
        (await CountAsync("SELECT count(*)::int FROM supplies.lane")).ShouldBe(0);
    }

    [Fact]
    public async Task Every_problem_of_a_row_is_named_and_the_good_rows_come_in()
    {
        var report = await _world.ImportAsync(new ImportNeeds(), "单位,物资,数量,下限,上限,紧急程度\nH1,N95,100,,,3\nH1,护目镜,,20,50,\nH1,某种新物资,,,,\nH404,N95,5,,,7\nH9,N95,5,,,\nP1,N95,5,,,\nH2,N95,5,2,9,\n");
        (report.New, report.Rejected).ShouldBe((3, 4));
        report.Rejects.Where(r => r.Line == 5).Select(r => r.TextKey).ShouldBe(["supplies.import.expected.facility", "supplies.import.expected.urgency"]);
        report.Rejects.Select(r => r.Line).Distinct().ShouldBe([5, 6, 7, 8]);
        (await _world.InAsync(s => s.QueryAsync<(string?, string, string)>("SELECT item_code, specification, amount_kind FROM supplies.need ORDER BY id"))).ShouldBe([("respirator-medical", "", "known"), ("goggles", "", "range"), (null, "某种新物资", "unknown")]);
    }

    [Fact]
    public async Task An_import_that_changed_a_need_gives_back_what_was_there_before()
    {
        await _world.ImportAsync(new ImportNeeds(), "facility,item,quantity\nH1,N95,100\n");
        var second = await _world.ImportAsync(new ImportNeeds(), "facility,item,quantity\nH1,N95,900\nH2,N95,5\n");
        (second.New, second.Changed).ShouldBe((1, 1));
        await _world.UndoAsync(new ImportNeeds(), second.BatchId);
        (await _world.InAsync(s => s.QueryAsync<(string, long)>("SELECT facility_code, quantity FROM supplies.need"))).ShouldBe([("H1", 100)]);
    }

    [Fact]
    public async Task Stock_comes_in_by_lot_and_is_taken_back_only_while_it_is_there()
    {
        var report = await _world.ImportAsync(new ImportStock(), "facility,item,quantity,lot,expires\nH1,N95,300,A1,2021-01-01\nH1,不知何物,5,,\n");
        (report.Changed, report.Rejected).ShouldBe((1, 1));
        var lot = await _world.LotAsync("A1", new(2021, 1, 1));
        (await _world.HeldAsync("H1", StockState.OnHand, lot)).ShouldBe(300);
        await _world.MoveAsync("away", lot, "H1", StockState.OnHand, "H2", StockState.OnHand, 1);
        (await Should.ThrowAsync<ImportFileException>(() => _world.UndoAsync(new ImportStock(), report.BatchId))).TextKey.ShouldBe("supplies.import.undo.moved-on");
        await _world.MoveAsync("back", lot, "H2", StockState.OnHand, "H1", StockState.OnHand, 1);
        (await _world.UndoAsync(new ImportStock(), report.BatchId)).ShouldBeTrue();
        (await _world.HeldAsync("H1", StockState.OnHand, lot)).ShouldBe(0);
    }

    [Fact]
    public async Task Facilities_and_producers_figures_come_in_by_our_own_files()
    {
        var facilities = await _world.ImportAsync(new ImportFacilities(_world.Regions), "code,name,kind,region,frontline,phone\nH7,武昌医院,hospital,420106,2,13800000007\nX 1,坏代码,hospital,420106,,\nH8,外省,hospital,430102,,\n,川厂,producer,5101,,\n");
        (facilities.New, facilities.Rejected).ShouldBe((2, 2));
        var output = await _world.ImportAsync(new ImportOutput(), "企业,物资,日期,设计产能,产量,库存\nP1,N95,2020-01-31,10000,8000,500\nP1,N95,2020-02-09,1,1,1\n");
        (output.New, output.Rejected).ShouldBe((1, 1));
    }

    private Task<int> CountAsync(string sql) => _world.InAsync(s => s.QuerySingleAsync<int>(sql));
}
