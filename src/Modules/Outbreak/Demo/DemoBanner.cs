using Rongtong.Platform.Access;
using Rongtong.Web.Shell;

namespace Rongtong.Outbreak.Demo;

/// <summary>Says above every page that the figures are invented.</summary>
internal sealed class DemoBanner(Settings settings) : IPageBanner
{
    public string? TextKey => settings.Mode is StartMode.Demo ? "outbreak.demo.banner" : null;
}
