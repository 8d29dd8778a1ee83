namespace Rongtong.Platform.Access;

/// <summary>
/// The closed list of roles and what each may do. There is no police role, and none can be made at run time: a use that is not on this list
/// needs a change of the product that people can read.
/// </summary>
public static class Roles
{
    public const string ManageAccess = "access.manage";
    public const string ReadAudit = "audit.read";

    private static readonly Dictionary<string, string[]> s_roles = new()
    {
        ["administrator"] = [ManageAccess, "outbreak.read", "outbreak.import", "registry.write"],
        ["duty_leader"] = ["outbreak.read", "observations.read", "casework.read", "supplies.read", "resumption.read"],
        ["epidemiologist"] = ["outbreak.read", "outbreak.import", "outbreak.decide", "registry.write"],
        ["officer"] = ["outbreak.read", "outbreak.import", "registry.write"],
        ["health_recorder"] = ["health.record"],
        ["appeal_officer"] = ["health.appeal"],
        ["health_rule_maker"] = ["health.rules"],
        ["gate"] = ["health.gate"],
        ["health_connector"] = ["health.connect"],
        ["industry_officer"] = ["outbreak.read", "registry.enterprises", "observations.read", "observations.meters", "observations.define", "casework.read", "casework.work", "resumption.read", "resumption.decide"],
        ["opening_officer"] = ["resumption.read", "resumption.decide"],
        ["liaison"] = ["observations.read", "casework.read", "casework.work", "resumption.read"],
        ["enterprise"] = ["registry.own", "observations.own", "casework.own", "resumption.own", "supplies.own", "health.venue"],
        ["data_connector"] = ["observations.push"],
        ["dispatcher"] = ["outbreak.read", "supplies.read", "supplies.plan", "casework.read", "casework.work"],
        ["facility"] = ["supplies.own"],
        ["carrier"] = ["supplies.carry"],
        ["market_inspector"] = ["supplies.read", "supplies.market", "casework.read", "casework.work"],
        ["grid_worker"] = ["supplies.deliver", "health.family", "health.venue"],
        ["auditor"] = [ReadAudit],
    };

    /// <summary>Names of all roles.</summary>
    public static IReadOnlyCollection<string> All => s_roles.Keys;

    /// <summary>What the roles together may do; names that are no role give nothing.</summary>
    public static IReadOnlySet<string> PermissionsOf(IEnumerable<string> roles) => roles.SelectMany(role => s_roles.GetValueOrDefault(role) ?? []).ToHashSet();
}
