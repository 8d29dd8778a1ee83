using Microsoft.AspNetCore.Components;

namespace Rongtong.Web.Shell;

/// <summary>
/// What every page and control is: it reads what it shows first, and is drawn once, complete. The framework's own order draws a component before
/// its data are there and again afterwards, which costs a second drawing and lets a page meet the nulls of its own beginning.
/// </summary>
public abstract class LoadedComponent : ComponentBase
{
    private bool _isLoaded;

    /// <inheritdoc/>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        if (!_isLoaded)
        {
            _isLoaded = true;
            await LoadAsync();
        }
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Reads what the component shows; parameters are set.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;
}
