namespace Rongtong.Platform.Access;

/// <summary>What a module brings in when somebody chooses demo data at the first visit: invented, marked as such, never in a live installation.</summary>
public interface IDemoData
{
    /// <summary>Fills the module for a province; a second call changes nothing.</summary>
    Task LoadAsync(string provinceCode, CancellationToken cancel);
}
