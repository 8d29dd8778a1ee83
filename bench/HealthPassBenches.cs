using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Rongtong.HealthPass;

namespace Rongtong.Bench;

/// <summary>Passes and revocation, each beside what the machine's cryptography can do at most and, for verification, the EU library on the same tokens.</summary>
internal static class HealthPassBenches
{
    private const int Tokens = 2000;
    private const int RevokedIds = 10_000_000;
    private static readonly DateTimeOffset s_now = new(2020, 2, 20, 0, 0, 0, TimeSpan.Zero);

    public static async Task<IReadOnlyList<BenchResult>> VerifyAsync()
    {
        using var world = new World();
        string[] tokens = [.. Enumerable.Range(0, Tokens).Select(i => world.Signer.Sign(Content(i, withTest: true)))];
        var verifier = new PassVerifier(world.Trust, world.Revocation(1_000_000), rememberedMax: 0);
        void VerifyAll()
        {
            foreach (var token in tokens) Verify(verifier, token);
        }
        var peer = await PeerAsync(world.Certificate, tokens);
        WarmUp(VerifyAll);
        var one = Tokens / Measure.Seconds(VerifyAll);
        var two = 2 * Tokens / Measure.Seconds(() => Parallel.Invoke(VerifyAll, VerifyAll));
        var (limit, _) = Limits();
        const string Peer = "@pathcheck/dcc-sdk, same tokens";
        return
        [
            new("pass-verify, the framework's ECDSA check alone, one core", limit, "tokens/s"),
            peer is null ? new("pass-verify, all stages, two cores", two, "tokens/s") : new("pass-verify, all stages, two cores", two, "tokens/s", Peer, peer, two / peer),
            peer is null ? new("pass-verify, all stages, one core", one, "tokens/s", Peer + " is not installed") : new("pass-verify, all stages, one core", one, "tokens/s", Peer, peer, one / peer),
        ];
    }

    public static Task<IReadOnlyList<BenchResult>> RepeatAsync()
    {
        using var world = new World();
        string[] tokens = [.. Enumerable.Range(0, 100).Select(i => world.Signer.Sign(Content(i, withTest: true)))];
        var verifier = new PassVerifier(world.Trust, world.Revocation(1_000_000));
        void VerifyAll()
        {
            for (var i = 0; i < 200; i++)
            {
                foreach (var token in tokens) Verify(verifier, token);
            }
        }
        WarmUp(VerifyAll);
        var seconds = Measure.Seconds(VerifyAll);
        IReadOnlyList<BenchResult> results = [new("pass-repeat, expiry and revocation asked anew, one core", 200 * tokens.Length / seconds, "tokens/s")];
        return Task.FromResult(results);
    }

    public static Task<IReadOnlyList<BenchResult>> SignAsync()
    {
        using var world = new World();
        double Rate(bool withTest)
        {
            PassContent[] contents = [.. Enumerable.Range(0, Tokens).Select(i => Content(i, withTest))];
            void SignAll()
            {
                foreach (var content in contents) world.Signer.Sign(content);
            }
            WarmUp(SignAll);
            return Tokens / Measure.Seconds(SignAll);
        }
        var (_, limit) = Limits();
        var (withTest, colour) = (Rate(withTest: true), Rate(withTest: false));
        IReadOnlyList<BenchResult> results =
        [
            new("pass-sign, token with colour and test, one core", withTest, "tokens/s"),
            new("pass-sign, token with colour, one core", colour, "tokens/s", "the framework's ECDSA signature alone", limit, colour / limit),
        ];
        return Task.FromResult(results);
    }

    public static Task<IReadOnlyList<BenchResult>> RevocationAsync()
    {
        using var world = new World();
        var watch = Stopwatch.StartNew();
        var files = RevocationList.Create(1, s_now, s_now.AddDays(1), Enumerable.Range(0, RevokedIds).Select(Id), world.Key);
        var (built, opening) = (watch.Elapsed.TotalSeconds, Stopwatch.StartNew());
        var shardReads = 0;
        var list = RevocationList.Open(files.Filter, world.Trust, (offset, length) =>
        {
            shardReads++;
            return files.Shards.AsMemory((int)offset, length);
        });
        var opened = opening.Elapsed.TotalMilliseconds;
        RevocationId[][] valid = [.. Enumerable.Range(RevokedIds, RevokedIds).Select(i => new[] { Id(i) })];
        var falseRevoked = 0;
        watch.Restart();
        foreach (var id in valid)
        {
            if (list.Find(id, s_now) is RevocationFinding.Revoked) falseRevoked++;
        }
        var lookUp = watch.Elapsed.TotalSeconds * 1e6 / RevokedIds;
        var falseHits = shardReads;
        watch.Restart();
        const int Sample = 20_000;
        for (var i = 0; i < Sample; i++)
        {
            if (list.Find([Id(i * (RevokedIds / Sample))], s_now) is not RevocationFinding.Revoked) throw new InvalidOperationException("A revoked id was not found.");
        }
        var confirmed = watch.Elapsed.TotalSeconds * 1e6 / Sample;
        var delta = RevocationList.CreateDelta(1, s_now, s_now.AddDays(1), [.. Enumerable.Range(0, 10_000).Select(Id)], world.Key);
        IReadOnlyList<BenchResult> results =
        [
            new("revocation, 10 million ids, build", built, "s"),
            new("revocation, 10 million ids, open and check the signature", opened, "ms"),
            new("revocation, filter file with directory of shards", files.Filter.Length / 1e6, "MB"),
            new("revocation, delta of 10,000 ids", delta.Length / 1e3, "kB"),
            new("revocation, filter hits among 10 million valid ids", falseHits, "ids"),
            new("revocation, called revoked among 10 million valid ids", falseRevoked, "ids"),
            new("revocation, look-up of a revoked id, confirmed in its shard", confirmed, "us"),
            new("revocation, look-up of a valid id", lookUp, "us"),
        ];
        return Task.FromResult(results);
    }

