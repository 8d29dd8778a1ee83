using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace Rongtong.Architecture.Tests;

/// <summary>The kinds of project under src/; the folder a project lies in decides its kind.</summary>
internal enum Layer { Engine, Contracts, Platform, Web, Module, Host }

/// <summary>One compiled assembly's use of another, with the full names of the types it uses there.</summary>
internal sealed record Edge(string From, string To, IReadOnlyList<string> Types);

/// <summary>Who may reference whom: the table of ARCHITECTURE.md in a form that can be asked.</summary>
internal sealed class ModuleMap(IReadOnlyDictionary<string, Layer> layerByAssembly)
{
    private const string OurPrefix = "Rongtong.";

    private static readonly FrozenDictionary<Layer, Layer[]> MayReference = new Dictionary<Layer, Layer[]>
    {
        [Layer.Engine] = [],
        [Layer.Contracts] = [],
        [Layer.Platform] = [],
        [Layer.Web] = [Layer.Platform, Layer.Contracts],
        [Layer.Module] = [Layer.Platform, Layer.Contracts, Layer.Web, Layer.Engine],
        [Layer.Host] = [Layer.Platform, Layer.Contracts, Layer.Web, Layer.Engine, Layer.Module],
    }.ToFrozenDictionary();

    /// <summary>What the pure layers may use beyond the base class library; a layer not named here chooses its packages freely.</summary>
    private static readonly FrozenDictionary<Layer, string[]> OnlyPackages = new Dictionary<Layer, string[]>
    {
        [Layer.Engine] = ["MathNet.Numerics"],
        [Layer.Contracts] = [],
    }.ToFrozenDictionary();

    /// <summary>
    /// The parts of the base class library that reach the database, network, clock or files, which an engine never does. A name ending in a
    /// dot is a namespace. Environment is absent because the compiler itself uses it in every iterator.
    /// </summary>
    private static readonly string[] ClosedToEngines =
    [
        "System.Data.", "System.Net.", "System.TimeProvider", "System.Console", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch",
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo",
    ];

    /// <summary>The shared framework's own folder holds the base class library and nothing else; ASP.NET lies in another.</summary>
    private static readonly FrozenSet<string> BaseClassLibrary = Directory
        .EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll").Select(file => Path.GetFileNameWithoutExtension(file)!)
        .ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Layer> LayerByAssembly => layerByAssembly;

    /// <summary>The map of every project under src/. Reads names from the project files, so that a new project is judged without an edit here.</summary>
    public static ModuleMap Of(SourceTree tree) => new(tree.Projects.ToDictionary(
        project => (string?)XDocument.Load(project.File).Descendants("AssemblyName").SingleOrDefault() ?? Path.GetFileNameWithoutExtension(project.File),
        project => LayerOf(project.Folder)));

    /// <summary>Why the edge is not allowed, or nothing when it is.</summary>
    public IEnumerable<string> Refusals(Edge edge)
    {
        var from = layerByAssembly[edge.From];
        if (layerByAssembly.TryGetValue(edge.To, out var to))
        {
            if (!MayReference[from].Contains(to))
                yield return Refusal(edge, from, $"{edge.To} ({to})", MayReference[from].Length == 0 ? "nothing of ours" : string.Join(", ", MayReference[from]));
        }
        else if (edge.To.StartsWith(OurPrefix, StringComparison.Ordinal))
            yield return Refusal(edge, from, $"{edge.To}, which has no project under src/", "projects under src/ alone");
        else if (OnlyPackages.TryGetValue(from, out var packages) && !BaseClassLibrary.Contains(edge.To) && !packages.Contains(edge.To))
            yield return Refusal(edge, from, edge.To, string.Join(", ", packages.Prepend("the base class library")));

        if (from == Layer.Engine && edge.Types.Where(IsClosedToEngines).ToList() is { Count: > 0 } closed)
            yield return Refusal(edge with { Types = closed }, from, edge.To, "no database, network, clock or files; take the value as an argument");
    }

    /// <summary>Every assembly a compiled file references. A constant of another assembly is copied by the compiler and leaves no trace here.</summary>
    public static IReadOnlyList<Edge> ReferencesOf(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        var metadata = file.GetMetadataReader();
        var from = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        var typesByAssembly = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference)
            .ToLookup(type => (AssemblyReferenceHandle)type.ResolutionScope, type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");
        return [.. metadata.AssemblyReferences.Select(handle => new Edge(
            from, metadata.GetString(metadata.GetAssemblyReference(handle).Name), [.. typesByAssembly[handle].Order(StringComparer.Ordinal)]))];
    }

    public static Layer LayerOf(string folder) => folder.Split('/') switch
    {
        ["src", "Engines", _] => Layer.Engine,
        ["src", "Modules", _] => Layer.Module,
        ["src", "Contracts"] => Layer.Contracts,
        ["src", "Platform"] => Layer.Platform,
        ["src", "Web"] => Layer.Web,
        ["src", "Host"] => Layer.Host,
        _ => throw new InvalidOperationException(
            $"{folder} has a project but no place in ARCHITECTURE.md. Move it to src/Engines/X or src/Modules/X, or add the new kind to the table there and to {nameof(ModuleMap)}."),
    };

    private static bool IsClosedToEngines(string type) =>
        ClosedToEngines.Any(closed => closed.EndsWith('.') ? type.StartsWith(closed, StringComparison.Ordinal) : type == closed);

    private static string Refusal(Edge edge, Layer from, string what, string allowed) =>
        $"{edge.From} ({from}) references {what}, using {(edge.Types.Count == 0 ? "no type by name" : string.Join(", ", edge.Types))}. Allowed: {allowed}. See ARCHITECTURE.md.";
}
