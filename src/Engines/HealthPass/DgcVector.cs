using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Rongtong.HealthPass;

/// <summary>How a vector came out.</summary>
public enum VectorOutcome
{
    /// <summary>Every stage that could be tried gave the expected result.</summary>
    Passed,

    /// <summary>At least one stage gave another.</summary>
    Failed,

    /// <summary>No stage could be tried.</summary>
    Skipped,
}

/// <summary>One stage of a vector.</summary>
/// <param name="Name">The vector's own name for it, such as EXPECTEDVERIFY.</param>
/// <param name="Expected">Whether it should succeed.</param>
/// <param name="Actual">Whether it did; null where it was not tried.</param>
/// <param name="Reason">Why it failed or was not tried.</param>
public sealed record VectorStage(string Name, bool Expected, bool? Actual, string Reason);

/// <summary>What became of a vector.</summary>
/// <param name="Description">The vector's own words.</param>
/// <param name="Stages">Its stages.</param>
public sealed record VectorResult(string Description, IReadOnlyList<VectorStage> Stages)
{
    /// <summary>The sum of its stages.</summary>
    public VectorOutcome Outcome =>
        Stages.Any(s => s.Actual is { } actual && actual != s.Expected) ? VectorOutcome.Failed
        : Stages.Any(s => s.Actual is not null) ? VectorOutcome.Passed : VectorOutcome.Skipped;
}

/// <summary>
/// Runs a test vector of the EU's public collection (dgc-testdata). A vector holds the same certificate at each step from JSON to QR code and says
/// which steps should succeed. A form that is left out is derived from the form outside it, as far as that can be read.
/// </summary>
public sealed class DgcVector
{
    private readonly JsonElement _vector;
    private readonly JsonElement _context;
    private readonly DateTimeOffset _now;
    private readonly Form<string> _base45;
    private readonly Form<byte[]> _compressed;
    private readonly Form<byte[]> _message;
    private readonly Form<CoseSign1> _cose;
    private readonly Form<CborNode> _claims;

    private DgcVector(JsonElement vector, DateTimeOffset now)
    {
        (_vector, _now) = (vector, now);
        _context = vector.TryGetProperty("TESTCTX", out var context) ? context : default;
        _base45 = Text("BASE45") is { } base45 ? new(base45) : Text("PREFIX") is { } prefix ? Unprefixed(prefix) : new(null, "there is neither BASE45 nor PREFIX", IsAbsent: true);
        _compressed = Hex("COMPRESSED") ?? Then(_base45, Decoded);
        _message = Hex("COSE") ?? Then(_compressed, Inflated);
        _cose = Then(_message, bytes => CoseSign1.Parse(bytes) is var (message, fault) && message is not null ? new Form<CoseSign1>(message) : new(null, fault!));
        _claims = Then(_cose, message => Tree(message.Payload));
    }

    /// <summary>Runs one vector.</summary>
    /// <param name="vector">The file's content.</param>
    /// <param name="now">The time for vectors that name none.</param>
    public static VectorResult Run(JsonElement vector, DateTimeOffset now)
    {
        if (vector.ValueKind != JsonValueKind.Object || !vector.TryGetProperty("EXPECTEDRESULTS", out var expected) || expected.ValueKind != JsonValueKind.Object)
            return new("", [new("EXPECTEDRESULTS", true, null, "the file states no expected results")]);
        var run = new DgcVector(vector, now);
        var stages = new List<VectorStage>();
        foreach (var stage in expected.EnumerateObject())
        {
            if (stage.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) continue;
            var (isDone, reason) = run.Try(stage.Name);
            stages.Add(new(stage.Name, stage.Value.GetBoolean(), isDone, reason));
        }
        return new(run._context.ValueKind == JsonValueKind.Object && run._context.TryGetProperty("DESCRIPTION", out var text) ? text.ToString() : "", stages);
    }

