using System.Runtime.InteropServices;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Registry.Regions;

namespace Rongtong.Registry.Enterprises.Merge;

/// <summary>How a search for duplicates ended.</summary>
/// <param name="Found">New candidates put before people.</param>
/// <param name="CrowdedBlocks">Groups too large to be compared pair by pair.</param>
internal readonly record struct DuplicateSearch(int Found, int CrowdedBlocks);

/// <summary>
/// Looks for entries that may be one enterprise among those touched in this transaction and all others of the same prefecture.
/// <code>
/// prefecture by prefecture: name ──> core, pairs of characters; address ──> without region
///   same core in the prefecture ─────────────────────────────────> same-name
///   same address in the county, cores alike by half or more ─────> same-address
///   same two first characters of the core in the county, cores alike by four fifths, same numbers in them ──> like-name
/// </code>
/// One prefecture is in memory at a time (some 60,000 entries, 20 MB). A name whose first characters are mistyped is found by its address alone.
/// </summary>
internal sealed class FindDuplicates(Session session, IRegionTree tree)
{
    private const int BlockMax = 300;
    private const int FoundMax = 10_000;
    private const int SameAddressLikeness = 500;
    private const int LikeNameLikeness = 800;
    private const int AddressLengthMin = 5;

    private readonly Dictionary<(int, int), (short Likeness, string Reason)> _found = [];
    private readonly Dictionary<string, string[]> _regionNames = [];
    private int _crowded;

    public async Task<DuplicateSearch> RunAsync(long? batchId, CancellationToken cancel)
    {
        var prefectures = await session.QueryAsync<string>("SELECT DISTINCT left(e.region_code, 4) FROM touched_enterprise t JOIN registry.enterprise e ON e.id = t.id", cancel: cancel);
        // Known here once: joined in the query, all of them would be hashed again for each prefecture.
        var touched = (await session.QueryAsync<int>("SELECT id FROM touched_enterprise", cancel: cancel)).ToHashSet();
        // The database reads a prefecture while the one before is compared.
        var comparing = Task.CompletedTask;
        foreach (var prefecture in prefectures)
        {
            var rows = await session.QueryAsync<(int Id, string Name, string Address, string Region)>(
                "SELECT id, name, address, region_code FROM registry.enterprise WHERE region_code ^@ @prefecture AND merged_into IS NULL AND withdrawn_at IS NULL", new { prefecture }, cancel);
            await comparing;
            comparing = Task.Run(() => Compare(rows, touched), cancel);
        }
        await comparing;
        var added = await session.QueryAsync<int>("""
            INSERT INTO registry.duplicate_candidate (first_id, second_id, likeness, reason, batch_id, found_at)
            SELECT first, second, likeness, reason, @batchId, @now FROM unnest(@firsts, @seconds, @likenesses, @reasons) AS c (first, second, likeness, reason)
            ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING first_id
            """,
            new
            {
                batchId,
                now = session.Now,
                firsts = _found.Keys.Select(k => k.Item1).ToArray(),
                seconds = _found.Keys.Select(k => k.Item2).ToArray(),
                likenesses = _found.Values.Select(v => v.Likeness).ToArray(),
                reasons = _found.Values.Select(v => v.Reason).ToArray(),
            }, cancel);
        return new(added.Count, _crowded);
    }

    private void Compare(IReadOnlyList<(int Id, string Name, string Address, string Region)> rows, HashSet<int> touched)
    {
        foreach (var row in rows) NamesOf(row.Region);
        var entries = new Entry[rows.Count];
        Parallel.For(0, entries.Length, i =>
        {
            var (id, name, address, region) = rows[i];
            entries[i] = new(id, region, EnterpriseNames.CoreOf(name, NamesOf(region)), EnterpriseNames.AddressOf(address, NamesOf(region)), touched.Contains(id));
        });
        CompareBlocks('n', entries, e => ("", e.Core));
        CompareBlocks('a', entries, e => e.Address.Length >= AddressLengthMin ? (e.Region, e.Address) : null);
        CompareBlocks('b', entries, e => e.Core.Length >= 4 ? (e.Region, e.Core[..2]) : null);
    }

    /// <summary>Blocks are chains through one array, since nearly all have a single entry: the newest of a key, and before each the one that came before it.</summary>
    private void CompareBlocks(char kind, Entry[] entries, Func<Entry, (string, string)?> keyOf)
    {
        const int None = -1;
        var (newest, before) = (new Dictionary<(string, string), int>(entries.Length), new int[entries.Length]);
        for (var i = 0; i < entries.Length; i++)
        {
            if (keyOf(entries[i]) is not { } key) continue;
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(newest, key, out var exists);
            (before[i], last) = (exists ? last : None, i);
        }
        var block = new List<Entry>();
        foreach (var last in newest.Values)
        {
            if (before[last] == None) continue;
            block.Clear();
            for (var i = last; i != None; i = before[i]) block.Add(entries[i]);
            if (!block.Exists(e => e.IsTouched)) continue;
            if (block.Count > BlockMax) _crowded++;
            else ComparePairs(kind, block);
        }
    }

    private void ComparePairs(char kind, List<Entry> block)
    {
        for (var i = 0; i < block.Count; i++)
        {
            for (var j = i + 1; j < block.Count && _found.Count < FoundMax; j++)
            {
                var (a, b) = (block[i], block[j]);
                if (!a.IsTouched && !b.IsTouched) continue;
                var likeness = kind == 'n' ? 1_000 : EnterpriseNames.Likeness(a.Pairs, b.Pairs);
                var isAlike = kind switch
                {
                    'n' => true,
                    'a' => likeness >= SameAddressLikeness && a.Numbers == b.Numbers,
                    _ => likeness >= LikeNameLikeness && a.Numbers == b.Numbers,
                };
                if (!isAlike) continue;
                var pair = a.Id < b.Id ? (a.Id, b.Id) : (b.Id, a.Id);
                ref var best = ref CollectionsMarshal.GetValueRefOrAddDefault(_found, pair, out var exists);
                if (!exists || best.Likeness < likeness) best = ((short)likeness, kind switch { 'n' => "same-name", 'a' => "same-address", _ => "like-name" });
            }
        }
    }

    private string[] NamesOf(string region)
    {
        if (_regionNames.TryGetValue(region, out var known)) return known;
        var names = new List<string>();
        for (var length = 2; length <= region.Length; length += 2)
        {
            if (tree.Find(new(region[..length])) is not { } above) continue;
            names.Add(above.Name);
            names.AddRange(RegionNames.ShortForms(above.Name));
        }
        // From the outside in: 湖北省 goes first, then 武汉市, then the county.
        return _regionNames[region] = [.. names];
    }

    private sealed record Entry(int Id, string Region, string Core, string Address, bool IsTouched)
    {
        public int[] Pairs => field ??= EnterpriseNames.PairsOf(Core);

        public string Numbers => field ??= EnterpriseNames.NumbersOf(Core);
    }
}
