using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rongtong.HealthPass;

namespace Rongtong.Journeys.Tests;

/// <summary>A gate without a network: a pass, a trust list and a revocation list as files, judged by the program as people start it.</summary>
public sealed class VerifyPassJourney : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2020, 2, 20, 8, 0, 0, TimeSpan.FromHours(8));

    private readonly string _folder = Directory.CreateTempSubdirectory("rongtong-pass-").FullName;
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SigningKey _key;
    private readonly TrustList _trust;

    public VerifyPassJourney()
    {
        _key = new(_ecdsa);
        _trust = new(1, s_now.AddDays(-1), s_now.AddDays(7), [new("42", "湖北", "Hubei", RecognitionMode.SharedData,
            [new(_key.KeyId.ToArray(), _key.PublicKey.ToArray(), s_now.AddDays(-30), s_now.AddDays(300), KeyUsages.Colour | KeyUsages.Revocation)])]);
        File.WriteAllBytes(In("trust.json"), _trust.ToJson());
    }

    public void Dispose()
    {
        _key.Dispose();
        _ecdsa.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_gate_keeper_with_files_alone_learns_the_colour_and_whether_it_still_holds()
    {
        var colour = new ColourClaim(PassColour.Yellow, s_now, "4201", s_now.AddDays(5), Guid.NewGuid(), "**丰");
        var token = new PassSigner(_key).Sign(new("42", s_now, s_now.AddHours(24), colour));

        var (code, output) = await VerifyAsync(token, "--trust", In("trust.json"), "--at", "2020-02-20T09:00:00+08:00", "--json");
        code.ShouldBe(0, output);
        var verdict = JsonNode.Parse(output)!;
        (verdict["claims"]!["colour"]!["colour"]!.ToString(), verdict["revocation"]!.ToString()).ShouldBe(("yellow", "AgeUnknown"));
        (await VerifyAsync(token, "--trust", In("trust.json"), "--at", "2020-02-20T09:00:00+08:00")).Output.ShouldContain("黄码");

        (code, output) = await VerifyAsync(token, "--trust", In("trust.json"), "--at", "2020-02-21T09:00:00+08:00", "--json");
        (code, JsonNode.Parse(output)!["stage"]!.ToString()).ShouldBe((1, "validity"));

        var files = RevocationList.Create(1, s_now, s_now.AddDays(1), [RevocationId.OfPass(colour.PassId)], _key);
        await File.WriteAllBytesAsync(In("revoked.bin"), files.Filter);
        await File.WriteAllBytesAsync(In("revoked.bin.shards"), files.Shards);
        (code, output) = await VerifyAsync(token, "--trust", In("trust.json"), "--revocation", In("revoked.bin"), "--at", "2020-02-20T09:00:00+08:00", "--json");
        (code, JsonNode.Parse(output)!["fault"]!.ToString()).ShouldBe((1, "revoked"));

        await File.WriteAllBytesAsync(In("revoked.bin"), []);
        (code, output) = await VerifyAsync(token, "--trust", In("trust.json"), "--revocation", In("revoked.bin"), "--at", "2020-02-20T09:00:00+08:00", "--json");
        (code, JsonNode.Parse(output)!["revocation"]!.ToString()).ShouldBe((0, "AgeUnknown"));
    }

    [Fact]
    public async Task A_signed_trust_list_needs_the_root_key_and_what_cannot_be_read_is_a_usage_error()
    {
        using var root = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rootKey = new SigningKey(root);
        await File.WriteAllBytesAsync(In("trust.cose"), _trust.Sign(rootKey));
        await File.WriteAllTextAsync(In("root.pem"), root.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllTextAsync(In("other.pem"), _ecdsa.ExportSubjectPublicKeyInfoPem());
        (await VerifyAsync("HC1:", "--trust", In("trust.cose"), "--root", In("root.pem"))).Code.ShouldBe(1);
        (await VerifyAsync("HC1:", "--trust", In("trust.cose"))).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("--root"));
        (await VerifyAsync("HC1:", "--trust", In("trust.cose"), "--root", In("other.pem"))).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("not signed by the root key"));
        (await VerifyAsync("HC1:")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("--trust"));
        (await VerifyAsync("HC1:", "--trust", In("absent.json"))).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("does not exist"));
        (await VerifyAsync("HC1:", "--trust", In("trust.json"), "--at", "noon")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("'noon'"));
    }

    private string In(string file) => Path.Combine(_folder, file);

    private static async Task<(int Code, string Output)> VerifyAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rongtong.dll"), "verify", "pass", .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