    private (bool? IsDone, string Reason) Try(string stage) => stage switch
    {
        "EXPECTEDPICTUREDECODE" => (null, "pictures are read by the scanner page, not by this command"),
        "EXPECTEDUNPREFIX" => Unprefix(),
        "EXPECTEDB45DECODE" => Outcome(Text("BASE45") is { } text ? Decoded(text) : Then(_base45, Decoded), Hex("COMPRESSED"), "COMPRESSED"),
        "EXPECTEDCOMPRESSION" => Outcome(Then(_compressed, Inflated), Hex("COSE"), "COSE"),
        "EXPECTEDVERIFY" => Verify(),
        "EXPECTEDDECODE" => Decode(),
        "EXPECTEDVALIDJSON" => ValidJson(),
        "EXPECTEDSCHEMAVALIDATION" => Schema(Then(_claims, Certificate)),
        "EXPECTEDVALIDOBJECT" => Json() is { } json ? Schema(new(json)) : (null, "there is no JSON"),
        "EXPECTEDENCODE" => Encode(),
        "EXPECTEDKEYUSAGE" => KeyUsage(),
        "EXPECTEDEXPIRATIONCHECK" => Expiration(),
        _ => (null, "the stage is not known"),
    };

    private (bool?, string) Unprefix()
    {
        if (Text("PREFIX") is not { } prefix) return (null, "there is no PREFIX");
        var stripped = Unprefixed(prefix);
        if (stripped.Value is null) return (false, stripped.Fault);
        return Text("BASE45") is { } base45 && base45 != stripped.Value ? (false, "PREFIX and BASE45 differ") : (true, "");
    }

    /// <summary>The signature is the certificate's, and the key id in the message is that certificate's: first eight bytes of its SHA-256.</summary>
    private (bool?, string) Verify()
    {
        if (Key() is not { } key) return (null, "there is no CERTIFICATE");
        if (key.Value is null) return (false, key.Fault);
        if (_cose.Value is not { } message) return _cose.Missing;
        if (message.KeyId is not { } keyId) return (false, "the message names no key");
        if (!keyId.Span.SequenceEqual(key.Value.KeyId.Span)) return (false, $"the message names key {Convert.ToHexStringLower(keyId.Span)}, the certificate's is {Convert.ToHexStringLower(key.Value.KeyId.Span)}");
        return message.IsSignedBy(key.Value.Verification) ? (true, "") : (false, "the signature is not the certificate's");
    }

    private (bool?, string) Decode()
    {
        if (Hex("CBOR") is not { } hex)
        {
            if (Json() is not { } wanted) return _claims.Value is null ? _claims.Missing : (true, "");
            return Same(Then(_claims, Certificate), new(wanted), "COSE", "JSON");
        }
        var cbor = Then(hex, bytes => Tree(bytes));
        if (cbor.Value is not { Kind: CborKind.Map } tree) return (false, cbor.Value is null ? cbor.Fault : $"CBOR is {cbor.Value.Kind} instead of a map");
        if (Json() is { } json && Same(Certificate(tree), new(json), "CBOR", "JSON") is (false, var difference)) return (false, difference);
        if (_claims.IsAbsent) return Json() is null ? _claims.Missing : (true, "");
        // Some states gave the whole payload as CBOR, others the certificate in it.
        return IsPayload(tree) ? Same(_claims, cbor, "COSE", "CBOR") : Same(Then(_claims, Certificate), cbor, "COSE", "CBOR");
    }

