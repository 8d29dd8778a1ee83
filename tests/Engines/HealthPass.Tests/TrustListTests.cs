using System.Security.Cryptography;
using System.Text;

namespace Rongtong.HealthPass.Tests;

public sealed class TrustListTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void The_JSON_form_and_the_signed_form_hold_the_same_list()
    {
        using var root = World.NewKey();
        var signed = _world.Trust.Sign(root);
        TrustList.IsSigned(signed).ShouldBeTrue();
        TrustList.IsSigned(_world.Trust.ToJson()).ShouldBeFalse();
        foreach (var list in new[] { TrustList.Parse(_world.Trust.ToJson()), TrustList.Open(signed, [_world.Nation.PublicKey, root.PublicKey]) })
        {
            (list.Number, list.IssuedAt, list.ValidUntil).ShouldBe((_world.Trust.Number, _world.Trust.IssuedAt, _world.Trust.ValidUntil));
            list.Regions.Select(r => (r.Code, r.NameZh, r.NameEn, r.Recognition, r.Keys.Count)).ShouldBe(_world.Trust.Regions.Select(r => (r.Code, r.NameZh, r.NameEn, r.Recognition, r.Keys.Count)));
            new PassVerifier(list).Verify(_world.HubeiPass(), World.Now).ShouldBeAccepted();
        }
    }

    [Fact]
    public void A_list_signed_by_another_key_or_changed_since_is_refused()
    {
        using var root = World.NewKey();
        var signed = _world.Trust.Sign(root);
        Should.Throw<PassException>(() => TrustList.Open(signed, [_world.Hubei.PublicKey])).Message.ShouldContain("not signed by the root key");
        signed[signed.Length / 2] ^= 1;
        Should.Throw<PassException>(() => TrustList.Open(signed, [root.PublicKey]));
    }

    [Fact]
    public void People_may_name_a_key_by_its_certificate_alone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = World.Certificate(key, "1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.0.1847.2021.1.3");
        var list = TrustList.Parse(Encoding.UTF8.GetBytes($$"""
            { "number": 1, "issuedAt": "2020-02-19T00:00:00Z", "validUntil": "2020-03-01T00:00:00Z", // as written by hand
              "regions": [ { "code": "DE", "name": { "zh-CN": "德国", "en": "Germany" }, "recognition": "sharedData", "keys": [ { "certificate": "{{Convert.ToBase64String(certificate.RawData)}}" } ] } ] }
            """));
        var read = list.Regions.Single().Keys.Single();
        read.Usages.ShouldBe(KeyUsages.Test | KeyUsages.Recovery);
        read.KeyId.ToArray().ShouldBe(SHA256.HashData(certificate.RawData)[..8]);
        read.NotBefore.ShouldBe(World.Now.AddDays(-30).ToUniversalTime());
    }

    [Theory]
    [InlineData("", "not in its JSON form")]
    [InlineData("{}", "no 'regions'")]
    [InlineData("""{"regions":[{"code":""}]}""", "regions[0]")]
    [InlineData("""{"regions":[{"code":"42"},{"code":"42"}]}""", "region '42' twice")]
    [InlineData("""{"regions":[{"code":"42","recognition":"perhaps"}]}""", "recognition")]
    [InlineData("""{"regions":[{"code":"42","keys":[{"publicKey":"AAAA","notBefore":"2020-01-01T00:00:00Z","notAfter":"2021-01-01T00:00:00Z","usages":["colour"]}]}]}""", "regions[0].keys[0]")]
    [InlineData("""{"regions":[{"code":"42","keys":[{"publicKey":"***"}]}]}""", "regions[0].keys[0]")]
    [InlineData("""{"regions":[{"code":"42","keys":[{}]}]}""", "'publicKey' or 'certificate' is missing")]
    public void A_malformed_list_is_refused_with_the_place(string json, string named) =>
        Should.Throw<PassException>(() => TrustList.Parse(Encoding.UTF8.GetBytes(json))).Message.ShouldContain(named);

    [Fact]
    public void A_weak_key_cannot_be_trusted()
    {
        using var weak = RSA.Create(1024);
        Should.Throw<PassException>(() => new TrustedKey([1], weak.ExportSubjectPublicKeyInfo(), World.Now, World.Now, KeyUsages.Colour)).Message.ShouldContain("1024 bits");
    }

    [Fact]
    public void A_verdict_by_a_stale_list_says_so()
    {
        var until = _world.Trust.ValidUntil;
        var token = new PassSigner(_world.Hubei).Sign(World.Content() with { ExpiresAt = until.AddDays(1) });
        _world.Verify(token, until).ShouldBeAccepted().IsTrustListStale.ShouldBeFalse();
        _world.Verify(token, until.AddSeconds(1)).ShouldBeAccepted().IsTrustListStale.ShouldBeTrue();
    }
}
