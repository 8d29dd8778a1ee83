using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rongtong.HealthPass;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong verify pass TOKEN --trust FILE</c>: what the checkpoint page does, from the command line, without a network.</summary>
internal static class VerifyPassCommand
{
    private const long FileBytesMax = int.MaxValue;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var token = new Argument<string>("TOKEN") { Description = "The text of the QR code (HC1:...), or - to read it from the standard input." };
        var trust = new Option<string>("--trust") { Description = "Trust list: JSON, or signed (then --root).", Required = true };
        var root = new Option<string?>("--root") { Description = "Public key (PEM) of whoever signs trust lists." };
        var revocation = new Option<string?>("--revocation") { Description = "Revocation list; its exact shards are read from FILE.shards beside it." };
        var at = new Option<string?>("--at") { Description = "Time to judge by (ISO 8601); now where left out." };
        var json = new Option<bool>("--json") { Description = "Print the verdict as JSON." };
        var command = new Command("pass", "Verify a pass: exit code 0 when it is genuine and in force, 1 when not.") { token, trust, root, revocation, at, json };
        command.SetAction(parsed =>
        {
            try
            {
                var text = (parsed.GetValue(token) is "-" ? Console.In.ReadToEnd() : parsed.GetValue(token)!).Trim('\r', '\n', '\t');
                var list = ReadTrust(parsed.GetValue(trust)!, parsed.GetValue(root));
                var verifier = new PassVerifier(list, ReadRevocation(parsed.GetValue(revocation), list), rememberedMax: 0);
                var verdict = verifier.Verify(text, ParseTime(parsed.GetValue(at)));
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(ToJson(verdict), s_json) : Describe(verdict));
                return verdict is PassVerdict.Accepted ? 0 : 1;
            }
            catch (Exception e) when (e is CommandException or PassException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"rongtong verify pass: {e.Message}");
                return 2;
            }
        });
        return command;
    }

    private static TrustList ReadTrust(string file, string? rootFile)
    {
        var bytes = ReadFile(file);
        try
        {
            if (!TrustList.IsSigned(bytes)) return TrustList.Parse(bytes);
            if (rootFile is null) throw new CommandException($"{file} is signed: add --root with the public key (PEM) of whoever signs trust lists.");
            return TrustList.Open(bytes, [ReadPublicKey(rootFile)]);
        }
        catch (PassException e)
        {
            throw new CommandException($"{file}: {e.Message}");
        }
    }

    private static ReadOnlyMemory<byte> ReadPublicKey(string file)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new CommandException($"{file}: a PEM public key on P-256 is expected: {e.Message}");
        }
    }

    private static RevocationList? ReadRevocation(string? file, TrustList trust)
    {
        if (file is null) return null;
        var shards = file + ".shards";
        return RevocationList.Open(ReadFile(file), trust, !File.Exists(shards) ? null : (offset, length) =>
        {
            using var stream = File.OpenRead(shards);
            if (offset < 0 || offset + length > stream.Length) return null;
            stream.Position = offset;
            var bytes = new byte[length];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    private static byte[] ReadFile(string file)
    {
        if (!File.Exists(file)) throw new CommandException($"the file '{file}' does not exist.");
        return new FileInfo(file).Length <= FileBytesMax ? File.ReadAllBytes(file) : throw new CommandException($"{file}: more than {FileBytesMax} bytes.");
    }

    private static DateTimeOffset ParseTime(string? text)
    {
        if (text is null) return TimeProvider.System.GetUtcNow();
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : throw new CommandException($"--at: '{text}' is no ISO 8601 time, such as 2020-02-20T08:00:00+08:00.");
    }

    private static string Describe(PassVerdict verdict) => verdict switch
    {
        PassVerdict.Refused refused => $"无效 not valid: {refused.Stage} / {refused.Fault}: {refused.Detail}",
        PassVerdict.Accepted { Claims: var claims } accepted => string.Join(Environment.NewLine, new[]
        {
            $"有效 valid: {accepted.Signer.Code} {accepted.Signer.NameZh} {accepted.Signer.NameEn}, {claims.IssuedAt:u} – {claims.ExpiresAt:u}",
            claims.Colour is { } colour ? $"{Chinese(colour.Colour)} {colour.Colour}: {colour.MaskedName}, {colour.Region}, {colour.AsOf:u}{(colour.Until is { } until ? $" – {until:u}" : "")}" : null,
            claims.Certificate is { } certificate ? $"{certificate.Kind}: {string.Join(", ", certificate.Entry.Select(e => $"{e.Key} {e.Value}"))}" : null,
            accepted.Revocation switch
            {
                RevocationFinding.NotListed listed => $"未吊销 not revoked as of {listed.AsOf:u}",
                RevocationFinding.Unconfirmed open => $"吊销情况待核实 revocation not confirmed: shard {open.Shard} is not at hand",
                RevocationFinding.AgeUnknown unknown => $"吊销数据时效未知 revocation age unknown: {unknown.Reason}",
                _ => throw new InvalidOperationException("An accepted pass is not revoked."),
            },
            accepted.IsTrustListStale ? "信任列表已过期 the trust list is stale" : null,
        }.OfType<string>()),
        _ => throw new InvalidOperationException("A verdict is accepted or refused."),
    };

    private static string Chinese(PassColour colour) => colour switch { PassColour.Green => "绿码", PassColour.Yellow => "黄码", _ => "红码" };

    private static object ToJson(PassVerdict verdict) => verdict switch
    {
        PassVerdict.Refused refused => new { valid = false, stage = (PassStage?)refused.Stage, fault = (PassFault?)refused.Fault, detail = refused.Detail, claims = ToJson(refused.Claims) },
        PassVerdict.Accepted accepted => new
        {
            valid = true,
            signer = accepted.Signer.Code,
            recognition = accepted.Signer.Recognition,
            revocation = accepted.Revocation.GetType().Name,
            revocationAsOf = accepted.Revocation switch { RevocationFinding.NotListed l => l.AsOf, RevocationFinding.Unconfirmed u => u.AsOf, _ => (DateTimeOffset?)null },
            revocationReason = (accepted.Revocation as RevocationFinding.AgeUnknown)?.Reason,
            trustListStale = accepted.IsTrustListStale,
            claims = ToJson(accepted.Claims),
        },
        _ => throw new InvalidOperationException("A verdict is accepted or refused."),
    };

    private static object? ToJson(PassClaims? claims) => claims is null ? null : new
    {
        issuer = claims.Issuer,
        issuedAt = claims.IssuedAt,
        expiresAt = claims.ExpiresAt,
        colour = claims.Colour,
        certificate = claims.Certificate,
    };
}