    private (bool?, string) ValidJson()
    {
        if (Json() is not { } json) return (null, "there is no JSON");
        var isCompared = false;
        if (Hex("CBOR") is { } hex)
        {
            isCompared = true;
            if (Same(Then(Then(hex, bytes => Tree(bytes)), Certificate), new(json), "CBOR", "JSON") is (false, var difference)) return (false, difference);
        }
        if (Text("PREFIX") is { } prefix)
        {
            isCompared = true;
            var chain = Then(Then(Then(Then(Unprefixed(prefix), Decoded), Inflated), bytes => CoseSign1.Parse(bytes) is var (m, fault) && m is not null ? new Form<CoseSign1>(m) : new(null, fault!)), m => Tree(m.Payload));
            if (Same(Then(chain, Certificate), new(json), "PREFIX", "JSON") is (false, var difference)) return (false, difference);
        }
        return isCompared ? (true, "") : (null, "there is neither CBOR nor PREFIX");
    }

    private (bool?, string) Encode()
    {
        if (Json() is not { } json || Hex("CBOR") is not { } hex) return (null, "JSON and CBOR are needed");
        // Maps have no order of their own, so that the bytes may differ: what is compared is what both say.
        var again = Tree(CborTree.Write(json));
        return Same(again, Then(Then(hex, bytes => Tree(bytes)), Certificate), "our CBOR of JSON", "CBOR");
    }

    private (bool?, string) KeyUsage()
    {
        if (Key() is not { } key) return (null, "there is no CERTIFICATE");
        if (key.Value is null) return (false, key.Fault);
        var certificate = Then(_claims, Certificate);
        if (certificate.Value is null) return certificate.Missing;
        CertificateKind[] kinds = [.. Enum.GetValues<CertificateKind>().Where(k => certificate.Value[HealthCertificate.GroupOf(k)] is { Kind: CborKind.Array })];
        if (kinds.Length != 1) return (false, $"the certificate is about {kinds.Length} things");
        return key.Value.Usages.HasFlag(PassVerifier.UsageFor(kinds[0])) ? (true, "") : (false, $"the key may sign {key.Value.Usages}, not {kinds[0]}");
    }

    /// <summary>certificate begins &lt;= issued &lt;= clock &lt;= expires &lt;= certificate ends.</summary>
    private (bool?, string) Expiration()
    {
        if (_claims.Value is null) return _claims.Missing;
        if (_claims.Value[PassClaims.IssuedKey]?.AsInstant() is not { } issued || _claims.Value[PassClaims.ExpiresKey]?.AsInstant() is not { } expires) return (false, "issue or expiry time is missing");
        var at = Clock();
        if (at < issued) return (false, $"issued {issued:u}, clock {at:u}");
        if (at > expires) return (false, $"expired {expires:u}, clock {at:u}");
        if (Key() is not { Value: { } key }) return (true, "");
        return issued >= key.NotBefore && expires <= key.NotAfter ? (true, "") : (false, $"the pass runs from {issued:u} to {expires:u}, its key from {key.NotBefore:u} to {key.NotAfter:u}");
    }

