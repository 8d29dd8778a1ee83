using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rongtong.HealthPass;

public sealed partial class TrustList
{
    private const int FileBytesMax = 16 * 1024 * 1024;

    /// <summary>Extended key usages of EU document signers (hcert-spec 1.0.8, section A.4); issuers have used both spellings of the arc.</summary>
    private static readonly Dictionary<string, KeyUsages> s_usageByOid = new()
    {
        ["1.3.6.1.4.1.1847.2021.1.1"] = KeyUsages.Test,
        ["1.3.6.1.4.1.1847.2021.1.2"] = KeyUsages.Vaccination,
        ["1.3.6.1.4.1.1847.2021.1.3"] = KeyUsages.Recovery,
        ["1.3.6.1.4.1.0.1847.2021.1.1"] = KeyUsages.Test,
        ["1.3.6.1.4.1.0.1847.2021.1.2"] = KeyUsages.Vaccination,
        ["1.3.6.1.4.1.0.1847.2021.1.3"] = KeyUsages.Recovery,
    };

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Reads the JSON form. The caller vouches for it: an unsigned list is as good as the hand it comes from.</summary>
    /// <exception cref="PassException">The file is malformed; the message says where.</exception>
    public static TrustList Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > FileBytesMax) throw new PassException($"the trust list has {json.Length} bytes; {FileBytesMax} are allowed.");
        ListFile file;
        try
        {
            file = JsonSerializer.Deserialize<ListFile>(json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json[3..] : json, s_json) ?? throw new PassException("the trust list is empty.");
        }
        catch (JsonException e)
        {
            throw new PassException($"the trust list is not in its JSON form: {e.Message}");
        }
        if (file.Regions is null) throw new PassException("the trust list has no 'regions'.");
        return new(file.Number, file.IssuedAt, file.ValidUntil, [.. file.Regions.Select((region, i) => ToRegion(region, $"regions[{i}]"))]);
    }

    /// <summary>Reads the signed form.</summary>
    /// <param name="bytes">The COSE_Sign1 message.</param>
    /// <param name="rootKeys">Public keys in SubjectPublicKeyInfo form, any of which may have signed.</param>
    /// <exception cref="PassException">The message or the list in it is malformed, or no root key signed it.</exception>
    public static TrustList Open(ReadOnlyMemory<byte> bytes, IEnumerable<ReadOnlyMemory<byte>> rootKeys)
    {
        var (message, fault) = CoseSign1.Parse(bytes);
        if (message is null) throw new PassException($"the signed trust list is {fault}");
        return rootKeys.Any(root => message.IsSignedBy(new(root.ToArray()))) ? Parse(message.Payload.Span) : throw new PassException("the trust list is not signed by the root key.");
    }

    /// <summary>Whether the file is the signed form, which needs the root key to be read.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] is 0xD2 or 0xD8 or 0x84;

    /// <summary>A key from a document signer's certificate: validity and usages as the certificate states; without usages of ours, all but revocation.</summary>
    /// <exception cref="PassException">The bytes are no certificate, or its key is of no use.</exception>
    public static TrustedKey KeyOfCertificate(ReadOnlySpan<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var stated = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<Oid>())
                .Aggregate(KeyUsages.None, (usages, oid) => usages | s_usageByOid.GetValueOrDefault(oid.Value ?? ""));
            var usages = stated == KeyUsages.None ? KeyUsages.Test | KeyUsages.Vaccination | KeyUsages.Recovery | KeyUsages.Colour : stated;
            return new(SigningKey.KeyIdOf(certificate.RawData), certificate.PublicKey.ExportSubjectPublicKeyInfo(), certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), usages);
        }
        catch (CryptographicException e)
        {
            throw new PassException($"not a certificate in DER form: {e.Message}");
        }
    }

    /// <summary>The JSON form, UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new ListFile(Number, IssuedAt, ValidUntil, [.. Regions.Select(r => new RegionFile(r.Code, new() { ["zh-CN"] = r.NameZh, ["en"] = r.NameEn }, r.Recognition, [.. r.Keys.Select(ToFile)]))]), s_json);

    /// <summary>The signed form.</summary>
    public byte[] Sign(SigningKey root) => CoseSign1.Sign(root, ToJson());

    private static KeyFile ToFile(TrustedKey key) => new(
        Convert.ToBase64String(key.KeyId.Span), Convert.ToBase64String(key.PublicKey.Span), null, key.NotBefore, key.NotAfter,
        [.. Enum.GetValues<KeyUsages>().Where(u => u != KeyUsages.None && key.Usages.HasFlag(u))]);

    private static TrustedRegion ToRegion(RegionFile region, string at)
    {
        if (string.IsNullOrWhiteSpace(region.Code)) throw new PassException($"the trust list has no 'code' in {at}.");
        var name = region.Name ?? [];
        return new(region.Code, name.GetValueOrDefault("zh-CN", region.Code), name.GetValueOrDefault("en", region.Code), region.Recognition,
            [.. (region.Keys ?? []).Select((key, i) => ToKey(key, $"{at}.keys[{i}]"))]);
    }

    private static TrustedKey ToKey(KeyFile key, string at)
    {
        try
        {
            var stated = key.Certificate is null ? null : KeyOfCertificate(Convert.FromBase64String(key.Certificate));
            var publicKey = stated?.PublicKey.ToArray() ?? Convert.FromBase64String(key.PublicKey ?? throw new PassException("'publicKey' or 'certificate' is missing."));
            return new(
                key.Kid is null ? stated?.KeyId.ToArray() ?? SigningKey.KeyIdOf(publicKey) : Convert.FromBase64String(key.Kid),
                publicKey,
                key.NotBefore ?? stated?.NotBefore ?? throw new PassException("'notBefore' is missing."),
                key.NotAfter ?? stated?.NotAfter ?? throw new PassException("'notAfter' is missing."),
                key.Usages is { } usages ? usages.Aggregate(KeyUsages.None, (all, usage) => all | usage) : stated?.Usages ?? throw new PassException("'usages' is missing."));
        }
        catch (Exception e) when (e is PassException or FormatException)
        {
            throw new PassException($"the trust list, {at}: {e.Message}");
        }
    }

    private sealed record ListFile(long Number, DateTimeOffset IssuedAt, DateTimeOffset ValidUntil, IReadOnlyList<RegionFile>? Regions);

    private sealed record RegionFile(string Code, Dictionary<string, string>? Name, RecognitionMode Recognition, IReadOnlyList<KeyFile>? Keys);

    private sealed record KeyFile(string? Kid, string? PublicKey, string? Certificate, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, IReadOnlyList<KeyUsages>? Usages);
}
