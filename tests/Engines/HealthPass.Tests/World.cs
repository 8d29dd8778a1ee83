using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rongtong.HealthPass.Tests;

/// <summary>A small world: Hubei signs its own passes, the nation signs for Qinghai, and a day in February 2020.</summary>
internal sealed class World : IDisposable
{
    public static readonly DateTimeOffset Now = new(2020, 2, 20, 8, 0, 0, TimeSpan.FromHours(8));

    public World()
    {
        Hubei = NewKey();
        Nation = NewKey();
        Trust = ListOf(
            new TrustedRegion("42", "湖北", "Hubei", RecognitionMode.SharedData, [KeyOf(Hubei)]),
            new TrustedRegion("63", "青海", "Qinghai", RecognitionMode.NationalCode, []),
            new TrustedRegion("44", "广东", "Guangdong", RecognitionMode.None, []),
            new TrustedRegion(TrustList.National, "全国", "China", RecognitionMode.NationalCode, [KeyOf(Nation)]));
    }

    public SigningKey Hubei { get; }

    public SigningKey Nation { get; }

    public TrustList Trust { get; }

    public static SigningKey NewKey(byte[]? keyId = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(key, keyId);
    }

    public static TrustedKey KeyOf(SigningKey key, KeyUsages usages = KeyUsages.Colour | KeyUsages.Test | KeyUsages.Vaccination | KeyUsages.Recovery | KeyUsages.Revocation) =>
        new(key.KeyId.ToArray(), key.PublicKey.ToArray(), Now.AddDays(-30), Now.AddDays(300), usages);

    public static TrustList ListOf(params TrustedRegion[] regions) => new(7, Now.AddDays(-1), Now.AddDays(6), regions);

    public static ColourClaim Colour(PassColour colour = PassColour.Green, string region = "4201", string name = "**丰") =>
        new(colour, Now.AddMinutes(-5), region, colour == PassColour.Green ? null : Now.AddDays(5), Guid.NewGuid(), name);

    public static HealthCertificate Test(string family = "张", string given = "三丰") => new(
        CertificateKind.Test, new(family, given, "ZHANG", "SANFENG"), "1980-05-01",
        new Dictionary<string, string>
        {
            ["tg"] = "840539006",
            ["tt"] = "LP6464-4",
            ["nm"] = "核酸检测",
            ["sc"] = "2020-02-19T09:30:00Z",
            ["tr"] = "260415000",
            ["tc"] = "武汉市第一医院",
            ["co"] = "CN",
            ["is"] = "湖北省卫生健康委员会",
            ["ci"] = "URN:UVCI:01:CN:" + Guid.NewGuid().ToString("N").ToUpperInvariant(),
        });

    public static PassContent Content(ColourClaim? colour = null, HealthCertificate? certificate = null) => new("42", Now.AddMinutes(-5), Now.AddHours(24), colour ?? Colour(), certificate);

    public string HubeiPass(ColourClaim? colour = null, HealthCertificate? certificate = null) => new PassSigner(Hubei).Sign(Content(colour, certificate));

    public PassVerdict Verify(string token, DateTimeOffset? at = null, RevocationList? revocation = null) => new PassVerifier(Trust, revocation).Verify(token, at ?? Now);

    /// <summary>A certificate as EU states make them for their signers; usages by object id.</summary>
    public static X509Certificate2 Certificate(AsymmetricAlgorithm key, params string[] usageOids)
    {
        var name = new X500DistinguishedName("CN=Test signer, C=CN");
        var request = key is RSA rsa ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pss) : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        if (usageOids.Length > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usageOids.Select(o => new Oid(o))], critical: false));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddYears(20));
    }

    public void Dispose()
    {
        Hubei.Dispose();
        Nation.Dispose();
    }
}

internal static class Verdicts
{
    public static PassVerdict.Accepted ShouldBeAccepted(this PassVerdict verdict) => verdict.ShouldBeOfType<PassVerdict.Accepted>((verdict as PassVerdict.Refused)?.Detail);

    public static PassVerdict.Refused ShouldBeRefused(this PassVerdict verdict, PassFault fault)
    {
        var refused = verdict.ShouldBeOfType<PassVerdict.Refused>();
        refused.Fault.ShouldBe(fault, refused.Detail);
        return refused;
    }
}
