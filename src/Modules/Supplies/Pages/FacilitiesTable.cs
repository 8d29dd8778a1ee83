using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Supplies.Facilities;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Supplies.Pages;

/// <summary>Facilities as staff find them.</summary>
internal static class FacilitiesTable
{
    public const string Name = "supplies.facilities";

    // texts: supplies.kind.* supplies.size.* supplies.frontline.*
    public static ITable Create(IRegions regions) => new SqlTable<Facility>(Name, SuppliesPermissions.Read, "supplies.facility", Facility.Columns, new("code", "text"),
        [
            new("name", "supplies.facility", (f, _) => new(f.Name, "/supplies/facilities/" + f.Code), new("name", "text")),
            new("code", "supplies.code", (f, _) => new(f.Code), new("code", "text")),
            new("kind", "supplies.kind", (f, texts) => new(texts["supplies.kind." + f.Kind]), new("kind", "text")),
            new("region", "supplies.region", (f, _) => new(regions.NameOf(f.RegionCode)), new("region_code", "text")),
            new("address", "supplies.address", (f, _) => new(f.Address)),
            new("size", "supplies.size", (f, texts) => new(texts["supplies.size." + f.SizeClass])),
            new("frontline", "supplies.frontline", (f, texts) => new(texts["supplies.frontline." + f.FrontLine.ToString(CultureInfo.InvariantCulture)]), new("front_line", "smallint")),
        ],
        [
            new ChoiceFilter("kind", "supplies.kind", "kind = @kind", () => FacilityKinds.All, (kind, texts) => texts["supplies.kind." + kind]),
            new TextFilter("region", "supplies.region", "region_code = ANY (@region)", regions.CodesNamed),
            new TextFilter("name", "supplies.facility", "name ILIKE @name"),
        ], "name", "supplies.facilities-read");
}
