using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rongtong.Host.Commands.Allocate;

/// <summary>What a plan was computed from and how: enough to compute it again to the same bytes and to verify it. Holds no time, so that it too is the same again.</summary>
/// <param name="Input">Folder of the input, relative to the plan's folder.</param>
/// <param name="Sha256">Digest of each input file.</param>
/// <param name="IsFair">Fair shares.</param>
/// <param name="UnitParts">Parts of a unit in which quantities are whole.</param>
/// <param name="WithinLimits">What is proven of a plan within coupled limits; absent for a plan that prices prove optimal.</param>
internal sealed record AllocationRun(string Input, IReadOnlyDictionary<string, string> Sha256, bool IsFair, long UnitParts, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AllocationRun.Proof? WithinLimits = null)
{
    public const string FileName = "run.json";

    public static readonly string[] InputFiles = ["supplies.csv", "demands.csv", "lanes.csv"];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerOptions.Web) { WriteIndented = true };

    /// <summary>Cost and penalties of the plan, and what no plan within the limits is below.</summary>
    internal sealed record Proof(string Objective, string Bound, double Gap);

    public static AllocationRun Of(string input, string output, bool isFair, long unitParts, IEnumerable<string> files, Proof? withinLimits = null) =>
        new(Path.GetRelativePath(Path.GetFullPath(output), Path.GetFullPath(input)), Digests(input, files), isFair, unitParts, withinLimits);

    public static AllocationRun? Find(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<AllocationRun>(File.ReadAllText(path), s_json) is { Input: not null, Sha256: not null, UnitParts: > 0 } run ? run : throw new JsonException("a value is missing");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path} is not the record of a run: {e.Message}");
        }
    }

    public static Dictionary<string, string> Digests(string folder, IEnumerable<string> files) => files.ToDictionary(f => f, f =>
    {
        using var file = File.OpenRead(Path.Combine(folder, f));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    });

    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_json) + "\n");
}
