using System.Globalization;

namespace Rongtong.Bench.GetUsPpe;

/// <summary>What a donor offers.</summary>
internal sealed record Offer(int Number, string Donor, string Item, long Quantity, DateOnly Day, string State);

/// <summary>What a facility needs.</summary>
internal sealed record Need(int Number, string Item, long Quantity, DateOnly Day, string State);

/// <summary>A match that was made, and how it ended.</summary>
internal sealed record Match(string Donor, string Item, long Quantity, DateTime Made, string Status, string Reason);

/// <summary>
/// Reads the published files of GetUsPPE. The request file counts requests by month and county and says neither items nor amounts: a request is given
/// the item and the amount of a match that was really made, and a day of its month, by a fixed rule (no two runs differ).
/// </summary>
/// <param name="OffersLeftOut">Rows without a state of the USA, without an amount, with an amount above the limit, or twice the same.</param>
internal sealed record GetUsPpeFiles(IReadOnlyList<Offer> Offers, IReadOnlyList<Need> Needs, IReadOnlyList<Match> Matches, int OffersLeftOut)
{
    public static readonly string[] Names = ["getusppe_offers.csv", "getusppe_county_analysis.csv", "getusppe_matches_to_2020-11.csv"];

    /// <summary>Fraction of the golden section: its multiples spread evenly whatever their number.</summary>
    private const double Golden = 0.6180339887498949;

    public static GetUsPpeFiles Read(IEnumerable<string> offers, IEnumerable<string> counties, IEnumerable<string> matches, long offerMost)
    {
        Match[] made = [.. Rows(matches, "donorkey", "enumcode", "qty", "matchCreated", "matchstatus", "matchsubstatus").Select(r => new Match(r[0], r[1], Quantity(r[2]), Moment(r[3]), r[4], r[5]))];
        var (read, seen, rows) = (new List<Offer>(), new HashSet<string>(), 0);
        foreach (var r in Rows(offers, "donorKey", "equipmentEnum", "qty", "datecreated", "stateprovince", "donationkey"))
        {
            rows++;
            if (States.Code(r[4]) is { } state && Quantity(r[2]) is > 0 and var quantity && quantity <= offerMost && seen.Add(string.Join(',', r)))
                read.Add(new(rows, r[0], r[1], quantity, DateOnly.FromDateTime(Moment(r[3])), state));
        }
        return new([.. read.OrderBy(o => o.Day).ThenBy(o => o.Number)], NeedsOf(counties, [.. made.Where(m => m.Quantity > 0 && m.Reason != "test_match")]), made, rows - read.Count);
    }

    private static Need[] NeedsOf(IEnumerable<string> counties, Match[] patterns)
    {
        var needs = new List<Need>();
        foreach (var r in Rows(counties, "TIME", "stateprovince", "num_requests"))
        {
            if (States.Code(r[1]) is not { } state) continue;
            var month = DateOnly.ParseExact(r[0], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            for (var i = Quantity(r[2]); i > 0; i--)
            {
                var number = needs.Count;
                var pattern = patterns[(int)(number * Golden % 1 * patterns.Length)];
                var day = (int)(number * Golden * Golden % 1 * DateTime.DaysInMonth(month.Year, month.Month));
                needs.Add(new(number, pattern.Item, pattern.Quantity, month.AddDays(day), state));
            }
        }
        return [.. needs.OrderBy(n => n.Day).ThenBy(n => n.Number)];
    }

    private static IEnumerable<string[]> Rows(IEnumerable<string> lines, params string[] columns)
    {
        int[]? at = null;
        foreach (var line in lines)
        {
            var cells = Cells(line);
            if (at is null)
            {
                at = [.. columns.Select(c => Array.IndexOf(cells, c))];
                if (Array.IndexOf(at, -1) is >= 0 and var missing) throw new InvalidDataException($"there is no column '{columns[missing]}' in: {line}");
            }
            else yield return [.. at.Select(a => cells[a].Trim())];
        }
    }

    /// <summary>Between commas; in a cell between quotation marks a comma is part of it. No cell of these files holds a quotation mark or a line end.</summary>
    private static string[] Cells(string line)
    {
        var parts = line.Split('"');
        for (var i = 1; i < parts.Length; i += 2) parts[i] = parts[i].Replace(',', ' ');
        return string.Concat(parts).Split(',');
    }

    private static long Quantity(string cell) => decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) < 1e15m ? (long)value : 0;

    private static DateTime Moment(string cell) => DateTime.ParseExact(cell[..19], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
