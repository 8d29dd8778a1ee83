using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rongtong.Testing;

namespace Rongtong.HealthPass.Tests;

/// <summary>A test beside @pathcheck/dcc-sdk; skips by name where Node.js is absent or the package can neither be found nor installed.</summary>
public sealed class DccSdkFactAttribute : FactAttribute
{
    public DccSdkFactAttribute()
    {
        if (DccSdk.Problem is { } problem) Skip = problem;
    }
}

/// <summary>The EU certificate library of the PathCheck Foundation, run by Node.js from bench/peers/dcc.</summary>
internal static class DccSdk
{
    private static readonly TimeSpan s_installMax = TimeSpan.FromMinutes(2);

    public static string? Problem { get; } = Prepare();

    public static string Folder { get; } = Path.Combine(Root(), "bench", "peers", "dcc");

    public static async Task<string[]> RunAsync(string mode, object input)
    {
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-dcc-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(input));
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, "dcc.js"), mode, file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, await errors);
            return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string? Prepare()
    {
        if (Programs.Find("node") is null || Programs.Find("npm") is null) return "Needs Node.js 20 with npm on the PATH.";
        var folder = Path.Combine(Root(), "bench", "peers", "dcc");
        if (Directory.Exists(Path.Combine(folder, "node_modules", "@pathcheck", "dcc-sdk"))) return null;
        using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = install.StandardOutput.ReadToEndAsync();
        _ = install.StandardError.ReadToEndAsync();
        if (install.WaitForExit(s_installMax) && install.ExitCode == 0) return null;
        if (!install.HasExited) install.Kill(entireProcessTree: true);
        return "Needs the npm package @pathcheck/dcc-sdk: 'npm ci' in bench/peers/dcc did not succeed (no registry?).";
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Rongtong.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}

public sealed class InteropTests : IDisposable
{
    private const int Payloads = 1000;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly System.Random _random = new(20200220);

    public void Dispose() => _key.Dispose();

    [DccSdkFact]
    public async Task A_thousand_passes_of_ours_are_verified_and_read_by_the_EU_library_and_tampered_ones_are_not()
    {
        using var certificate = World.Certificate(_key);
        using var key = new SigningKey(_key, SigningKey.KeyIdOf(certificate.RawData));
        var signer = new PassSigner(key);
        var tests = Enumerable.Range(0, Payloads).Select(_ => Test()).ToArray();
        var tokens = tests.Select((test, i) => Signed(() => signer.Sign(World.Content(certificate: test) with { Colour = i % 2 == 0 ? World.Colour() : null }))).ToArray();
        // Tampered inside the message and wrapped again: a changed character alone would already break the zlib check sum.
        var tampered = tokens.Take(100).Select(token =>
        {
            var message = PassEnvelope.Open(token).Message.ToArray();
            message[^(1 + _random.Next(64))] ^= 1;
            return PassEnvelope.Wrap(message);
        });
        var colourOnly = Signed(() => signer.Sign(World.Content()));

        var lines = await DccSdk.RunAsync("check", new { certificates = Certificates(certificate.RawData), tokens = tokens.Concat(tampered).Append(colourOnly) });

        for (var i = 0; i < Payloads; i++)
        {
            var (status, contents) = (lines[i].Split('\t')[0], JsonNode.Parse(lines[i].Split('\t')[1])!);
            status.ShouldBe("verified", tests[i].Name.FamilyName);
            var read = contents["-260"]!["1"]!;
            (read["nam"]!["fn"]!.ToString(), read["nam"]!["gn"]!.ToString()).ShouldBe((tests[i].Name.FamilyName!, tests[i].Name.GivenName!));
            read["t"]![0]!["ci"]!.ToString().ShouldBe(tests[i].Identifier);
        }
        foreach (var line in lines[Payloads..^1]) line.Split('\t')[0].ShouldBe("invalid_signature");
        lines[^1].Split('\t')[0].ShouldBe("verified");
    }

    [DccSdkFact]
    public async Task A_thousand_certificates_of_the_EU_library_are_verified_and_read_by_us_and_tampered_ones_are_not()
    {
        using var certificate = World.Certificate(_key);
        var payloads = Enumerable.Range(0, Payloads).Select(_ => Test()).ToArray();

        var tokens = await DccSdk.RunAsync("make", new
        {
            certificate = certificate.ExportCertificatePem(),
            key = _key.ExportPkcs8PrivateKeyPem(),
            issuer = "CN",
            months = 1,
            payloads = payloads.Select(t => new
            {
                ver = t.Version,
                nam = new { fn = t.Name.FamilyName, gn = t.Name.GivenName, fnt = t.Name.FamilyNameStandard, gnt = t.Name.GivenNameStandard },
                dob = t.DateOfBirth,
                t = new[] { t.Entry },
            }),
        });

        var verifier = new PassVerifier(World.ListOf(new TrustedRegion("CN", "中国", "China", RecognitionMode.SharedData, [TrustList.KeyOfCertificate(certificate.RawData)])));
        // The library reads the machine's clock; we judge by the time it wrote.
        for (var i = 0; i < Payloads; i++)
        {
            var verdict = verifier.Verify(tokens[i], DateTimeOffset.UnixEpoch);
            var claims = verdict.ShouldBeRefused(PassFault.NotYetValid).Claims!;
            var read = verifier.Verify(tokens[i], claims.IssuedAt).ShouldBeAccepted().Claims.Certificate!;
            read.Name.ShouldBe(payloads[i].Name);
            read.Entry.ShouldBe(payloads[i].Entry, ignoreOrder: true);
            verifier.Verify(tokens[i], claims.ExpiresAt.AddSeconds(1)).ShouldBeRefused(PassFault.Expired);

            var message = PassEnvelope.Open(tokens[i]).Message.ToArray();
            message[_random.Next(message.Length - 80, message.Length)] ^= (byte)(1 << _random.Next(8));
            verifier.Verify(PassEnvelope.Wrap(message), claims.IssuedAt).ShouldBeOfType<PassVerdict.Refused>();
        }
    }

    /// <summary>
    /// The library decodes signature bytes as CBOR for its own report and so turns a signature that happens to look like a typed array (tags 64 to 87,
    /// one in twenty thousand) round in place before it checks it. Such a signature is made again.
    /// </summary>
    private static string Signed(Func<string> sign)
    {
        while (true)
        {
            var token = sign();
            if (CoseSign1.Parse(PassEnvelope.Open(token).Message).Message!.Signature.Span is not [0xD8, >= 64 and <= 87, ..]) return token;
        }
    }

    private static Dictionary<string, string> Certificates(byte[] der) => new() { [Convert.ToBase64String(SigningKey.KeyIdOf(der))] = Convert.ToBase64String(der) };

    private HealthCertificate Test() => World.Test(Han(1 + _random.Next(2)), Han(1 + _random.Next(3)) + (_random.Next(10) == 0 ? "·𠮷" : ""));

    /// <summary>Any of the 20,000 characters of the basic CJK block.</summary>
    private string Han(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)_random.Next(0x4E00, 0x9FA5)));
}
