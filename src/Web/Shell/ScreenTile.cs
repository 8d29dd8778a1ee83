namespace Rongtong.Web.Shell;

/// <summary>What a module shows on the big screen beside the outbreak: one component, drawn for those who may see it.</summary>
public interface IScreenTile
{
    /// <summary>The component; it reads what it shows itself.</summary>
    Type Component { get; }

    /// <summary>Who sees it; null is everybody.</summary>
    string? Permission { get; }
}
