using Dapper;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Regions;

/// <summary>Keeps the tree of this process in step with the database: filled at start, reloaded after a change.</summary>
internal sealed class RegionStore(Database database) : IRegions
{
    /// <summary>The topic under which changes of regions, names or populations are announced.</summary>
    public const string Topic = "regions";

    private readonly RegionOutlines _outlines = new();
    private volatile RegionTree? _current;

    public IRegionTree Current => _current ?? throw new InvalidOperationException("The regions are not loaded yet; call LoadAsync at start.");

    public ReadOnlyMemory<byte>? OutlinesOf(RegionCode code) => _outlines.Of(code, Current);

    /// <summary>Brings the shipped list into the database and the database's list into memory.</summary>
    public async Task LoadAsync(CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var shipped = NationalCodeList.Regions();
        var (known, inEnglish) = await session.QuerySingleAsync<(long, long)>("SELECT count(*), count(english_name) FROM registry.region WHERE NOT is_statistical", cancel: cancel);
        if (known != shipped.Count || inEnglish != shipped.Count(r => r.EnglishName is not null))
        {
            await InsertAsync(session, shipped, overwrite: true, cancel);
        }
        var regions = await session.QueryAsync<Row>(
            "SELECT code, name, english_name, level, parent_code, is_statistical, valid_from, valid_to, successor_code FROM registry.region", cancel: cancel);
        var aliases = await session.QueryAsync<RegionAlias>("SELECT province_code, name, code FROM registry.region_alias", cancel: cancel);
        var population = await session.QueryAsync<(string Code, long Persons)>(
            "SELECT DISTINCT ON (region_code) region_code, persons FROM registry.population WHERE known_until = 'infinity' ORDER BY region_code, year DESC", cancel: cancel);
        await session.CommitAsync(cancel);
        _current = new RegionTree([.. regions.Select(r => RegionTree.Named(r.ToRegion()))], aliases.Concat(NationalCodeList.Aliases()), population.ToDictionary(p => p.Code, p => p.Persons));
    }

    public async Task KeepAsync(IReadOnlyCollection<Region> statisticalAreas, CancellationToken cancel = default)
    {
        if (statisticalAreas.Count == 0) return;
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            await InsertAsync(session, statisticalAreas, overwrite: false, cancel);
            await session.AnnounceAsync(Topic, cancel);
            await session.CommitAsync(cancel);
        }
        await LoadAsync(cancel);
    }

    private static async Task InsertAsync(Session session, IEnumerable<Region> regions, bool overwrite, CancellationToken cancel)
    {
        var rows = regions.Select(Row.From).ToArray();
        await session.ExecuteAsync($"""
            INSERT INTO registry.region (code, name, english_name, level, parent_code, is_statistical, valid_from, valid_to, successor_code)
            SELECT * FROM unnest(@Codes, @Names, @EnglishNames, @Levels, @Parents, @Statistical, @From::date[], @To::date[], @Successors)
            ON CONFLICT (code) DO {(overwrite
                ? "UPDATE SET name = excluded.name, english_name = excluded.english_name, level = excluded.level, parent_code = excluded.parent_code, valid_from = excluded.valid_from, valid_to = excluded.valid_to, successor_code = excluded.successor_code"
                : "NOTHING")}
            """,
            new
            {
                Codes = rows.Select(r => r.Code).ToArray(),
                Names = rows.Select(r => r.Name).ToArray(),
                EnglishNames = rows.Select(r => r.EnglishName).ToArray(),
                Levels = rows.Select(r => r.Level).ToArray(),
                Parents = rows.Select(r => r.ParentCode).ToArray(),
                Statistical = rows.Select(r => r.IsStatistical).ToArray(),
                From = rows.Select(r => r.ValidFrom?.ToString("O", System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
                To = rows.Select(r => r.ValidTo?.ToString("O", System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
                Successors = rows.Select(r => r.SuccessorCode).ToArray(),
            }, cancel);
    }

    private sealed record Row
    {
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string? EnglishName { get; init; }
        public short Level { get; init; }
        public string ParentCode { get; init; } = "";
        public bool IsStatistical { get; init; }
        public DateOnly? ValidFrom { get; init; }
        public DateOnly? ValidTo { get; init; }
        public string? SuccessorCode { get; init; }

        public static Row From(Region region) => new()
        {
            Code = region.Code.Value,
            Name = region.Name,
            EnglishName = region.EnglishName,
            Level = (short)region.Level,
            ParentCode = region.Parent.Value,
            IsStatistical = region.IsStatistical,
            ValidFrom = region.ValidFrom,
            ValidTo = region.ValidTo,
            SuccessorCode = region.Successor?.Value,
        };

        public Region ToRegion() => new(
            new(Code), Name, EnglishName, (RegionLevel)Level, new(ParentCode), IsStatistical, ValidFrom, ValidTo, SuccessorCode is null ? null : new RegionCode(SuccessorCode));
    }
}
