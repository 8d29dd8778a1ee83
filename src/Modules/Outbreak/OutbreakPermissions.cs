namespace Rongtong.Outbreak;

/// <summary>What the module lets people do.</summary>
public static class OutbreakPermissions
{
    /// <summary>See unpublished figures, signals and warnings of one's regions.</summary>
    public const string Read = "outbreak.read";

    /// <summary>Import figures, undo imports, publish.</summary>
    public const string Import = "outbreak.import";

    /// <summary>Work on warnings and record findings.</summary>
    public const string Decide = "outbreak.decide";
}
