namespace Rongtong.Observations;

/// <summary>What the module lets people and machines do.</summary>
public static class ObservationPermissions
{
    /// <summary>See unpublished rates of one's regions, alerts.</summary>
    public const string Read = "observations.read";

    /// <summary>Open figures down to the enterprise and its meters in one's regions.</summary>
    public const string Meters = "observations.meters";

    /// <summary>See one's own enterprise's figures.</summary>
    public const string Own = "observations.own";

    /// <summary>Send observations.</summary>
    public const string Push = "observations.push";

    /// <summary>Set from which share of the baseline on an enterprise counts as resumed in one's regions.</summary>
    public const string Define = "observations.define";
}
