using FsCheck;
using FsCheck.Fluent;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Registry.Enterprises;
using Rongtong.Registry.Enterprises.Merge;
using Rongtong.Registry.Enterprises.Statistics;
using static Rongtong.Registry.Tests.EnterpriseWorld;

namespace Rongtong.Registry.Tests;

public sealed class MergeEnterprisesTests
{
    [Fact]
    public async Task After_a_chain_of_merges_every_number_and_code_means_the_one_that_was_kept()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},甲有限公司,420115\n{B},乙有限公司,420115\n{C},丙有限公司,420115\n");
        var (a, b, c) = (await world.NumberOfAsync(A), await world.NumberOfAsync(B), await world.NumberOfAsync(C));
        (await world.MergeAsync(b, c)).ShouldBeOfType<MergeOutcome.Done>();
        (await world.MergeAsync(a, b)).ShouldBeOfType<MergeOutcome.Done>();
        (await world.Enterprises.FindAsync(c))!.Id.ShouldBe(a);
        (await world.Enterprises.FindByCodeAsync(C))!.Id.ShouldBe(a);
        (await world.Enterprises.NumbersOfAsync([A, B, C, D])).ShouldBe(new Dictionary<string, int> { [A] = a, [B] = a, [C] = a }, ignoreOrder: true);
        (await world.Enterprises.FindAsync([b, c])).Select(e => e.Id).ShouldBe([a]);
        var all = new List<int>();
        await foreach (var e in world.Enterprises.AllAsync()) all.Add(e.Id);
        all.ShouldBe([a]);

        (await world.MergeAsync(c, a)).ShouldBeOfType<MergeOutcome.AlreadyMerged>();
        (await world.MergeAsync(a, a)).ShouldBeOfType<MergeOutcome.NotFound>();
        (await world.UnmergeAsync(a)).ShouldBeOfType<MergeOutcome.NotMerged>();
        // Taking the second merge back restores the first: c belongs to b again.
        (await world.UnmergeAsync(b)).ShouldBeOfType<MergeOutcome.Done>();
        (await world.Enterprises.FindAsync(c))!.Id.ShouldBe(b);
        (await world.QueryAsync<string>("SELECT string_agg(kind || (payload - 'ids')::text, ' ' ORDER BY id) FROM platform.outbox_event WHERE kind <> @Kind", new { EnterprisesChanged.Kind })).ShouldBe(
            $$"""{{EnterpriseMerged.Kind}}{"kept": {{b}}, "merged": {{c}}} {{EnterpriseMerged.Kind}}{"kept": {{a}}, "merged": {{b}}} {{EnterpriseUnmerged.Kind}}{"kept": {{a}}, "restored": {{b}}}""");
    }

    [Fact]
    public async Task The_kept_entry_speaks_for_what_it_does_not_know_itself_until_the_merge_is_taken_back()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region,industry,persons,revenue\n{A},甲有限公司,420115,3525,,50000\n{B},乙有限公司,420115,3525,1200,100\n");
        var (a, b) = (await world.NumberOfAsync(A), await world.NumberOfAsync(B));
        (await world.Enterprises.FindAsync(a))!.Size.ShouldBe(EnterpriseSize.Unknown);
        await world.MergeAsync(a, b);
        (await world.Enterprises.FindAsync(a))!.Size.ShouldBe(EnterpriseSize.Large);
        (await PersonsAsync(world)).ShouldBe((1L, 1_200L));
        await world.UnmergeAsync(b);
        (await world.Enterprises.FindAsync(a))!.Size.ShouldBe(EnterpriseSize.Unknown);
        (await world.Enterprises.FindAsync(b))!.Size.ShouldBe(EnterpriseSize.Micro);
        (await PersonsAsync(world)).ShouldBe((2L, 1_200L));
    }

    [Fact]
    public async Task However_entries_are_merged_and_parted_nothing_is_lost_or_counted_twice()
    {
        await using var world = await CreateAsync();
        var codes = Enumerable.Range(0, 8).Select(n => Codes.CreditCode.Complete($"91420115YD{n:D6}")).ToArray();
        // Every one known and a power of two, so that a sum tells which entries it is made of.
        await world.ImportAsync("code,name,region,persons\n" + string.Concat(codes.Select((c, n) => $"{c},企业{(char)('甲' + n * 37)}有限公司,420115,{1 << n}\n")));
        var ids = await Task.WhenAll(codes.Select(world.NumberOfAsync));
        var step = Gen.Choose(0, 7).SelectMany(x => Gen.Choose(0, 7), (x, y) => (x, y)).SelectMany(p => Gen.Choose(0, 2), (p, kind) => (p.x, p.y, IsMerge: kind > 0));
        Prop.ForAll(Arb.From(step.ArrayOf()), steps =>
        {
            // The model: who is whose direct parent.
            var parent = new int?[8];
            foreach (var (x, y, isMerge) in steps)
            {
                if (isMerge)
                {
                    var isDone = world.MergeAsync(ids[x], ids[y]).GetAwaiter().GetResult() is MergeOutcome.Done;
                    isDone.ShouldBe(x != y && parent[x] is null && parent[y] is null);
                    if (isDone) parent[y] = x;
                }
                else
                {
                    (world.UnmergeAsync(ids[x]).GetAwaiter().GetResult() is MergeOutcome.Done).ShouldBe(parent[x] is not null);
                    parent[x] = null;
                }
            }
            var roots = Enumerable.Range(0, 8).Where(n => parent[n] is null).ToArray();
            PersonsAsync(world).GetAwaiter().GetResult().ShouldBe((roots.Length, roots.Sum(n => 1L << n)));
            for (var n = 0; n < 8; n++)
            {
                var root = n;
                while (parent[root] is { } above) root = above;
                world.Enterprises.FindAsync(ids[n]).GetAwaiter().GetResult()!.Id.ShouldBe(ids[root]);
            }
            for (var n = 0; n < 8; n++) world.UnmergeAsync(ids[n]).GetAwaiter().GetResult();
            PersonsAsync(world).GetAwaiter().GetResult().ShouldBe((8L, 255L));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public async Task Somebody_of_another_region_merges_nothing()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},甲有限公司,420502\n{B},乙有限公司,420115\n");
        (await world.MergeAsync(await world.NumberOfAsync(B), await world.NumberOfAsync(A), Keeper)).ShouldBeOfType<MergeOutcome.NotFound>();
    }

    [Fact]
    public async Task An_import_that_is_taken_back_leaves_an_entry_that_others_were_merged_into()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},甲有限公司,420115\n");
        var second = await world.ImportAsync($"code,name,region\n{B},乙有限公司,420115\n{C},丙有限公司,420115\n");
        await world.MergeAsync(await world.NumberOfAsync(B), await world.NumberOfAsync(A));
        await world.Imports.UndoAsync(second.BatchId, Actor.System);
        (await world.Enterprises.FindByCodeAsync(A))!.Code.ShouldBe(B);
        (await world.Enterprises.FindByCodeAsync(C)).ShouldBeNull();
    }

    private static async Task<(long Enterprises, long Persons)> PersonsAsync(EnterpriseWorld world)
    {
        await using var session = await world.Database.Database.BeginAsync(Actor.System);
        var cells = await EnterpriseCounts.ReadAsync(session, new("4201"), default);
        return (cells.Sum(c => c.Enterprises), cells.Sum(c => c.Persons));
    }
}
