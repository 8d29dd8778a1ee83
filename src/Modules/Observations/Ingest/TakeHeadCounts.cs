using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rongtong.Contracts.HealthCode;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Observations.Ingest;

/// <summary>
/// Takes the health code's numbers of people at enterprises' doors as one source among others: how many, never who.
/// <code>
/// scans of the day by enterprise (HealthCode, numbers only) ──> one delivery, keyed by its content ──> people_in of "@code" ──> on-duty rate
/// </code>
/// Yesterday is taken again until nothing more comes; the same numbers again are the same delivery and change nothing.
/// </summary>
internal sealed class TakeHeadCounts(IEnumerable<IHeadCounts> heads, SeriesBook book, WriteBatch write) : IJob
{
    public string Name => "observations.take-head-counts";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        if (heads.FirstOrDefault() is not { } counts) return;
        var today = ChinaDay.Of(session.Now);
        foreach (var day in (DateOnly[])[today.AddDays(-1), today])
        {
            var present = await counts.PresentAsync(day, cancel);
            if (present.Count == 0) continue;
            await book.EnsureAsync(Source.HealthCode, [.. present.Keys.Select(code => new SeriesName(Quantity.PeopleIn, "@" + code, code))], cancel);
            var delivery = new Delivery(session.Now);
            foreach (var (code, people) in present)
            {
                if (book.TryFind(Source.HealthCode, Quantity.PeopleIn, "@" + code, out var series)) delivery.Add(series, day, people * Vocabulary.Scale, isConverted: false);
            }
            var content = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', present.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value}"))))));
            await write.RunAsync(session, new(Source.HealthCode, string.Create(CultureInfo.InvariantCulture, $"head-counts {day:yyyy-MM-dd} {content}"), content, "module", "system", session.Now), delivery,
                id => new(id, delivery.Rows.Count, 0, 0, delivery.Flagged(), [], 0), null, cancel);
        }
    }
}
