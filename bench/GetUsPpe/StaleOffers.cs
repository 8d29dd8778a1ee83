namespace Rongtong.Bench.GetUsPpe;

/// <summary>A match on an offer, with what was known when it was made, and whether it was later closed because there was nothing left.</summary>
/// <param name="AgeDays">Days since the donor last offered the item.</param>
/// <param name="OpenMatches">Matches made on the donor's offers of the item in the week before.</param>
internal sealed record MatchedOffer(DateTime Made, int AgeDays, int OpenMatches, bool WasStale);

/// <summary>How well a rule that calls a match stale from a threshold on does.</summary>
internal sealed record RuleQuality(double Precision, double Recall, double Auc, int Stale, int Matches);

/// <summary>
/// Which matches end without supply? A rule is fitted on the earlier half of the matches (the threshold with the greatest recall minus false alarms)
/// and judged on the later half. Counted are matches that were delivered or closed for no supply, on offers of the file.
/// </summary>
internal static class StaleOffers
{
    private const int WeekDays = 7;

    public static MatchedOffer[] Of(GetUsPpeFiles files)
    {
        var offered = files.Offers.GroupBy(o => (o.Donor, o.Item)).ToDictionary(g => g.Key, g => g.Select(o => o.Day).ToArray());
        var made = new Dictionary<(string, string), List<DateTime>>();
        var matched = new List<MatchedOffer>();
        foreach (var match in files.Matches.OrderBy(m => m.Made).ThenBy(m => m.Donor, StringComparer.Ordinal))
        {
            var key = (match.Donor, match.Item);
            if (!made.TryGetValue(key, out var earlier)) made[key] = earlier = [];
            var day = DateOnly.FromDateTime(match.Made);
            var isStale = match is { Status: "closed", Reason: "no_supply" };
            if ((isStale || match.Status == "delivered") && offered.GetValueOrDefault(key)?.Where(d => d <= day).DefaultIfEmpty(DateOnly.MinValue).Max() is { } last && last != DateOnly.MinValue)
                matched.Add(new(match.Made, day.DayNumber - last.DayNumber, earlier.Count(m => (match.Made - m).TotalDays <= WeekDays), isStale));
            earlier.Add(match.Made);
        }
        return [.. matched];
    }

    /// <summary>The threshold from which a score means stale, by the greatest recall minus false alarms.</summary>
    public static int Fit(IReadOnlyList<MatchedOffer> matches, Func<MatchedOffer, int> score)
    {
        var (stale, good) = (Math.Max(1, matches.Count(m => m.WasStale)), Math.Max(1, matches.Count(m => !m.WasStale)));
        return matches.Select(score).Distinct().Order().MaxBy(t => ((double)matches.Count(m => m.WasStale && score(m) >= t) / stale) - ((double)matches.Count(m => !m.WasStale && score(m) >= t) / good));
    }

    public static RuleQuality Quality(IReadOnlyList<MatchedOffer> matches, Func<MatchedOffer, int> score, int threshold)
    {
        var (stale, good) = (matches.Where(m => m.WasStale).Select(score).ToArray(), matches.Where(m => !m.WasStale).Select(score).ToArray());
        var (hits, alarms) = (stale.Count(s => s >= threshold), matches.Count(m => score(m) >= threshold));
        // The chance that a stale match scores higher than a good one, ties by half.
        var above = stale.Sum(s => good.Sum(g => s > g ? 1 : s == g ? 0.5 : 0));
        return new(alarms == 0 ? 0 : (double)hits / alarms, stale.Length == 0 ? 0 : (double)hits / stale.Length, above / Math.Max(1, (double)stale.Length * good.Length), stale.Length, matches.Count);
    }

    public static IEnumerable<BenchResult> Judge(GetUsPpeFiles files)
    {
        var matches = Of(files);
        var (earlier, later) = (matches[..(matches.Length / 2)], matches[(matches.Length / 2)..]);
        foreach (var (name, score) in new (string, Func<MatchedOffer, int>)[] { ("days since the offer", m => m.AgeDays), ("matches on the offer in the week before", m => m.OpenMatches) })
        {
            var threshold = Fit(earlier, score);
            var (fitted, judged) = (Quality(earlier, score, threshold), Quality(later, score, threshold));
            yield return new($"getusppe, stale by {name} from {threshold} on, AUC on the later half ({judged.Stale} of {judged.Matches} stale)", judged.Auc, "", "on the earlier half", fitted.Auc);
            yield return new($"getusppe, stale by {name} from {threshold} on, precision on the later half", judged.Precision, "", "on the earlier half", fitted.Precision);
            yield return new($"getusppe, stale by {name} from {threshold} on, recall on the later half", judged.Recall, "", "on the earlier half", fitted.Recall);
        }
    }
}