    private DateTimeOffset Clock() =>
        Context("VALIDATIONCLOCK") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var clock) ? clock : _now;

    private static (bool?, string) Schema(Form<CborNode> certificate)
    {
        if (certificate.Value is null) return certificate.Missing;
        var (kind, faults) = CertificateSchema.Check(certificate.Value);
        return kind is null ? (false, string.Join(' ', faults)) : (true, "");
    }

    private static (bool?, string) Outcome(Form<byte[]> done, Form<byte[]>? stated, string name)
    {
        if (done.Value is null) return done.Missing;
        if (stated is { Value: null }) return (false, stated.Fault);
        return stated?.Value is { } bytes && !bytes.AsSpan().SequenceEqual(done.Value) ? (false, $"the result is not {name}") : (true, "");
    }

    private static (bool?, string) Same(Form<CborNode> ours, Form<CborNode> theirs, string oursName, string theirsName)
    {
        if (ours.Value is null) return (ours.Missing.Item1, $"{oursName}: {ours.Fault}");
        if (theirs.Value is null) return (theirs.Missing.Item1, $"{theirsName}: {theirs.Fault}");
        return CborTree.Difference(ours.Value, theirs.Value, "") is { } difference ? (false, $"{oursName} and {theirsName} differ {difference}") : (true, "");
    }

    private static bool IsPayload(CborNode tree) => tree[PassClaims.CertificatesKey] is not null;

    private static Form<CborNode> Certificate(CborNode tree) =>
        !IsPayload(tree) ? tree["ver"] is null && tree["nam"] is null ? new(null, "there is no certificate (claim -260, key 1)") : new(tree)
        : tree[PassClaims.CertificatesKey]![PassClaims.CertificateVersionKey] is { } certificate ? new(certificate) : new(null, "claim -260 has no key 1");

    private static Form<string> Unprefixed(string token) =>
        token.StartsWith(PassEnvelope.Prefix, StringComparison.Ordinal) ? new(token[PassEnvelope.Prefix.Length..]) : new(null, $"the prefix is not {PassEnvelope.Prefix}");

    private static Form<byte[]> Decoded(string base45)
    {
        var bytes = new byte[Base45.DecodedLengthMax(base45.Length)];
        return Base45.Decode(base45, bytes, out var length) is { } fault ? new(null, fault) : new(bytes[..length]);
    }

    private static Form<byte[]> Inflated(byte[] compressed)
    {
        var (message, fault, detail) = PassEnvelope.Inflate(compressed, compressed.Length);
        return fault == PassFault.None ? new(message.ToArray()) : new(null, detail);
    }

    private static Form<CborNode> Tree(ReadOnlyMemory<byte> bytes) => CborNode.Read(bytes) is var (node, fault) && node is not null ? new(node) : new(null, fault!);

    private static Form<T> Then<TFrom, T>(Form<TFrom> form, Func<TFrom, Form<T>> next)
        where TFrom : class
        where T : class => form.Value is null ? new(null, form.Fault, form.IsAbsent) : next(form.Value);

    private Form<TrustedKey>? Key()
    {
        if (Context("CERTIFICATE") is not { } text) return null;
        try
        {
            var base64 = text.Replace("-----BEGIN CERTIFICATE-----", "", StringComparison.Ordinal).Replace("-----END CERTIFICATE-----", "", StringComparison.Ordinal);
            return new(TrustList.KeyOfCertificate(Convert.FromBase64String(base64)));
        }
        catch (Exception e) when (e is PassException or FormatException)
        {
            return new(null, "CERTIFICATE: " + e.Message);
        }
    }

    /// <summary>The JSON form as a tree; some files hold it as text.</summary>
    private CborNode? Json()
    {
        if (!_vector.TryGetProperty("JSON", out var json)) return null;
        if (json.ValueKind != JsonValueKind.String) return json.ValueKind == JsonValueKind.Object ? CborTree.Of(json) : null;
        try
        {
            using var document = JsonDocument.Parse(json.GetString()!);
            return document.RootElement.ValueKind == JsonValueKind.Object ? CborTree.Of(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return CborNode.OfText(json.GetString()!);
        }
    }

    private string? Text(string name) => _vector.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private string? Context(string name) =>
        _context.ValueKind == JsonValueKind.Object && _context.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private Form<byte[]>? Hex(string name)
    {
        if (Text(name) is not { Length: > 0 } hex) return null;
        try
        {
            return new(Convert.FromHexString(hex.Trim()));
        }
        catch (FormatException)
        {
            return new(null, $"{name} is not hexadecimal");
        }
    }

    /// <summary>One form of the certificate, or why it could not be had.</summary>
    /// <param name="Value">The form.</param>
    /// <param name="Fault">Why there is none.</param>
    /// <param name="IsAbsent">The vector holds neither it nor any form outside it: nothing failed, there is nothing to try.</param>
    private sealed record Form<T>(T? Value, string Fault = "", bool IsAbsent = false)
        where T : class
    {
        public (bool?, string) Missing => (IsAbsent ? null : false, Fault);
    }
}
