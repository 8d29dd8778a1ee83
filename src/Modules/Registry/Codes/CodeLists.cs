namespace Rongtong.Registry.Codes;

/// <summary>The dated code lists that are shipped with the product, as lines of text.</summary>
internal static class CodeLists
{
    /// <summary>Lines of a list without comments and empty ones.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var reader = new StreamReader(typeof(CodeLists).Assembly.GetManifestResourceStream("Codes/" + name)
            ?? throw new InvalidOperationException($"The code list '{name}' is missing from the build."));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#') yield return line;
        }
    }
}
