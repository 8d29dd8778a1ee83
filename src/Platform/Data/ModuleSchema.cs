using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Rongtong.Platform.Data;

/// <summary>A module's PostgreSQL schema and the assembly that carries its numbered migrations as <c>Schema/NNNN_what.sql</c>.</summary>
/// <param name="Name">Schema name, the module's name in lower case.</param>
/// <param name="Assembly">Where the SQL files are embedded.</param>
public sealed record ModuleSchema(string Name, Assembly Assembly)
{
    /// <summary>The migrations in the order of their numbers.</summary>
    public IReadOnlyList<Migration> Migrations()
    {
        const string Folder = "Schema/";
        return [.. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(Assembly.GetManifestResourceStream(name)!);
                return new Migration(Name, name[Folder.Length..], reader.ReadToEnd());
            })];
    }
}

/// <summary>One numbered SQL file.</summary>
public sealed record Migration(string Schema, string File, string Sql)
{
    /// <summary>SHA-256 of the text with line ends as LF, so that a checkout on another system has the same.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}
