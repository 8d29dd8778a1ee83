using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Measures;
using Rongtong.Observations.Rollup;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Pages;

/// <summary>Sums of one cell as a reader may see them.</summary>
internal sealed record RateCell
{
    public short Measure { get; init; }
    public string Region { get; init; } = "";
    public DateOnly Day { get; init; }
    public short Key { get; init; }
    public int Firms { get; init; }
    public int Covered { get; init; }
    public long Numerator { get; init; }
    public long Denominator { get; init; }
    public int Doubtful { get; init; }
    public bool Held { get; init; }

    /// <summary>The rate; null where nothing is known or it is kept back.</summary>
    public decimal? Rate => Held || Denominator <= 0 ? null : (decimal)Numerator / Denominator;

    /// <summary>Half-width of the interval, 95%: enterprises without data could be like those with; a doubtful one could be either.</summary>
    public decimal? Doubt => Rate is not { } rate || Covered == 0 ? null
        : (decimal)(1.96 * Math.Sqrt((double)(Math.Clamp(rate, 0, 1) * (1 - Math.Clamp(rate, 0, 1))) / Covered * (1 - (double)Covered / Math.Max(Firms, Covered)))) + (decimal)Doubtful / Covered;

    public decimal? Coverage => Firms == 0 ? null : (decimal)Covered / Firms;
}

/// <summary>What is asked of the pages of rates: where, which industry and size, which day, which measure.</summary>
internal sealed record RateQuery(RegionCode Region, int Industry, int Size, DateOnly? Day, Measure Measure)
{
    public short Key => Dimensions.KeyOf(Industry, Size);

    public static RateQuery Parse(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var region = query["region"].ToString();
        var industry = query["industry"].ToString();
        var number = Dimensions.SectionNumber(industry) ?? (int.TryParse(industry, NumberStyles.None, CultureInfo.InvariantCulture, out var division) && division is >= 1 and <= 99 ? division : 0);
        var size = int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s is >= 1 and <= 5 ? s : 0;
        DateOnly? day = DateOnly.TryParseExact(query["day"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var d) ? d : null;
        return new(region is "" or "cn" || region.Length > 6 ? RegionCode.Nation : new RegionCode(region), number, size, day, MeasureBook.Find(query["measure"]) ?? MeasureBook.All[0]);
    }

    /// <summary>The address of the same question with something else in it.</summary>
    public string Href(RegionCode? region = null, int? industry = null, int? size = null, DateOnly? day = null, string? measure = null)
    {
        var (where, what, how) = (region ?? Region, industry ?? Industry, size ?? Size);
        var parts = new List<string>();
        if (where != RegionCode.Nation) parts.Add("region=" + where.Value);
        if (what > 0) parts.Add("industry=" + Uri.EscapeDataString(what > 100 ? Dimensions.LetterOf(what) : what.ToString(CultureInfo.InvariantCulture)));
        if (how > 0) parts.Add("size=" + how.ToString(CultureInfo.InvariantCulture));
        if ((day ?? Day) is { } when) parts.Add("day=" + when.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        parts.Add("measure=" + (measure ?? Measure.Name));
        return "/rates?" + string.Join('&', parts);
    }
}

/// <summary>
/// Reads roll-ups for pages and open data. Who may open meters of a region sees its exact figures; everybody else sees them with those kept back
/// that would show single firms. Kept in memory for readers of the same scope until figures change.
/// </summary>
internal sealed class RateReadings(Database database, ReadCache cache, TimeProvider clock)
{
    private const string Columns = "r.measure, r.region, r.day, r.keys[i] AS key, r.firms[i] AS firms, r.covered[i] AS covered, r.numerator[i] AS numerator, r.denominator[i] AS denominator, r.doubtful[i] AS doubtful, r.held[i] AS held";

    /// <summary>The newest day that is not only beginning to come in.</summary>
    public Task<DateOnly?> LastDayAsync(Actor actor) => ReadAsync(actor, "last-day", session => RollUp.LastDayAsync(session, ChinaDay.Of(clock.GetUtcNow())));

    public Task<DateTime?> CountedAtAsync(Actor actor, DateOnly day) => ReadAsync(actor, $"counted {day:O}",
        session => session.QuerySingleOrDefaultAsync<DateTime?>("SELECT counted_at FROM observations.counted_day WHERE day = @day", new { day }));

    /// <summary>One cell of all measures on a day.</summary>
    public Task<IReadOnlyList<RateCell>> MeasuresAsync(Actor actor, string region, short key, DateOnly day) => CellsAsync(actor, $"measures {region} {key} {day:O}",
        $"SELECT {Columns} FROM observations.rollup r, array_position(r.keys, @key) i WHERE r.region = @region AND r.day = @day AND i IS NOT NULL ORDER BY measure", new { region, key, day });

    /// <summary>One cell of a measure over days.</summary>
    public Task<IReadOnlyList<RateCell>> CurveAsync(Actor actor, short measure, string region, short key, DateOnly from, DateOnly to) => CellsAsync(actor, $"curve {measure} {region} {key} {from:O} {to:O}",
        $"SELECT {Columns} FROM observations.rollup r, array_position(r.keys, @key) i WHERE r.measure = @measure AND r.region = @region AND r.day BETWEEN @from AND @to AND i IS NOT NULL ORDER BY day", new { measure, region, key, from, to });

    /// <summary>Cells of a measure on a day: these keys in these regions.</summary>
    public Task<IReadOnlyList<RateCell>> GridAsync(Actor actor, short measure, IReadOnlyList<string> regions, IReadOnlyList<short> keys, DateOnly day) => CellsAsync(actor, $"grid {measure} {string.Join(',', regions)} {string.Join(',', keys)} {day:O}",
        $"SELECT {Columns} FROM observations.rollup r CROSS JOIN unnest(@keys) k CROSS JOIN array_position(r.keys, k) i WHERE r.measure = @measure AND r.region = ANY (@regions) AND r.day = @day AND i IS NOT NULL", new { measure, regions = regions.ToArray(), keys = keys.ToArray(), day });

    private async Task<IReadOnlyList<RateCell>> CellsAsync(Actor actor, string what, string sql, object args)
    {
        var cells = await ReadAsync(actor, what, session => session.QueryAsync<RateCell>(sql, args));
        return [.. cells.Select(c => actor.May(ObservationPermissions.Meters) && actor.Covers(c.Region) ? c with { Held = false } : c.Held ? c with { Covered = 0, Numerator = 0, Denominator = 0, Doubtful = 0 } : c)];
    }

    /// <summary>As the product itself: what a reader may see is decided above, for every cell.</summary>
    private Task<T> ReadAsync<T>(Actor actor, string what, Func<Session, Task<T>> read) => cache.GetAsync(RollUp.Topic, actor, what, async () =>
    {
        await using var session = await database.BeginAsync(Actor.System);
        return await read(session);
    });
}
