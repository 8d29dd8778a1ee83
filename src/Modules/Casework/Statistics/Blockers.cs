using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Statistics;

/// <summary>A share with its 95% interval by Wilson's score method (JASA 22:209-212, 1927), which stays inside 0..1 and holds for a handful of cases.</summary>
internal readonly record struct Share(int Part, int Of)
{
    /// <summary>97.5% quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    public double? Value => Of == 0 ? null : (double)Part / Of;

    public (double Low, double High)? Interval
    {
        get
        {
            if (Of == 0) return null;
            double n = Of, p = Part / n, z2 = Z * Z;
            var centre = (p + z2 / (2 * n)) / (1 + z2 / n);
            var half = Z / (1 + z2 / n) * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
            return (Math.Max(0, centre - half), Math.Min(1, centre + half));
        }
    }
}

/// <summary>What cases of a group say.</summary>
internal sealed record BlockerRow
{
    public string Category { get; init; } = "";
    public string Region { get; init; } = "";
    public string Industry { get; init; } = "";

    /// <summary>Cases opened in the period; duplicates count with the case they were merged into.</summary>
    public int Cases { get; init; }

    /// <summary>Of these, not ended yet.</summary>
    public int Running { get; init; }

    /// <summary>Of these, answered.</summary>
    public int Answered { get; init; }

    /// <summary>Hours from opening to answer in the middle case; a reopened case counts from its first opening to its last answer. Null without answers.</summary>
    public double? MedianHours { get; init; }

    /// <summary>Answered after the due time, or not answered although it has passed.</summary>
    public int Late { get; init; }

    public int Rated { get; init; }

    /// <summary>Rated 4 or 5.</summary>
    public int Content { get; init; }

    public double? MeanStars { get; init; }

    public Share LateShare => new(Late, Cases);

    public Share ContentShare => new(Content, Rated);
}

/// <summary>What blocks restarts: cases by category, city and industry.</summary>
/// <param name="From">First day of opening.</param>
/// <param name="To">Last day of opening.</param>
/// <param name="Region">Cases inside this region; empty for all that the reader may see.</param>
internal sealed record Blockers(DateOnly From, DateOnly To, string Region)
{
    /// <summary>Days of a period without a wish.</summary>
    public const int DefaultDays = 30;

    private const string Figures = """
        count(*)::integer AS cases, count(*) FILTER (WHERE stage IN ('open', 'accepted', 'asked'))::integer AS running, count(answered_at)::integer AS answered,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - opened_at) / 3600) FILTER (WHERE answered_at IS NOT NULL) AS median_hours,
        count(*) FILTER (WHERE CASE WHEN answered_at IS NOT NULL THEN answered_at > due_at WHEN stage IN ('open', 'accepted') THEN @now > due_at ELSE false END)::integer AS late,
        count(rating)::integer AS rated, count(*) FILTER (WHERE rating >= 4)::integer AS content, avg(rating)::float8 AS mean_stars
        """;

    private const string Cases = "casework.case_file WHERE stage <> 'merged' AND opened_at >= @since AND opened_at < @until AND region_code ^@ @Region";

    public static Blockers Of(string? from, string? to, string? region, DateOnly today)
    {
        var last = Day(to) ?? today;
        var first = Day(from) ?? last.AddDays(-DefaultDays + 1);
        return new(first <= last ? first : last, last, region is { Length: <= 6 } && region.All(char.IsAsciiDigit) ? region : "");
    }

    /// <summary>One row for everything.</summary>
    public Task<BlockerRow> AllAsync(Session session, CancellationToken cancel) => session.QuerySingleAsync<BlockerRow>($"SELECT {Figures} FROM {Cases}", Parameters(session), cancel);

    public Task<IReadOnlyList<BlockerRow>> ByCategoryAsync(Session session, CancellationToken cancel) => ByAsync(session, "category", cancel);

    /// <summary>By city (four digits).</summary>
    public Task<IReadOnlyList<BlockerRow>> ByRegionAsync(Session session, CancellationToken cancel) => ByAsync(session, "left(region_code, 4) AS region", cancel);

    /// <summary>By division of GB/T 4754 (two digits); empty for cases about no enterprise.</summary>
    public Task<IReadOnlyList<BlockerRow>> ByIndustryAsync(Session session, CancellationToken cancel) => ByAsync(session, "left(industry, 2) AS industry", cancel);

    /// <summary>By all three, for the file.</summary>
    public Task<IReadOnlyList<BlockerRow>> ByAllAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<BlockerRow>($"SELECT category, left(region_code, 4) AS region, left(industry, 2) AS industry, {Figures} FROM {Cases} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", Parameters(session), cancel);

    private Task<IReadOnlyList<BlockerRow>> ByAsync(Session session, string group, CancellationToken cancel) =>
        session.QueryAsync<BlockerRow>($"SELECT {group}, {Figures} FROM {Cases} GROUP BY 1 ORDER BY 2 DESC, 1", Parameters(session), cancel);

    private object Parameters(Session session) => new { since = ChinaDay.Start(From).ToUniversalTime(), until = ChinaDay.Start(To.AddDays(1)).ToUniversalTime(), Region, now = session.Now };

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var day) ? day : null;
}
