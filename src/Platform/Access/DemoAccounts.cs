namespace Rongtong.Platform.Access;

/// <summary>The accounts of demo mode; refused as soon as the product does not run in it.</summary>
public static class DemoAccounts
{
    /// <summary>One password for all, shown on the sign-in page.</summary>
    public const string Password = "rongtong-demo";

    /// <summary>Login and role.</summary>
    public static IReadOnlyList<(string Login, string Role)> Logins { get; } =
        [("leader", "duty_leader"), ("epi", "epidemiologist"), ("officer", "officer"), ("auditor", "auditor")];

    /// <summary>Creates them for a province.</summary>
    public static async Task CreateAsync(Accounts accounts, string provinceCode, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        foreach (var (login, role) in Logins) await accounts.CreateAsync(Actor.System, login, login, Password, [role], [provinceCode], isDemo: true, cancel);
    }
}
