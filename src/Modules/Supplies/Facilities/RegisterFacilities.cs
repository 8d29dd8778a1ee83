using System.Security.Cryptography;
using System.Text;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Facilities;

/// <summary>A facility as a file or form gives it.</summary>
/// <param name="Code">Its code; empty where the file has none: it then follows from region and name.</param>
internal sealed record FacilityDraft(string Code, string Name, string Kind, string RegionCode)
{
    public string Address { get; init; } = "";
    public decimal? Longitude { get; init; }
    public decimal? Latitude { get; init; }
    public string SizeClass { get; init; } = "unknown";
    public int FrontLine { get; init; }
    public int? Staff { get; init; }
    public string Person { get; init; } = "";
    public string Phone { get; init; } = "";
    public string Email { get; init; } = "";

    /// <summary>The code, made from region, kind of work and name where none was given: the same place gets the same code from every file.</summary>
    public string CodeOrMade => Code.Length > 0 ? Code : MadeCode(RegionCode, Kind, Name);

    public static string MadeCode(string region, string kind, string name)
    {
        var prefix = kind == FacilityKinds.Carrier ? 'C' : FacilityKinds.Suppliers.Contains(kind) ? 'S' : 'H';
        var city = region.Length > 4 ? region[..4] : region;
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(city + "|" + prefix + "|" + ItemNames.Normalise(name))));
        return $"{prefix}-{city}-{hash[..8]}";
    }
}

/// <summary>Adds facilities and changes those that are known; what a draft does not tell stays as it was.</summary>
internal static class RegisterFacilities
{
    /// <summary>Adds or changes; says how many were new and changed.</summary>
    public static async Task<(int New, int Changed)> RunAsync(Session session, IReadOnlyCollection<FacilityDraft> drafts, long? batchId, bool isDemo, CancellationToken cancel)
    {
        FacilityDraft[] all = [.. drafts.GroupBy(d => d.CodeOrMade, StringComparer.Ordinal).Select(g => g.Last())];
        var args = new
        {
            codes = all.Select(d => d.CodeOrMade).ToArray(),
            names = all.Select(d => d.Name.Trim()).ToArray(),
            kinds = all.Select(d => d.Kind).ToArray(),
            regions = all.Select(d => d.RegionCode).ToArray(),
            addresses = all.Select(d => d.Address).ToArray(),
            longitudes = all.Select(d => d.Longitude).ToArray(),
            latitudes = all.Select(d => d.Latitude).ToArray(),
            sizes = all.Select(d => d.SizeClass).ToArray(),
            lines = all.Select(d => (short)d.FrontLine).ToArray(),
            staffs = all.Select(d => d.Staff).ToArray(),
            persons = all.Select(d => d.Person).ToArray(),
            phones = all.Select(d => d.Phone).ToArray(),
            emails = all.Select(d => d.Email).ToArray(),
            now = session.Now,
            batchId,
            isDemo,
        };
        // In the order in which counts lock places, so that two files never wait for each other in a circle.
        await session.ExecuteAsync("SELECT FROM supplies.facility WHERE code = ANY (@codes) ORDER BY code FOR NO KEY UPDATE", args, cancel);
        const string Draft = "unnest(@codes, @names, @kinds, @regions, @addresses, @longitudes, @latitudes, @sizes, @lines, @staffs) AS d (code, name, kind, region_code, address, longitude, latitude, size_class, front_line, staff)";
        var changed = await session.ExecuteAsync($"""
            UPDATE supplies.facility f SET name = d.name, kind = d.kind, region_code = d.region_code, address = coalesce(nullif(d.address, ''), f.address),
                longitude = coalesce(d.longitude, f.longitude), latitude = coalesce(d.latitude, f.latitude),
                size_class = coalesce(nullif(d.size_class, 'unknown'), f.size_class), front_line = greatest(d.front_line, f.front_line), staff = coalesce(d.staff, f.staff)
            FROM {Draft} WHERE f.code = d.code
                AND (f.name, f.kind, f.region_code, f.address, f.longitude, f.latitude, f.size_class, f.front_line, f.staff) IS DISTINCT FROM
                    (d.name, d.kind, d.region_code, coalesce(nullif(d.address, ''), f.address), coalesce(d.longitude, f.longitude), coalesce(d.latitude, f.latitude),
                     coalesce(nullif(d.size_class, 'unknown'), f.size_class), greatest(d.front_line, f.front_line), coalesce(d.staff, f.staff))
            """, args, cancel);
        var added = await session.ExecuteAsync($"""
            INSERT INTO supplies.facility (code, name, kind, region_code, address, longitude, latitude, size_class, front_line, staff, is_demo, batch_id, created_at)
            SELECT d.*, @isDemo, @batchId, @now FROM {Draft} ORDER BY d.code ON CONFLICT (code) DO NOTHING
            """, args, cancel);
        await session.ExecuteAsync("""
            INSERT INTO supplies.facility_contact (facility_code, region_code, person, phone, email)
            SELECT f.code, f.region_code, c.person, c.phone, c.email FROM unnest(@codes, @persons, @phones, @emails) AS c (code, person, phone, email)
            JOIN supplies.facility f ON f.code = c.code WHERE (c.person <> '' OR c.phone <> '' OR c.email <> '') AND supplies.acts_for(f.region_code, f.code)
            ON CONFLICT (facility_code) DO UPDATE SET person = excluded.person, phone = excluded.phone, email = excluded.email
            """, args, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return (added, changed);
    }

    /// <summary>Takes facilities of an import back that nothing stands at; the others stay, because what stands at them does.</summary>
    public static Task UndoAsync(Session session, long batchId, CancellationToken cancel) => session.AsSystemAsync(() => session.ExecuteAsync("""
        DELETE FROM supplies.facility f WHERE batch_id = @batchId
            AND NOT EXISTS (SELECT FROM supplies.need n WHERE n.facility_code = f.code) AND NOT EXISTS (SELECT FROM supplies.producer_report r WHERE r.facility_code = f.code)
            AND NOT EXISTS (SELECT FROM supplies.balance b WHERE b.place = f.code) AND NOT EXISTS (SELECT FROM supplies.offer o WHERE o.facility_code = f.code)
            AND NOT EXISTS (SELECT FROM supplies.lane l WHERE l.carrier_code = f.code)
        """, new { batchId }, cancel), cancel);
}
