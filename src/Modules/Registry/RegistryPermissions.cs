namespace Rongtong.Registry;

/// <summary>What the module lets people do.</summary>
public static class RegistryPermissions
{
    /// <summary>Say what unknown place names mean, and import population.</summary>
    public const string Write = "registry.write";
}
