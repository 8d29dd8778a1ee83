using System.Security.Cryptography;
using System.Text;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Supplies.Prices;

/// <summary>A photograph of a receipt.</summary>
internal sealed record Receipt(string MediaType, byte[] Bytes)
{
    /// <summary>Largest photograph kept, bytes.</summary>
    public const int BytesMax = 2_000_000;

    /// <summary>The photograph, told from its first bytes whatever its name says; null when it is neither JPEG nor PNG or too large.</summary>
    public static Receipt? Of(byte[] bytes) => bytes switch
    {
        { Length: > BytesMax } => null,
        [0xFF, 0xD8, 0xFF, ..] => new("image/jpeg", bytes),
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => new("image/png", bytes),
        _ => null,
    };
}

/// <summary>What becomes of a report.</summary>
internal abstract record ReportOutcome
{
    /// <summary>Kept; the number is how whoever sent it sees what becomes of it.</summary>
    public sealed record Recorded(string Number, string Verdict) : ReportOutcome;

    /// <summary>Fields that are wrong.</summary>
    public sealed record Invalid(IReadOnlyList<string> Fields) : ReportOutcome;

    /// <summary>The sender has sent as many as one may in an hour.</summary>
    public sealed record TooMany : ReportOutcome;
}

/// <summary>
/// A price that a citizen, a shop or a price monitor saw: kept, judged by the rules in force, and made part of the one case of its shop and good
/// when a rule is broken. Nothing here is shown to the public by shop: a false report can harm nobody before an inspector has looked.
/// </summary>
/// <param name="Reporter">citizen, shop or monitor.</param>
/// <param name="Organisation">Code of the shop's organisation when it reports itself; empty otherwise.</param>
/// <param name="Sender">Network address of a citizen, kept as a salted hash alone; null for others.</param>
internal sealed record RecordPriceReport(
    string Reporter, string Organisation, string? Sender, string Item, string? Region, string Shop, long? PriceFen, long? PurchaseFen, long? Stock, long? MonthlySales, DateOnly? SeenOn, string Note, Receipt? Receipt = null)
{
    public const int ShopLengthMax = 80;
    public const int NoteLengthMax = 500;

    /// <summary>Reports of one sender in an hour.</summary>
    public const int ReportsPerHourMax = 10;

    /// <summary>Dearest price believed, fen: a million yuan a unit is a slip of the keyboard.</summary>
    public const long PriceFenMax = 100_000_000;

    /// <summary>Oldest purchase that can be reported, days.</summary>
    public const int SeenDaysMax = 60;

    private const int WorkingDaysToAnswer = 3;

    public async Task<ReportOutcome> RunAsync(Session session, long? batch = null, CancellationToken cancel = default)
    {
        if (Problems(ChinaDay.Of(session.Now), batch is not null) is { Count: > 0 } problems) return new ReportOutcome.Invalid(problems);
        ReportOutcome outcome = new ReportOutcome.TooMany();
        await session.AsSystemAsync(async () =>
        {
            var sender = Sender is null ? null : await HashAsync(session, cancel);
            if (sender is not null && await session.QuerySingleAsync<int>("SELECT count(*)::int FROM supplies.price_report WHERE reporter_hash = @sender AND recorded_at > @since", new { sender, since = session.Now.AddHours(-1) }, cancel) >= ReportsPerHourMax) return;
            var key = Organisation.Length > 0 ? Organisation : KeyOf(Shop);
            // One writer at a time for a good: the case of a shop is opened once, and the published figures see every report before them.
            await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('supplies.price:' || @Item, 0))", new { Item }, cancel);
            var verdict = PriceRules.Worst(await FindingsAsync(session, cancel));
            var number = NewNumber();
            var opened = PriceRules.IsBreach(verdict) ? await CaseAsync(session, key, cancel) : null;
            var id = await session.QuerySingleAsync<long>("""
                INSERT INTO supplies.price_report (number, item, region_code, shop_key, shop_name, shop_organisation, reporter, reporter_hash, price_fen, purchase_fen, stock, monthly_sales, seen_on, note, verdict, case_id, batch_id, recorded_at)
                VALUES (@number, @Item, @Region, @key, @Shop, @Organisation, @Reporter, @sender, @PriceFen, @PurchaseFen, @Stock, @MonthlySales, @SeenOn, @Note, @verdict, @case, @batch, @now) RETURNING id
                """, new { number, Item, Region, key, Shop, Organisation, Reporter, sender, PriceFen, PurchaseFen, Stock, MonthlySales, SeenOn, Note, verdict, @case = opened?.Id, batch, now = session.Now }, cancel);
            if (Receipt is not null) await session.ExecuteAsync("INSERT INTO supplies.price_receipt (report_id, region_code, media_type, bytes) VALUES (@id, @Region, @MediaType, @Bytes)", new { id, Region, Receipt.MediaType, Receipt.Bytes }, cancel);
            if (opened is { IsNew: true })
            {
                var (zh, en) = (Goods.NameOf(Item, "zh-CN"), Goods.NameOf(Item, "en"));
                await session.PublishAsync(CaseWanted.Kind, CaseKey(opened.Id), new CaseWanted(CaseKey(opened.Id), "price", Region!, null, $"价格线索：{zh}", $"Price report: {en}",
                    $"{Shop} · {PriceFen / 100m:0.00} · {verdict} · {Reporter}", $"/supplies/prices/reports/{id}", WorkingDaysToAnswer), cancel);
            }
            await RefreshPriceDay.RunAsync(session, Item, Region!, SeenOn!.Value, cancel);
            outcome = new ReportOutcome.Recorded(number, verdict);
        }, cancel);
        return outcome;
    }

    /// <summary>What the rules say of this price, as of the day it was seen.</summary>
    private async Task<IReadOnlyList<PriceFinding>> FindingsAsync(Session session, CancellationToken cancel) =>
        await JudgeAsync(session, Region!, SeenOn!.Value, Item, new(Goods.Find(Item)!.IsMedical, PriceFen!.Value, PurchaseFen, Stock, MonthlySales), cancel);

    public static async Task<IReadOnlyList<PriceFinding>> JudgeAsync(Session session, string region, DateOnly day, string item, PriceFacts facts, CancellationToken cancel)
    {
        var rules = PriceThresholds.With(await ThresholdChange.InForceAsync(session, region, day, cancel));
        var references = new Dictionary<DateOnly, ReferencePrice?>();
        foreach (var on in PriceRules.InForce(rules, region, day).Select(r => r.ReferenceDay).Distinct()) references[on] = await ReferenceAsync(session, item, region, on, cancel);
        return PriceRules.Judge(rules, region, day, facts, on => references[on]);
    }

    /// <summary>The reference price of the nearest region around, of the last day on or before the given one.</summary>
    public static async Task<ReferencePrice?> ReferenceAsync(Session session, string item, string region, DateOnly day, CancellationToken cancel)
    {
        var row = (await session.QueryAsync<(long PriceFen, long? PurchaseFen, DateOnly OnDay, string RegionCode, string Source)>("""
            SELECT price_fen, purchase_fen, on_day, region_code, source FROM supplies.price_reference
            WHERE item = @item AND @region ^@ region_code AND on_day <= @day ORDER BY length(region_code) DESC, on_day DESC, source LIMIT 1
            """, new { item, region, day }, cancel)).Select(r => ((long, long?, DateOnly, string, string)?)r).FirstOrDefault();
        return row is var (price, purchase, onDay, code, source) ? new(price, purchase, onDay, code, source) : null;
    }

    public static string CaseKey(long id) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"supplies.price:{id}");

    /// <summary>Spaces, width and marks do not make another shop of it.</summary>
    internal static string KeyOf(string shop) => string.Concat(shop.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsLetterOrDigit));

    private List<string> Problems(DateOnly today, bool isImported)
    {
        var wrong = new List<string>();
        if (Goods.Find(Item) is null) wrong.Add("item");
        if (string.IsNullOrEmpty(Region)) wrong.Add("place");
        if (KeyOf(Shop).Length == 0 || Shop.Length > ShopLengthMax) wrong.Add("shop");
        if (PriceFen is not (> 0 and <= PriceFenMax)) wrong.Add("price");
        if (PurchaseFen is not (null or > 0 and <= PriceFenMax)) wrong.Add("purchase");
        if (Stock < 0 || MonthlySales < 0) wrong.Add("stock");
        if (SeenOn is not { } day || day > today || (!isImported && day < today.AddDays(-SeenDaysMax))) wrong.Add("day");
        if (Note.Length > NoteLengthMax) wrong.Add("note");
        return wrong;
    }

    private async Task<OpenedCase?> CaseAsync(Session session, string key, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<long?>("SELECT id FROM supplies.price_case WHERE region_code = @Region AND item = @Item AND shop_key = @key AND is_open", new { Region, Item, key }, cancel) is { } open) return new(open, false);
        return new(await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.price_case (region_code, item, shop_key, shop_name, opened_at) VALUES (@Region, @Item, @key, @Shop, @now)
            ON CONFLICT (region_code, item, shop_key) DO UPDATE SET is_open = true, opened_at = excluded.opened_at, outcome = '' RETURNING id
            """, new { Region, Item, key, Shop, now = session.Now }, cancel), true);
    }

    private async Task<byte[]> HashAsync(Session session, CancellationToken cancel)
    {
        var day = ChinaDay.Of(session.Now);
        await session.ExecuteAsync("INSERT INTO supplies.price_salt (day, salt) VALUES (@day, @salt) ON CONFLICT DO NOTHING", new { day, salt = RandomNumberGenerator.GetBytes(32) }, cancel);
        var salt = await session.QuerySingleAsync<byte[]>("SELECT salt FROM supplies.price_salt WHERE day = @day", new { day }, cancel);
        return HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(Sender!));
    }

    /// <summary>Fifty bits that cannot be guessed, without letters that are read wrongly.</summary>
    private static string NewNumber() => RandomNumberGenerator.GetString("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 10);

    private sealed record OpenedCase(long Id, bool IsNew);
}
