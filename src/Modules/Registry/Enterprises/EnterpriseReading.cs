using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Enterprises;

/// <summary>An entry of the register with what the reader may see of it.</summary>
public sealed record EnterpriseEntry
{
    public int Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string Address { get; init; } = "";
    public string Industry { get; init; } = "";
    public short Size { get; init; }
    public string SizeRule { get; init; } = "";
    public string Park { get; init; } = "";
    public string Status { get; init; } = "";
    public DateOnly? RegisteredOn { get; init; }
    public DateOnly? ClosedOn { get; init; }
    public int? MergedInto { get; init; }
    public DateOnly? ConfirmedOn { get; init; }
    public string Source { get; init; } = "";
    public DateTime RecordedAt { get; init; }

    /// <summary>True where the reader may see the figures, known or not.</summary>
    public bool HasFigures { get; init; }

    public int? Persons { get; init; }
    public long? Revenue { get; init; }
    public long? Assets { get; init; }
}

/// <summary>A change of a fact.</summary>
internal sealed record EnterpriseChange(string Field, string? Old, string? New, string Source, DateTime RecordedAt);

/// <summary>A link seen from one end.</summary>
/// <param name="IsSupplier">The other end supplies.</param>
internal sealed record SupplyLink(int Id, bool IsSupplier, int OtherId, string OtherName, string Item, DateOnly Since);

/// <summary>Somebody to be called.</summary>
internal sealed record Contact(int Id, string Name, string Duty, string Phone, DateTime? ConsentedAt, DateTime? WithdrawnAt)
{
    /// <summary>Staff may see and call.</summary>
    public bool IsAgreed => ConsentedAt is not null && WithdrawnAt is null;
}

/// <summary>Reads entries for pages, forms and machines, in the session of whoever asks: the row policies decide what is there.</summary>
internal static class EnterpriseReading
{
    private const int ChangesShown = 100;
    private const int LinksShown = 200;

    private static readonly string s_select = $"""
        SELECT e.id, e.code, e.name, e.region_code, e.address, e.industry, e.size, e.size_rule, coalesce(p.name, '') AS park, e.status, e.registered_on, e.closed_on, e.merged_into,
            e.confirmed_on, e.source, e.recorded_at, f.enterprise_id IS NOT NULL AS has_figures,
            {RefreshSizes.EffectiveFigure("persons")} AS persons, {RefreshSizes.EffectiveFigure("revenue")} AS revenue, {RefreshSizes.EffectiveFigure("assets")} AS assets
        FROM registry.enterprise e LEFT JOIN registry.park p ON p.id = e.park_id LEFT JOIN registry.enterprise_figure f ON f.enterprise_id = e.id
        """;

    /// <summary>The entry of the number itself, merged or not.</summary>
    public static Task<EnterpriseEntry?> FindAsync(Session session, int id, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<EnterpriseEntry>($"{s_select} WHERE e.id = @id AND e.withdrawn_at IS NULL", new { id }, cancel);

    /// <summary>The entry that a code means, after merges the one that was kept.</summary>
    public static Task<EnterpriseEntry?> FindByCodeAsync(Session session, string code, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<EnterpriseEntry>($"{s_select} WHERE e.id = (SELECT registry.kept_id(c.id) FROM registry.enterprise c WHERE c.code = @code) AND e.withdrawn_at IS NULL", new { code }, cancel);

    /// <summary>Changes of the entry and of what was merged into it, newest first.</summary>
    public static Task<IReadOnlyList<EnterpriseChange>> ChangesAsync(Session session, int id, CancellationToken cancel) => session.QueryAsync<EnterpriseChange>($"""
        SELECT c.field, CASE WHEN c.field = 'park' THEN (SELECT name FROM registry.park WHERE id = c.old::int) ELSE c.old END AS old,
            CASE WHEN c.field = 'park' THEN (SELECT name FROM registry.park WHERE id = c.new::int) ELSE c.new END AS new, c.source, c.recorded_at
        FROM registry.enterprise_change c WHERE c.enterprise_id IN (SELECT registry.members(@id)) ORDER BY c.id DESC LIMIT {ChangesShown}
        """, new { id }, cancel);

    /// <summary>Entries that were merged directly into this one.</summary>
    public static Task<IReadOnlyList<(int Id, string Code, string Name)>> MergedAsync(Session session, int id, CancellationToken cancel) =>
        session.QueryAsync<(int, string, string)>("SELECT id, code, name FROM registry.enterprise WHERE merged_into = @id ORDER BY id", new { id }, cancel);

    /// <summary>Links in force, of the entry and of everything merged into it.</summary>
    public static Task<IReadOnlyList<SupplyLink>> LinksAsync(Session session, int id, CancellationToken cancel) => session.QueryAsync<SupplyLink>($"""
        WITH own AS (SELECT registry.members(registry.kept_id(@id)) AS id)
        SELECT l.id, l.customer_id IN (SELECT id FROM own) AS is_supplier, o.id AS other_id, o.name AS other_name, l.item, l.since
        FROM registry.supply_link l
        JOIN registry.enterprise o ON o.id = registry.kept_id(CASE WHEN l.customer_id IN (SELECT id FROM own) THEN l.supplier_id ELSE l.customer_id END)
        WHERE l.ended_on IS NULL AND (l.supplier_id IN (SELECT id FROM own) OR l.customer_id IN (SELECT id FROM own)) ORDER BY 2, 4 LIMIT {LinksShown}
        """, new { id }, cancel);

    /// <summary>Contacts that the reader may see: all for the enterprise itself, those who agreed for staff.</summary>
    public static Task<IReadOnlyList<Contact>> ContactsAsync(Session session, int id, CancellationToken cancel) => session.QueryAsync<Contact>("""
        SELECT id, name, duty, phone, consented_at, withdrawn_at FROM registry.contact WHERE enterprise_id IN (SELECT registry.members(registry.kept_id(@id))) ORDER BY id
        """, new { id }, cancel);
}
