namespace Rongtong.Platform.Access;

/// <summary>The accounts of demo mode; refused as soon as the product does not run in it.</summary>
public static class DemoAccounts
{
    /// <summary>One password for all, shown on the sign-in page.</summary>
    public const string Password = "rongtong-demo";

    /// <summary>Unified social credit code of the invented enterprise for which "enterprise" acts.</summary>
    public const string DemoEnterprise = "91420100MA4KRT0092";

    /// <summary>Code of the invented hospital for which "facility" acts.</summary>
    public const string DemoFacility = "H-DEMO-1";

    /// <summary>Code of the invented haulier for which "carrier" acts.</summary>
    public const string DemoCarrier = "C-DEMO-1";

    /// <summary>Login, role and organisation; where a decision needs two people or two organisations, there are two.</summary>
    public static IReadOnlyList<(string Login, string Role, string Organisation)> Logins { get; } =
    [
        ("leader", "duty_leader", ""), ("epi", "epidemiologist", ""), ("officer", "officer", ""), ("auditor", "auditor", ""),
        ("cdc", "health_recorder", "CDC"), ("hospital", "health_recorder", "Hospital 1"), ("appeals", "appeal_officer", "Appeals office"),
        ("rules1", "health_rule_maker", "Health commission"), ("rules2", "health_rule_maker", "Government office"),
        ("industry", "industry_officer", "Industry bureau"), ("liaison", "liaison", "Industry bureau"),
        ("health-office", "opening_officer", "Health bureau"), ("headquarters", "opening_officer", "Prevention headquarters"), ("enterprise", "enterprise", DemoEnterprise),
        ("dispatcher", "dispatcher", "Supplies headquarters"), ("dispatcher2", "dispatcher", "Supplies headquarters"), ("facility", "facility", DemoFacility),
        ("carrier", "carrier", DemoCarrier), ("inspector", "market_inspector", "Market regulation"), ("grid", "grid_worker", "Street office"),
    ];

    /// <summary>Creates them for a province.</summary>
    public static async Task CreateAsync(Accounts accounts, string provinceCode, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        foreach (var (login, role, organisation) in Logins) await accounts.CreateAsync(Actor.System, login, login, Password, [role], [provinceCode], isDemo: true, organisation, cancel);
    }
}
