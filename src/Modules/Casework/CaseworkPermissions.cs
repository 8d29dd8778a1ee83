namespace Rongtong.Casework;

/// <summary>What the module lets people do. There is no permission to set the state of a case: it follows from steps alone.</summary>
public static class CaseworkPermissions
{
    /// <summary>See cases, deadlines and statistics of one's regions.</summary>
    public const string Read = "casework.read";

    /// <summary>Take steps on cases, look after enterprises, record visits.</summary>
    public const string Work = "casework.work";

    /// <summary>Open cases of the enterprise one acts for, follow them and rate the result.</summary>
    public const string Own = "casework.own";
}
