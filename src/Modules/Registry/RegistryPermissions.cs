namespace Rongtong.Registry;

/// <summary>What the module lets people do.</summary>
public static class RegistryPermissions
{
    /// <summary>Say what unknown place names mean, and import population.</summary>
    public const string Write = "registry.write";

    /// <summary>Keep the register of enterprises in one's regions: import, correct, merge, see figures and contacts.</summary>
    public const string Enterprises = "registry.enterprises";

    /// <summary>See and correct what is held about one's own enterprise.</summary>
    public const string Own = "registry.own";
}
