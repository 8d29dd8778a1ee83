namespace Rongtong.Testing;

/// <summary>Programs of this machine that tests may use when present.</summary>
public static class Programs
{
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

public static class Chromium
{
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("RONGTONG_CHROMIUM") is { Length: > 0 } named ? (File.Exists(named) ? named : null)
        : Programs.Find("chromium") ?? Programs.Find("chromium-browser") ?? Programs.Find("google-chrome");
}
