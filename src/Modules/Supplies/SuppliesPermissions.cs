namespace Rongtong.Supplies;

/// <summary>What the module lets people do.</summary>
public static class SuppliesPermissions
{
    /// <summary>See stock, needs and suppliers of one's regions.</summary>
    public const string Read = "supplies.read";

    /// <summary>Keep facilities, import files, plan.</summary>
    public const string Plan = "supplies.plan";

    /// <summary>Act for the facility that is the account's organisation.</summary>
    public const string Own = "supplies.own";

    /// <summary>Act for the carrier that is the account's organisation.</summary>
    public const string Carry = "supplies.carry";
}
