using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Facilities;

/// <summary>A place that needs, has, makes or carries goods.</summary>
internal sealed record Facility
{
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Kind { get; init; } = "";

    /// <summary>receiver, supplier or carrier; follows from the kind.</summary>
    public string Role { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string Address { get; init; } = "";

    /// <summary>Degrees, WGS 84; null where unknown.</summary>
    public decimal? Longitude { get; init; }
    public decimal? Latitude { get; init; }
    public string SizeClass { get; init; } = "unknown";

    /// <summary>0 no patients to 3 isolation ward; see the column.</summary>
    public short FrontLine { get; init; }
    public int? Staff { get; init; }
    public bool IsDemo { get; init; }

    internal const string Columns = "code, name, kind, role, region_code, address, longitude, latitude, size_class, front_line, staff, is_demo";

    /// <summary>The facility of the code, where the session's actor may see it.</summary>
    public static Task<Facility?> FindAsync(Session session, string code, CancellationToken cancel = default) =>
        session.QuerySingleOrDefaultAsync<Facility>($"SELECT {Columns} FROM supplies.facility WHERE code = @code", new { code }, cancel);

    /// <summary>The facility of the code, or of the account's organisation where none is given, when the session's actor may speak for it; else null.</summary>
    public static Task<Facility?> ActingForAsync(Session session, string? code = null, CancellationToken cancel = default) =>
        session.QuerySingleOrDefaultAsync<Facility>($"SELECT {Columns} FROM supplies.facility WHERE code = @code AND supplies.acts_for(region_code, code)",
            new { code = string.IsNullOrEmpty(code) ? session.Actor.Organisation : code }, cancel);
}
