using System.Globalization;
using Rongtong.Platform.Imports;

namespace Rongtong.Supplies.Imports;

/// <summary>What was odd in a file, counted by kind, each with its first examples by line: nothing that was understood only in part goes unsaid.</summary>
internal sealed class Oddities
{
    private const int ExamplesMax = 8;
    private readonly SortedDictionary<string, (int Count, List<string> Examples)> _found = new(StringComparer.Ordinal);

    public void Add(string textKey, long line, string what)
    {
        var (count, examples) = _found.GetValueOrDefault(textKey, (0, []));
        if (examples.Count < ExamplesMax) examples.Add(string.Create(CultureInfo.InvariantCulture, $"{line}: {what}"));
        _found[textKey] = (count + 1, examples);
    }

    public IReadOnlyList<ImportFinding> Findings =>
        [.. _found.Select(f => new ImportFinding(f.Key, f.Value.Count.ToString(CultureInfo.InvariantCulture), string.Join("; ", f.Value.Examples) + (f.Value.Count > f.Value.Examples.Count ? " …" : "")))];
}
