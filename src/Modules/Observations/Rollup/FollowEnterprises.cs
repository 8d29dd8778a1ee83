using Rongtong.Contracts.Registry;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Observations.Rollup;

/// <summary>Keeps the table of enterprises by which figures are grouped the same as the register's.</summary>
internal sealed class FollowEnterprises(IEnumerable<IEnterprises> registers) : IEventSubscriber
{
    private const int ChunkRows = 5_000;

    private readonly IEnterprises? _register = registers.FirstOrDefault();

    public string Name => "observations.follow-enterprises";

    public string EventKind => EnterprisesChanged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var ids = happened.Read<EnterprisesChanged>().Ids;
        if (_register is null || ids.Count == 0) await ReadAllAsync(session, cancel);
        else await TakeAsync(session, await _register.FindAsync(ids, cancel), cancel);
    }

    /// <summary>Reads the whole register.</summary>
    public async Task ReadAllAsync(Session session, CancellationToken cancel)
    {
        if (_register is null) return;
        session.StatementSeconds = 0;
        var chunk = new List<Enterprise>(ChunkRows);
        await foreach (var enterprise in _register.AllAsync(cancel))
        {
            chunk.Add(enterprise);
            if (chunk.Count < ChunkRows) continue;
            await WriteAsync(session, chunk, cancel);
            chunk.Clear();
        }
        await WriteAsync(session, chunk, cancel);
        await ChangedAsync(session, cancel);
    }

    /// <summary>Takes these enterprises as they are now.</summary>
    public static async Task TakeAsync(Session session, IReadOnlyList<Enterprise> changed, CancellationToken cancel)
    {
        if (await WriteAsync(session, changed, cancel) > 0) await ChangedAsync(session, cancel);
    }

    /// <summary>Groups changed: every host reads them anew, every day is counted anew.</summary>
    internal static async Task ChangedAsync(Session session, CancellationToken cancel)
    {
        await session.ExecuteAsync("UPDATE observations.revision SET number = number + 1", cancel: cancel);
        await RollUp.MarkAllAsync(session, cancel);
    }

    /// <summary>By number, as a merge locks them: rows written in another order would be waited for in a circle.</summary>
    private static async Task<int> WriteAsync(Session session, IReadOnlyList<Enterprise> found, CancellationToken cancel)
    {
        var rows = found.OrderBy(e => e.Id).ToArray();
        var divisions = rows.Select(e => Dimensions.DivisionOf(e.Industry)).ToArray();
        var written = await session.ExecuteAsync("""
            INSERT INTO observations.enterprise_dimension AS d (id, region, section, division, size, counts_as, code, name)
            SELECT id, region, section, division, size, id, code, name FROM unnest(@ids, @regions, @sections, @divisions, @sizes, @codes, @names) AS e (id, region, section, division, size, code, name)
            ON CONFLICT (id) DO UPDATE SET region = excluded.region, section = excluded.section, division = excluded.division, size = excluded.size, code = excluded.code, name = excluded.name
            WHERE (d.region, d.section, d.division, d.size, d.code, d.name) IS DISTINCT FROM (excluded.region, excluded.section, excluded.division, excluded.size, excluded.code, excluded.name)
            """, new
        {
            ids = rows.Select(e => e.Id).ToArray(),
            regions = rows.Select(e => e.Region.Value).ToArray(),
            sections = divisions.Select(d => Dimensions.LetterOf(Dimensions.SectionOf(d))).ToArray(),
            divisions,
            sizes = rows.Select(e => e.Size is EnterpriseSize.Unknown ? (short)5 : (short)e.Size).ToArray(),
            codes = rows.Select(e => e.Code).ToArray(),
            names = rows.Select(e => e.Name).ToArray(),
        }, cancel);
        // Meters that came before their enterprise was in the register.
        await session.ExecuteAsync("""
            UPDATE observations.series s SET enterprise_id = e.id FROM unnest(@ids, @codes) AS e (id, code)
            WHERE s.enterprise_id IS NULL AND s.subject = '@' || e.code
            """, new { ids = rows.Select(e => e.Id).ToArray(), codes = rows.Select(e => e.Code).ToArray() }, cancel);
        return written;
    }
}

/// <summary>Two entries are one enterprise: all its figures count for the kept one, none is lost.</summary>
internal sealed class WhenEnterpriseMerged : IEventSubscriber
{
    public string Name => "observations.when-enterprise-merged";

    public string EventKind => EnterpriseMerged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var merged = happened.Read<EnterpriseMerged>();
        // Those that counted as the merged one go along.
        await session.ExecuteAsync("SELECT FROM observations.enterprise_dimension WHERE counts_as = @Merged ORDER BY id FOR NO KEY UPDATE", merged, cancel);
        await session.ExecuteAsync("UPDATE observations.enterprise_dimension SET counts_as = @Kept WHERE counts_as = @Merged", merged, cancel);
        await FollowEnterprises.ChangedAsync(session, cancel);
    }
}

/// <summary>A merge was a mistake: each counts for itself again.</summary>
internal sealed class WhenEnterpriseUnmerged : IEventSubscriber
{
    public string Name => "observations.when-enterprise-unmerged";

    public string EventKind => EnterpriseUnmerged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        await session.ExecuteAsync("UPDATE observations.enterprise_dimension SET counts_as = id WHERE id = @Restored", happened.Read<EnterpriseUnmerged>(), cancel);
        await FollowEnterprises.ChangedAsync(session, cancel);
    }
}

/// <summary>A figure that an enterprise reported to another module comes in as one source among others.</summary>
internal sealed class TakeReportedFigure(SeriesBook book, WriteBatch write, IEnumerable<IEnterprises> registers) : IEventSubscriber
{
    public string Name => "observations.take-reported-figure";

    public string EventKind => Contracts.Observations.FigureReported.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var figure = happened.Read<Contracts.Observations.FigureReported>();
        if (Vocabulary.QuantityOf(figure.Quantity) is not { } quantity || Delivery.Stored(figure.Value, 1) is not { } value) throw new InvalidOperationException($"The quantity '{figure.Quantity}' or the value {figure.Value} of figure {figure.Key} cannot be kept; expected one of {string.Join(", ", Vocabulary.Quantities)}.");
        if (registers.FirstOrDefault() is not { } register || await register.FindAsync(figure.EnterpriseId, cancel) is not { } enterprise) throw new InvalidOperationException($"Figure {figure.Key} is of enterprise {figure.EnterpriseId}, which the register does not have.");
        var name = new SeriesName(quantity, "@" + enterprise.Code, "");
        await book.EnsureAsync(Source.SelfReport, [name], cancel);
        var delivery = new Delivery(session.Now);
        if (!book.TryFind(Source.SelfReport, quantity, name.Subject, out var series) || !delivery.Takes(figure.Day)) return;
        delivery.Add(series, figure.Day, value, isConverted: false);
        // The same key again is a correction: the event's own number makes it a delivery of its own, issued later.
        var head = new BatchHead(Source.SelfReport, $"{figure.Key}#{happened.Id}", "", "report", "module", happened.RecordedAt);
        await write.RunAsync(session, head, delivery, id => new(id, 1, 0, 0, delivery.Flagged(), [], 0), null, cancel);
    }
}
