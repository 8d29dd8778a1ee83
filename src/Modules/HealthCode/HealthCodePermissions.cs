namespace Rongtong.HealthCode;

/// <summary>What the module lets people do. There is no permission to look a person up, and none to set a colour: neither exists.</summary>
public static class HealthCodePermissions
{
    /// <summary>Bring in facts, approve those of another organisation, withdraw one's own.</summary>
    public const string Record = "health.record";

    /// <summary>Decide appeals.</summary>
    public const string Appeal = "health.appeal";

    /// <summary>Propose and approve colour rules.</summary>
    public const string Rules = "health.rules";

    /// <summary>Ask for the colour of a shown pass by machine, as a gate does.</summary>
    public const string Gate = "health.gate";

    /// <summary>Confirm, having seen both documents, that one resident acts for another.</summary>
    public const string Family = "health.family";

    /// <summary>Keep the venue codes of one's organisation.</summary>
    public const string Venue = "health.venue";

    /// <summary>Use the interfaces of GB/T 38963 in the name of residents who use the caller's service.</summary>
    public const string Connect = "health.connect";
}
