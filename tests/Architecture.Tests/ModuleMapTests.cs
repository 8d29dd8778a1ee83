namespace Rongtong.Architecture.Tests;

public sealed class ModuleMapTests
{
    private static readonly ModuleMap Product = ModuleMap.Of(SourceTree.Here);

    /// <summary>A small world in which every edge of the table can be drawn, independent of what the product holds today.</summary>
    private static readonly ModuleMap Planted = new(new Dictionary<string, Layer>
    {
        ["engine"] = Layer.Engine,
        ["engine2"] = Layer.Engine,
        ["contracts"] = Layer.Contracts,
        ["platform"] = Layer.Platform,
        ["web"] = Layer.Web,
        ["module"] = Layer.Module,
        ["module2"] = Layer.Module,
        ["host"] = Layer.Host,
    });

    [Fact]
    public void Compiled_assemblies_reference_only_what_the_table_allows() =>
        Refusals(Product).ShouldBeEmpty();

    [Fact]
    public void Every_project_of_the_product_is_compiled_beside_these_tests() =>
        Product.LayerByAssembly.Keys.Where(name => !File.Exists(FileOf(name))).ShouldBeEmpty(
            "These assemblies are judged by no rule, because the host does not reference them: add them to src/Host/Rongtong.Host.csproj.");

    [Theory]
    [InlineData("engine", "engine2")]
    [InlineData("engine", "contracts")]
    [InlineData("engine", "platform")]
    [InlineData("engine", "Npgsql")]
    [InlineData("engine", "Microsoft.AspNetCore.Http.Abstractions")]
    [InlineData("contracts", "engine")]
    [InlineData("contracts", "platform")]
    [InlineData("contracts", "MathNet.Numerics")]
    [InlineData("platform", "engine")]
    [InlineData("platform", "contracts")]
    [InlineData("platform", "web")]
    [InlineData("platform", "module")]
    [InlineData("web", "engine")]
    [InlineData("web", "module")]
    [InlineData("web", "host")]
    [InlineData("module", "module2")]
    [InlineData("module", "host")]
    [InlineData("host", "Rongtong.Unknown")]
    public void A_planted_reference_outside_the_table_is_refused_with_both_names_and_the_type(string from, string to)
    {
        var refusal = Planted.Refusals(new Edge(from, to, ["Somewhere.Type"])).ShouldHaveSingleItem();

        refusal.ShouldStartWith($"{from} (");
        refusal.ShouldContain($"references {to}");
        refusal.ShouldContain("Somewhere.Type");
    }

    [Theory]
    [InlineData("engine", "System.Runtime")]
    [InlineData("engine", "MathNet.Numerics")]
    [InlineData("contracts", "System.Collections")]
    [InlineData("platform", "Npgsql")]
    [InlineData("web", "platform")]
    [InlineData("web", "contracts")]
    [InlineData("module", "platform")]
    [InlineData("module", "contracts")]
    [InlineData("module", "web")]
    [InlineData("module", "engine")]
    [InlineData("host", "module")]
    [InlineData("host", "engine")]
    public void A_reference_inside_the_table_is_allowed(string from, string to) =>
        Planted.Refusals(new Edge(from, to, ["Somewhere.Type"])).ShouldBeEmpty();

    [Theory]
    [InlineData("System.IO.File")]
    [InlineData("System.Net.Http.HttpClient")]
    [InlineData("System.Data.Common.DbConnection")]
    [InlineData("System.TimeProvider")]
    public void An_engine_that_reaches_outside_itself_is_refused_and_a_module_is_not(string type)
    {
        Planted.Refusals(new Edge("engine", "System.Runtime", ["System.String", type])).ShouldHaveSingleItem().ShouldContain($"using {type}.");
        Planted.Refusals(new Edge("module", "System.Runtime", ["System.String", type])).ShouldBeEmpty();
    }

    [Fact]
    public void An_engine_may_read_text_that_is_handed_to_it() =>
        Planted.Refusals(new Edge("engine", "System.Runtime", ["System.IO.TextReader", "System.DateOnly"])).ShouldBeEmpty();

    [Fact]
    public void A_compiled_module_posing_as_an_engine_is_found_out_by_the_types_it_uses()
    {
        var posing = new ModuleMap(new Dictionary<string, Layer>(Product.LayerByAssembly) { ["Rongtong.Registry"] = Layer.Engine });

        Refusals(posing).ShouldContain(refusal =>
            refusal.StartsWith("Rongtong.Registry (Engine) references Rongtong.Platform (Platform), using Rongtong.Platform.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_in_a_folder_the_table_does_not_know_is_refused() =>
        Should.Throw<InvalidOperationException>(() => ModuleMap.LayerOf("src/Common")).Message.ShouldContain("src/Common");

    private static List<string> Refusals(ModuleMap map) =>
        [.. map.LayerByAssembly.Keys.Select(FileOf).Where(File.Exists).SelectMany(ModuleMap.ReferencesOf).SelectMany(map.Refusals)];

    private static string FileOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
}
