namespace Rongtong.Resumption;

/// <summary>What the module lets people do. None lets an officer ask for a document that is not on the closed list: there is no such use case.</summary>
public static class ResumptionPermissions
{
    /// <summary>Read openings, reports, checks and projects of one's regions.</summary>
    public const string Read = "resumption.read";

    /// <summary>Answer openings, check measures on the spot, define forms, keep projects.</summary>
    public const string Decide = "resumption.decide";

    /// <summary>Act for the enterprise that the account belongs to.</summary>
    public const string Own = "resumption.own";
}
