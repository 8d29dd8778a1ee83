namespace Rongtong.Registry.Enterprises;

/// <summary>A fact about an enterprise whose changes are kept: where it is held, and what a staged row wants it to be.</summary>
/// <param name="Name">Name in the record of changes and of the text key "registry.enterprise.field.…".</param>
/// <param name="Held">Expression of what is held; e is the enterprise, f its figures.</param>
/// <param name="Wanted">Expression of what a staged row s makes of it, p being the park it names.</param>
/// <param name="Type">PostgreSQL type.</param>
internal sealed record KeptField(string Name, string Held, string Wanted, string Type)
{
    // texts: registry.enterprise.field.*
    public static IReadOnlyList<KeptField> All { get; } =
    [
        new("name", "e.name", "s.name", "text"),
        new("region", "e.region_code", "s.region_code", "text"),
        new("address", "e.address", "coalesce(s.address, e.address)", "text"),
        new("industry", "e.industry", "coalesce(s.industry, e.industry)", "text"),
        new("size", "e.size", "s.size", "smallint"),
        new("park", "e.park_id", "coalesce(p.id, e.park_id)", "integer"),
        new("status", "e.status", "coalesce(s.status, e.status)", "text"),
        new("registered", "e.registered_on", "coalesce(s.registered_on, e.registered_on)", "date"),
        new("closed", "e.closed_on", "coalesce(s.closed_on, e.closed_on)", "date"),
        new("withdrawn", "e.withdrawn_at", "NULL::timestamptz", "timestamptz"),
        new("persons", "f.persons", "coalesce(s.persons, f.persons)", "integer"),
        new("revenue", "f.revenue", "coalesce(s.revenue, f.revenue)", "bigint"),
        new("assets", "f.assets", "coalesce(s.assets, f.assets)", "bigint"),
    ];

    public string Column => Held[2..];

    public string Table => Held[0] == 'f' ? "registry.enterprise_figure" : "registry.enterprise";

    public string Key => Held[0] == 'f' ? "enterprise_id" : "id";
}
