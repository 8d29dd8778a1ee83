using System.Globalization;
using System.Text;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Dispatch;

/// <summary>One line of the public list: items that are told together, as goggles and face shields.</summary>
internal sealed record DeliveryLine(string Code, string Zh, string En, IReadOnlyList<string> Items)
{
    public string Name => Texts.Language == "en" ? En : Zh;
}

/// <summary>What went and what came, of one line, up to a day.</summary>
internal sealed record DeliveryTotal(DeliveryLine Line, long Sent, long Arrived)
{
    /// <summary>Under way, or gone.</summary>
    public long Gap => Sent - Arrived;
}

/// <summary>The public sums of deliveries.</summary>
internal static class Deliveries
{
    /// <summary>Length of a prefecture's short code: facilities of a county count for the prefecture, so that a sum tells of no single hospital.</summary>
    private const int PrefectureLength = 4;

    /// <summary>Lines in the order of the list of 19 February 2020; items in none of them follow, each by itself.</summary>
    public static IReadOnlyList<DeliveryLine> Lines { get; } = Complete(Resource.Read<IReadOnlyList<DeliveryLine>>("Dispatch/delivery-lines.json"));

    internal static Task AddAsync(Session session, Consignment c, DateTimeOffset at, long sent, long arrived, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO supplies.delivery_day (region_code, item_code, day, sent, arrived) VALUES (@region, @ItemCode, @day, @sent, @arrived)
        ON CONFLICT (region_code, item_code, day) DO UPDATE SET sent = delivery_day.sent + excluded.sent, arrived = delivery_day.arrived + excluded.arrived
        """, new { region = c.ToRegion.Length > PrefectureLength ? c.ToRegion[..PrefectureLength] : c.ToRegion, c.ItemCode, day = ChinaDay.Of(at), sent, arrived }, cancel);

    /// <summary>Goods whose loading was told after their arrival count for the day on which they were loaded.</summary>
    internal static async Task MoveSentAsync(Session session, Consignment c, DateTimeOffset counted, DateTimeOffset loaded, CancellationToken cancel)
    {
        if (ChinaDay.Of(counted) == ChinaDay.Of(loaded)) return;
        // The earlier day first, whichever of them gains: two who move sums between the same days never wait for each other in a circle.
        if (loaded < counted) await AddAsync(session, c, loaded, c.Quantity, 0, cancel);
        await session.ExecuteAsync("UPDATE supplies.delivery_day SET sent = sent - @Quantity WHERE region_code = @region AND item_code = @ItemCode AND day = @day",
            new { region = c.ToRegion.Length > PrefectureLength ? c.ToRegion[..PrefectureLength] : c.ToRegion, c.ItemCode, day = ChinaDay.Of(counted), c.Quantity }, cancel);
        if (loaded > counted) await AddAsync(session, c, loaded, c.Quantity, 0, cancel);
    }

    /// <summary>Everything sent to a region (empty for the country) up to a day, line by line; lines of which nothing was sent are left out.</summary>
    public static async Task<IReadOnlyList<DeliveryTotal>> UpToAsync(Session session, string region, DateOnly day, CancellationToken cancel)
    {
        var sums = (await session.QueryAsync<(string Item, long Sent, long Arrived)>("""
            SELECT item_code, sum(sent)::bigint, sum(arrived)::bigint FROM supplies.delivery_day WHERE day <= @day AND starts_with(region_code, @region) GROUP BY item_code
            """, new { day, region }, cancel)).ToDictionary(s => s.Item);
        return [.. Lines.Select(l => (Line: l, Of: l.Items.Where(sums.ContainsKey).Select(i => sums[i]).ToArray())).Where(l => l.Of.Length > 0).Select(l => new DeliveryTotal(l.Line, l.Of.Sum(s => s.Sent), l.Of.Sum(s => s.Arrived)))];
    }

    /// <summary>Open data: day by day what was sent and what arrived, with the sums since the beginning.</summary>
    public static Task<IReadOnlyList<DeliveryRecord>> RecordsAsync(Session session, string region, CancellationToken cancel) => session.QueryAsync<DeliveryRecord>("""
        SELECT region_code AS region, item_code AS item, day, sent, arrived,
            (sum(sent) OVER w)::bigint AS sent_total, (sum(arrived) OVER w)::bigint AS arrived_total
        FROM supplies.delivery_day WHERE starts_with(region_code, @region) WINDOW w AS (PARTITION BY region_code, item_code ORDER BY day) ORDER BY day, region_code, item_code LIMIT @RecordsMax
        """, new { region, RecordsMax }, cancel);

    /// <summary>Rows in one open file: two years of forty items in forty prefectures.</summary>
    private const int RecordsMax = 1_200_000;

    /// <summary>The list as a table file.</summary>
    public static string Csv(IEnumerable<DeliveryRecord> records)
    {
        var file = new StringBuilder("region,item,day,sent,arrived,sent_total,arrived_total\n");
        foreach (var r in records) file.Append(CultureInfo.InvariantCulture, $"{r.Region},{r.Item},{r.Day:yyyy-MM-dd},{r.Sent},{r.Arrived},{r.SentTotal},{r.ArrivedTotal}\n");
        return file.ToString();
    }

    private static List<DeliveryLine> Complete(IReadOnlyList<DeliveryLine> told) =>
        [.. told, .. ItemCatalogue.Current.All.Where(i => told.All(l => !l.Items.Contains(i.Code))).Select(i => new DeliveryLine(i.Code, i.Zh, i.En, [i.Code]))];
}

/// <summary>A row of the open data.</summary>
internal sealed record DeliveryRecord
{
    public string Region { get; init; } = "";
    public string Item { get; init; } = "";
    public DateOnly Day { get; init; }
    public long Sent { get; init; }
    public long Arrived { get; init; }
    public long SentTotal { get; init; }
    public long ArrivedTotal { get; init; }
}