    private static void Verify(PassVerifier verifier, string token)
    {
        if (verifier.Verify(token, s_now) is not PassVerdict.Accepted { Revocation: RevocationFinding.NotListed }) throw new InvalidOperationException("A token of the bench was not accepted.");
    }

    /// <summary>A second of work, after which the compiler has seen what is hot; beside its first rounds a signature's own cost would not show.</summary>
    private static void WarmUp(Action work)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < 1) work();
    }

    private static (double Verify, double Sign) Limits()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var publicKey = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        var (hash, signature) = (new byte[32], new byte[64]);
        var sign = Measure.Seconds(() =>
        {
            for (var i = 0; i < Tokens; i++) key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out _);
        });
        var verify = Measure.Seconds(() =>
        {
            for (var i = 0; i < Tokens; i++) publicKey.VerifyHash(hash, signature);
        });
        return (Tokens / verify, Tokens / sign);
    }

    private static async Task<double?> PeerAsync(X509Certificate2 certificate, string[] tokens)
    {
        // Run from the checkout, where npm has put the library; the script is not copied beside the bench.
        var script = new[] { "bench/peers/dcc/dcc.js", Path.Combine(AppContext.BaseDirectory, "../../../peers/dcc/dcc.js") }.Select(Path.GetFullPath).FirstOrDefault(File.Exists);
        if (script is null) return null;
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")))
            await Measure.RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", Path.GetDirectoryName(script)!);
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-bench-{Guid.NewGuid():N}.json");
        var keyId = SHA256.HashData(certificate.RawData)[..8];
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            certificates = new Dictionary<string, string> { [Convert.ToBase64String(keyId)] = Convert.ToBase64String(certificate.RawData) },
            tokens = tokens.Take(500),
        }));
        try
        {
            var output = await Measure.RunAsync("node", script, "bench", file);
            return output?.Trim().Split('\t') is ["verify", var rate] ? double.Parse(rate, CultureInfo.InvariantCulture) : null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static PassContent Content(int number, bool withTest) => new(
        "42", s_now.AddMinutes(-5), s_now.AddHours(24),
        new ColourClaim(PassColour.Green, s_now.AddMinutes(-5), "4201", null, new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "**丰"),
        withTest ? new HealthCertificate(
            CertificateKind.Test, new("张", "三丰", "ZHANG", "SANFENG"), "1980-05-01",
            new Dictionary<string, string>
            {
                ["tg"] = "840539006",
                ["tt"] = "LP6464-4",
                ["nm"] = "RT-PCR",
                ["sc"] = "2020-02-19T09:30:00Z",
                ["tr"] = "260415000",
                ["tc"] = "武汉市第一医院",
                ["co"] = "CN",
                ["is"] = "湖北省卫生健康委员会",
                ["ci"] = $"URN:UVCI:01:CN:{number:X20}",
            }) : null);

    private static RevocationId Id(int number) => RevocationId.OfContent(BitConverter.GetBytes(number));

    private sealed class World : IDisposable
    {
        public World()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Certificate = new CertificateRequest("CN=Bench, C=CN", key, HashAlgorithmName.SHA256).CreateSelfSigned(s_now.AddDays(-30), s_now.AddDays(300));
            Key = new(key, SigningKey.KeyIdOf(Certificate.RawData));
            Signer = new(Key);
            const KeyUsages All = KeyUsages.Test | KeyUsages.Vaccination | KeyUsages.Recovery | KeyUsages.Colour | KeyUsages.Revocation;
            Trust = new(1, s_now.AddDays(-1), s_now.AddDays(6),
                [new("42", "湖北", "Hubei", RecognitionMode.SharedData, [new(Key.KeyId.ToArray(), Key.PublicKey.ToArray(), s_now.AddDays(-30), s_now.AddDays(300), All)])]);
        }

        public X509Certificate2 Certificate { get; }

        public SigningKey Key { get; }

        public PassSigner Signer { get; }

        public TrustList Trust { get; }

        public RevocationList Revocation(int count)
        {
            var files = RevocationList.Create(1, s_now, s_now.AddDays(1), Enumerable.Range(0, count).Select(Id), Key);
            return RevocationList.Open(files.Filter, Trust, (offset, length) => files.Shards.AsMemory((int)offset, length));
        }

        public void Dispose()
        {
            Key.Dispose();
            Certificate.Dispose();
        }
    }
}
