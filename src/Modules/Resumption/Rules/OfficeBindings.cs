using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Rongtong.Platform.Access;

namespace Rongtong.Resumption.Rules;

/// <summary>An organisation that answers for an office. One that answers for two has two rows, and two people to do it.</summary>
internal sealed record OfficeBinding(string Organisation, string Office);

/// <summary>
/// Which organisation answers for which office of an opening. Parallel handling is worth something only when each office answers its own part: a permission
/// alone would let one bureau agree for all. Shipped are the offices of the demo; an installation names a file of its own in <see cref="Setting"/>, which
/// stands instead of it, whole.
/// </summary>
internal sealed class OfficeBindings
{
    /// <summary>Setting with the path of an installation's own file.</summary>
    public const string Setting = "Resumption:Offices";

    /// <summary>Largest file, bytes: some ten thousand rows.</summary>
    public const int BytesMax = 1 << 20;

    private readonly ILookup<string, string> _offices;

    public OfficeBindings(IConfiguration configuration)
        : this(configuration[Setting] is { Length: > 0 } path ? Read(path) : DatedRules.Text("offices"), configuration[Setting] is { Length: > 0 } named ? named : "Rules/offices.json")
    {
    }

    /// <param name="json">The document.</param>
    /// <param name="where">Its name in what is said about its faults.</param>
    /// <exception cref="InvalidOperationException">It cannot be used; the message says where and what was expected.</exception>
    internal OfficeBindings(string json, string where)
    {
        Document document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(json, JsonSerializerOptions.Web) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{where} is no list of offices: {e.Message} An object with \"bindings\", each with \"organisation\" and \"office\", was expected; see docs/how-to/bind-offices.md.", e);
        }
        var bindings = document.Bindings ?? [];
        string[] known = [.. DatedRules.List.Offices.Values.SelectMany(o => o).Distinct().Order(StringComparer.Ordinal)];
        for (var i = 0; i < bindings.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(bindings[i].Organisation)) throw new InvalidOperationException($"{where}, binding {i + 1}, names no organisation; the name that its accounts carry was expected.");
            if (!known.Contains(bindings[i].Office)) throw new InvalidOperationException($"{where}, binding {i + 1}, names the office \"{bindings[i].Office}\", which no opening asks; one of {string.Join(", ", known)} was expected.");
        }
        // An office that nobody answers for would make every opening wait for its deadline.
        if (known.Except(bindings.Select(b => b.Office)).ToArray() is { Length: > 0 } missing) throw new InvalidOperationException($"{where} binds nobody to {string.Join(", ", missing)}; at least one organisation for each office was expected.");
        _offices = bindings.Distinct().ToLookup(b => b.Organisation.Trim(), b => b.Office);
    }

    /// <summary>Offices for which the organisation answers.</summary>
    public IEnumerable<string> Of(string organisation) => organisation.Length == 0 ? [] : _offices[organisation];

    /// <summary>True when the actor may answer for the office. The product itself may: demo data and the rule of silence.</summary>
    public bool MayAnswer(Actor actor, string office) => actor.Kind is ActorKind.System || Of(actor.Organisation).Contains(office);

    private static string Read(string path)
    {
        if (!File.Exists(path)) throw new InvalidOperationException($"{Setting} names {path}, and there is no such file. Correct the path, or remove the setting to use the shipped offices.");
        if (new FileInfo(path).Length > BytesMax) throw new InvalidOperationException($"{path} has more than {BytesMax} bytes; a list of offices was expected.");
        return File.ReadAllText(path);
    }

    private sealed record Document(string? Version, IReadOnlyList<OfficeBinding>? Bindings);
}
