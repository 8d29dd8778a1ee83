namespace Rongtong.Contracts.Registry;

/// <summary>Size of an enterprise by the statistical rule of 2011 (工信部联企业〔2011〕300号), smallest first.</summary>
public enum EnterpriseSize
{
    /// <summary>Neither staff, revenue nor assets are known well enough.</summary>
    Unknown,
    /// <summary>微型.</summary>
    Micro,
    /// <summary>小型.</summary>
    Small,
    /// <summary>中型.</summary>
    Medium,
    /// <summary>大型.</summary>
    Large,
}

/// <summary>What a place of an enterprise is for.</summary>
public enum PlaceKind
{
    /// <summary>Where is produced or worked.</summary>
    Plant,
    /// <summary>Where staff sleep.</summary>
    Dormitory,
    /// <summary>Where staff eat.</summary>
    Canteen,
    /// <summary>Where goods lie.</summary>
    Warehouse,
}

/// <summary>An enterprise as the public register shows it: nothing here is personal or secret.</summary>
/// <param name="Id">Our number; it never changes and is never used again. After a merge the number of the one that was kept is found by either.</param>
/// <param name="Code">Unified social credit code (GB 32100), 18 characters.</param>
/// <param name="Name">Registered name.</param>
/// <param name="Region">County in which it is.</param>
/// <param name="Industry">Class of GB/T 4754-2017, four digits, or fewer where only the group or division is known; empty where unknown.</param>
/// <param name="Size">Size class.</param>
/// <param name="Park">Park or cluster, empty for none.</param>
public sealed record Enterprise(int Id, string Code, string Name, RegionCode Region, string Industry, EnterpriseSize Size, string Park);

/// <summary>A place of an enterprise.</summary>
/// <param name="Id">Our number.</param>
/// <param name="EnterpriseId">Whose.</param>
/// <param name="Kind">What for.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Region">County in which it lies.</param>
/// <param name="Address">Street address.</param>
/// <param name="AreaSquareMetres">Floor area; null where unknown.</param>
/// <param name="Capacity">Beds of a dormitory, seats of a canteen, work places of a plant; null where unknown.</param>
/// <param name="Rooms">Rooms of a dormitory by number; null or empty where only the whole is known.</param>
public sealed record EnterprisePlace(int Id, int EnterpriseId, PlaceKind Kind, string Name, RegionCode Region, string Address, decimal? AreaSquareMetres, int? Capacity, IReadOnlyList<DormitoryRoom>? Rooms = null);

/// <summary>A room in which people sleep.</summary>
/// <param name="Number">As it stands on its door.</param>
/// <param name="AreaSquareMetres">Floor area; null where unknown.</param>
/// <param name="Beds">Beds in it; null where unknown.</param>
public sealed record DormitoryRoom(string Number, decimal? AreaSquareMetres, int? Beds);

/// <summary>The doorway of the register of enterprises to other modules.</summary>
public interface IEnterprises
{
    /// <summary>The enterprise of the number; after a merge the one that was kept. Null where there is none.</summary>
    Task<Enterprise?> FindAsync(int id, CancellationToken cancel = default);

    /// <summary>The enterprise of the unified social credit code; null where there is none.</summary>
    Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel = default);

    /// <summary>Those of the numbers that exist, in no order.</summary>
    Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel = default);

    /// <summary>Numbers by unified social credit code, of those that exist: for files that name many.</summary>
    Task<IReadOnlyDictionary<string, int>> NumbersOfAsync(IReadOnlyCollection<string> codes, CancellationToken cancel = default);

    /// <summary>All enterprises that were not merged into another, streamed; for tables that other modules derive.</summary>
    IAsyncEnumerable<Enterprise> AllAsync(CancellationToken cancel = default);

    /// <summary>Places of an enterprise.</summary>
    Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(int enterpriseId, CancellationToken cancel = default);
}

/// <summary>Enterprises were added or their region, industry, size, name or park changed.</summary>
/// <param name="Ids">Numbers; empty means more than a thousand at once: read all anew.</param>
public sealed record EnterprisesChanged(IReadOnlyList<int> Ids)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "registry.enterprises-changed";
}

/// <summary>Two entries turned out to be one enterprise. Every figure of the second belongs to the first from now on; nothing is lost.</summary>
/// <param name="Kept">Number that stays.</param>
/// <param name="Merged">Number that from now on means the kept one.</param>
public sealed record EnterpriseMerged(int Kept, int Merged)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "registry.enterprise-merged";
}

/// <summary>A merge was a mistake and is taken back.</summary>
/// <param name="Kept">Number that had been kept.</param>
/// <param name="Restored">Number that stands for itself again.</param>
public sealed record EnterpriseUnmerged(int Kept, int Restored)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "registry.enterprise-unmerged";
}

/// <summary>
/// An enterprise is to be told something: published as an event in the module's own transaction. The register sends it to those of the enterprise's
/// contacts who agreed to be contacted; no other module learns a telephone number.
/// </summary>
/// <param name="EnterpriseId">Which.</param>
/// <param name="Text">What to say, short enough for an SMS.</param>
public sealed record EnterpriseToBeTold(int EnterpriseId, string Text)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "registry.enterprise-to-be-told";
}
