using Rongtong.Platform.Data;

namespace Rongtong.Platform;

/// <summary>The platform's own tables and policy functions; migrated before every module's.</summary>
public static class PlatformSchema
{
    public static ModuleSchema Schema { get; } = new("platform", typeof(PlatformSchema).Assembly);
}
