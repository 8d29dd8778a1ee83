using System.Formats.Cbor;
using System.IO.Compression;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.HealthPass.Tests;

public sealed class PassTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_pass_says_after_verification_what_was_signed()
    {
        var (colour, test) = (World.Colour(PassColour.Yellow), World.Test());
        var accepted = _world.Verify(_world.HubeiPass(colour, test)).ShouldBeAccepted();
        accepted.Claims.Colour.ShouldBe(colour);
        accepted.Claims.Certificate!.Name.ShouldBe(test.Name);
        accepted.Claims.Certificate.Entry.ShouldBe(test.Entry, ignoreOrder: true);
        (accepted.Claims.Issuer, accepted.Claims.ExpiresAt).ShouldBe(("42", World.Now.AddHours(24)));
        accepted.Signer.Code.ShouldBe("42");
        accepted.Revocation.ShouldBeOfType<RevocationFinding.AgeUnknown>();
    }

    [Fact]
    public void Chinese_names_come_back_as_they_were_composed()
    {
        var han = Gen.Elements("欧阳锋𠮷靖蓉é王李张陈杨黄赵吴周".EnumerateRunes().ToArray());
        Prop.ForAll(han.NonEmptyListOf().Select(runes => string.Concat(runes.Take(20))).ToArbitrary(), name =>
        {
            var verdict = _world.Verify(_world.HubeiPass(World.Colour(name: NameMask.Mask(name)), World.Test(family: name)));
            return verdict is PassVerdict.Accepted { Claims: { Certificate: { } test, Colour: { } colour } } && test.Name.FamilyName == name.Normalize() && colour.MaskedName == NameMask.Mask(name);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_single_flipped_bit_of_the_signed_message_verifies()
    {
        var message = PassEnvelope.Open(_world.HubeiPass(certificate: World.Test())).Message.ToArray();
        var verifier = new PassVerifier(_world.Trust);
        // The tag and the empty unprotected header (after tag, array, and the protected header with its length) are not signed for; all else is.
        HashSet<int> unsigned = [0, 3 + CoseSign1.Parse(message).Message!.Protected.Length];
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << bit % 8);
            var verdict = verifier.Verify(PassEnvelope.Wrap(message), World.Now);
            if (!unsigned.Contains(bit / 8)) verdict.ShouldBeOfType<PassVerdict.Refused>($"bit {bit}");
            else if (verdict is PassVerdict.Accepted accepted) accepted.Claims.Colour!.Colour.ShouldBe(PassColour.Green);
            message[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void No_changed_character_of_the_token_verifies_with_another_content()
    {
        var (token, verifier) = (_world.HubeiPass(), new PassVerifier(_world.Trust));
        var claims = verifier.Verify(token, World.Now).ShouldBeAccepted().Claims;
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            if (verifier.Verify(changed, World.Now) is PassVerdict.Accepted accepted) accepted.Claims.Colour.ShouldBe(claims.Colour, $"character {i}");
        }
    }

    [Fact]
    public void Both_edges_of_validity_are_inside_and_the_second_beyond_is_outside()
    {
        var token = _world.HubeiPass();
        var (from, until) = (World.Now.AddMinutes(-5), World.Now.AddHours(24));
        _world.Verify(token, from).ShouldBeAccepted();
        _world.Verify(token, until).ShouldBeAccepted();
        _world.Verify(token, from.AddSeconds(-1)).ShouldBeRefused(PassFault.NotYetValid).Stage.ShouldBe(PassStage.Validity);
        _world.Verify(token, until.AddSeconds(1)).ShouldBeRefused(PassFault.Expired);
    }

    [Fact]
    public void A_remembered_token_is_judged_by_the_time_asked()
    {
        var (token, verifier) = (_world.HubeiPass(), new PassVerifier(_world.Trust, rememberedMax: 2));
        verifier.Verify(token, World.Now).ShouldBeAccepted();
        verifier.Verify(token, World.Now.AddDays(2)).ShouldBeRefused(PassFault.Expired);
        verifier.Verify(token, World.Now).ShouldBeAccepted();
        foreach (var _ in Enumerable.Range(0, 20)) verifier.Verify(_world.HubeiPass(), World.Now).ShouldBeAccepted();
        verifier.Verify(token, World.Now.AddDays(2)).ShouldBeRefused(PassFault.Expired);
    }

    [Theory]
    [InlineData("", PassFault.PrefixMissing)]
    [InlineData("hc1:NCF", PassFault.PrefixMissing)]
    [InlineData("HC2:NCF", PassFault.PrefixMissing)]
    [InlineData("HC1:", PassFault.NotZlib)]
    [InlineData("HC1:NCF}", PassFault.NotBase45)]
    [InlineData("HC1:BB8BB8", PassFault.NotZlib)]
    public void Each_broken_wrapping_is_refused_at_its_stage(string token, PassFault fault) => _world.Verify(token).ShouldBeRefused(fault);

    [Fact]
    public void One_pass_has_one_spelling_nothing_is_cut_off_and_nothing_stands_behind()
    {
        var bytes = new byte[4_096];
        var token = _world.HubeiPass();
        Base45.Decode(token.AsSpan(4), bytes, out var length).ShouldBeNull();
        _world.Verify("HC1:" + Base45.Encode(bytes.AsSpan(0, length))).ShouldBeAccepted();
        for (var cut = 1; cut <= 5; cut++) _world.Verify("HC1:" + Base45.Encode(bytes.AsSpan(0, length - cut))).ShouldBeRefused(PassFault.NotZlib);
        _world.Verify("HC1:" + Base45.Encode([.. bytes[..length], 0])).ShouldBeRefused(PassFault.NotZlib);
        _world.Verify("HC1:" + Base45.Encode([.. bytes[..length], .. bytes[(length - 4)..length]])).ShouldBeRefused(PassFault.NotZlib);
    }

    [Fact]
    public void A_text_longer_than_a_QR_code_is_not_even_decoded() =>
        _world.Verify("HC1:" + new string('0', 4296)).ShouldBeRefused(PassFault.TokenTooLong);

    [Fact]
    public void A_small_token_that_inflates_without_end_is_stopped()
    {
        var bomb = new MemoryStream();
        using (var zlib = new ZLibStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(new byte[1_000_000]);
        _world.Verify("HC1:" + Base45.Encode(bomb.ToArray())).ShouldBeRefused(PassFault.InflatesTooFar).Stage.ShouldBe(PassStage.Zlib);
    }

    [Theory]
    [InlineData("83 40 a0 40", PassFault.NotCose)]
    [InlineData("a0", PassFault.NotCose)]
    [InlineData("d2 d2 d2 84 40 a0 40 40", PassFault.NotCose)]
    [InlineData("d2 84 40 a0 40 40 00", PassFault.NotCose)]
    [InlineData("d2 84 40 a0 40 40", PassFault.KeyIdMissing)]
    [InlineData("84 40 a1 04 41 07 40 40", PassFault.KeyUnknown)]
    [InlineData("9b ff ff ff ff ff ff ff ff", PassFault.NotCose)]
    public void Each_broken_message_is_refused_and_none_throws(string hex, PassFault fault) => _world.Verify(Token(hex)).ShouldBeRefused(fault);

    [Theory]
    [InlineData("01", PassFault.ClaimsIncomplete)]
    [InlineData("a0", PassFault.ClaimsIncomplete)]
    [InlineData("a1 04 1a 5e4d0000", PassFault.ClaimsIncomplete)]
    [InlineData("a2 04 1a 5e500000 06 1a 5e4d0000", PassFault.ClaimsIncomplete)]
    [InlineData("a2 04 04 04 04", PassFault.PayloadNotCbor)]
    [InlineData("a3 04 1a 5e500000 06 1a 5e4d0000 39 0103 a1 01 a0", PassFault.SchemaViolated)]
    [InlineData("a3 04 1a 5e500000 06 1a 5e4d0000 3a 00010000 a0", PassFault.SchemaViolated)]
    [InlineData("81818181818181818181818181818181 00", PassFault.PayloadNotCbor)]
    public void Signed_nonsense_is_refused_as_claims_and_never_throws(string hex, PassFault fault) =>
        _world.Verify(PassEnvelope.Wrap(CoseSign1.Sign(_world.Hubei, Convert.FromHexString(hex.Replace(" ", ""))))).ShouldBeRefused(fault);

    [Fact]
    public void Random_bytes_at_any_stage_never_throw()
    {
        var random = new System.Random(20200220);
        var verifier = new PassVerifier(_world.Trust);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(120)];
            random.NextBytes(bytes);
            verifier.Verify("HC1:" + Base45.Encode(bytes), World.Now).ShouldBeOfType<PassVerdict.Refused>();
            verifier.Verify(PassEnvelope.Wrap(bytes), World.Now).ShouldBeOfType<PassVerdict.Refused>();
            verifier.Verify(PassEnvelope.Wrap(CoseSign1.Sign(_world.Hubei, bytes)), World.Now).ShouldBeOfType<PassVerdict.Refused>();
        }
    }

    [Fact]
    public void A_message_without_a_tag_and_one_tagged_as_CWT_are_read_too()
    {
        var message = PassEnvelope.Open(_world.HubeiPass()).Message.ToArray();
        _world.Verify(PassEnvelope.Wrap(message.AsSpan(1))).ShouldBeAccepted();
        _world.Verify(PassEnvelope.Wrap([0xD8, 61, .. message])).ShouldBeAccepted();
    }

    [Fact]
    public void A_key_id_in_the_unprotected_header_serves_only_where_the_protected_has_none()
    {
        var payload = CoseSign1.Parse(PassEnvelope.Open(_world.HubeiPass()).Message).Message!.Payload.ToArray();
        string Signed(byte[]? inside, byte[]? outside)
        {
            // The signature is made over the header as it is, so that only the choice of the key id can go wrong.
            var protectedHeader = Header(inside, withAlgorithm: true);
            byte[] structure = [0x84, 0x6A, .. "Signature1"u8, .. Bytes(protectedHeader), 0x40, .. Bytes(payload)];
            var signature = new byte[64];
            _world.Hubei.Sign(SHA256.HashData(structure), signature);
            return PassEnvelope.Wrap([0xD2, 0x84, .. Bytes(protectedHeader), .. Header(outside, withAlgorithm: false), .. Bytes(payload), .. Bytes(signature)]);
        }
        var (right, wrong) = (_world.Hubei.KeyId.ToArray(), "foo"u8.ToArray());
        _world.Verify(Signed(right, null)).ShouldBeAccepted();
        _world.Verify(Signed(null, right)).ShouldBeAccepted();
        _world.Verify(Signed(right, wrong)).ShouldBeAccepted();
        _world.Verify(Signed(wrong, right)).ShouldBeRefused(PassFault.KeyUnknown);
        _world.Verify(Signed(null, wrong)).ShouldBeRefused(PassFault.KeyUnknown);
        _world.Verify(Signed(null, null)).ShouldBeRefused(PassFault.KeyIdMissing);
    }

    [Fact]
    public void Of_two_keys_with_one_id_the_one_that_signed_is_found()
    {
        using var first = World.NewKey([1, 2, 3, 4, 5, 6, 7, 8]);
        using var second = World.NewKey([1, 2, 3, 4, 5, 6, 7, 8]);
        using var stranger = World.NewKey([1, 2, 3, 4, 5, 6, 7, 8]);
        var verifier = new PassVerifier(World.ListOf(
            new TrustedRegion("42", "湖北", "Hubei", RecognitionMode.SharedData, [World.KeyOf(first)]),
            new TrustedRegion("33", "浙江", "Zhejiang", RecognitionMode.SharedData, [World.KeyOf(second)])));
        verifier.Verify(new PassSigner(first).Sign(World.Content()), World.Now).ShouldBeAccepted().Signer.Code.ShouldBe("42");
        verifier.Verify(new PassSigner(second).Sign(World.Content(World.Colour(region: "3301"))), World.Now).ShouldBeAccepted().Signer.Code.ShouldBe("33");
        verifier.Verify(new PassSigner(stranger).Sign(World.Content()), World.Now).ShouldBeRefused(PassFault.SignatureWrong);
    }

    [Fact]
    public void A_region_cannot_sign_for_another_and_only_the_nation_for_those_that_use_its_code()
    {
        string By(SigningKey key, string region) => new PassSigner(key).Sign(World.Content(World.Colour(region: region)));
        _world.Verify(By(_world.Hubei, "42")).ShouldBeAccepted();
        _world.Verify(By(_world.Hubei, "33")).ShouldBeRefused(PassFault.RegionOutsideKey).Stage.ShouldBe(PassStage.Authority);
        _world.Verify(By(_world.Nation, "6301")).ShouldBeAccepted().Signer.Code.ShouldBe(TrustList.National);
        _world.Verify(By(_world.Nation, "44")).ShouldBeRefused(PassFault.RegionNotRecognised);
        _world.Verify(By(_world.Nation, "99")).ShouldBeRefused(PassFault.RegionNotRecognised);
        using var qinghai = World.NewKey();
        var trust = World.ListOf(new TrustedRegion("63", "青海", "Qinghai", RecognitionMode.ThroughNationalCode, [World.KeyOf(qinghai)]));
        new PassVerifier(trust).Verify(By(qinghai, "63"), World.Now).ShouldBeRefused(PassFault.RegionNotRecognised);
    }

    [Fact]
    public void A_key_signs_only_what_it_is_for_and_only_within_its_validity()
    {
        TrustList With(KeyUsages usages, DateTimeOffset? from = null, DateTimeOffset? until = null) => World.ListOf(new TrustedRegion("42", "湖北", "Hubei", RecognitionMode.SharedData,
            [new TrustedKey(_world.Hubei.KeyId.ToArray(), _world.Hubei.PublicKey.ToArray(), from ?? World.Now.AddDays(-1), until ?? World.Now.AddDays(2), usages)]));
        PassVerdict By(TrustList trust, string token) => new PassVerifier(trust).Verify(token, World.Now);
        By(With(KeyUsages.Colour), _world.HubeiPass()).ShouldBeAccepted();
        By(With(KeyUsages.Test), _world.HubeiPass()).ShouldBeRefused(PassFault.KeyUsageWrong);
        By(With(KeyUsages.Colour), _world.HubeiPass(certificate: World.Test())).ShouldBeRefused(PassFault.KeyUsageWrong);
        By(With(KeyUsages.Colour | KeyUsages.Test), _world.HubeiPass(certificate: World.Test())).ShouldBeAccepted();
        By(With(KeyUsages.Colour, from: World.Now), _world.HubeiPass()).ShouldBeRefused(PassFault.OutsideKeyValidity);
        By(With(KeyUsages.Colour, until: World.Now.AddHours(23)), _world.HubeiPass()).ShouldBeRefused(PassFault.OutsideKeyValidity);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(3072, false)]
    public void RSA_signatures_are_verified_with_both_paddings(int bits, bool isPss)
    {
        using var rsa = RSA.Create(bits);
        using var certificate = World.Certificate(rsa);
        var key = TrustList.KeyOfCertificate(certificate.RawData);
        var payload = CoseSign1.Parse(PassEnvelope.Open(_world.HubeiPass()).Message).Message!.Payload.ToArray();
        byte[] protectedHeader = isPss ? [0xA2, 0x01, 0x38, 0x24, 0x04, .. Bytes(key.KeyId.ToArray())] : [0xA2, 0x01, 0x39, 0x01, 0x00, 0x04, .. Bytes(key.KeyId.ToArray())];
        byte[] structure = [0x84, 0x6A, .. "Signature1"u8, .. Bytes(protectedHeader), 0x40, .. Bytes(payload)];
        var signature = rsa.SignData(structure, HashAlgorithmName.SHA256, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        var trust = World.ListOf(new TrustedRegion("42", "湖北", "Hubei", RecognitionMode.SharedData, [key]));
        new PassVerifier(trust).Verify(PassEnvelope.Wrap([0x84, .. Bytes(protectedHeader), 0xA0, .. Bytes(payload), .. Bytes(signature)]), World.Now).ShouldBeAccepted();
        signature[7] ^= 1;
        new PassVerifier(trust).Verify(PassEnvelope.Wrap([0x84, .. Bytes(protectedHeader), 0xA0, .. Bytes(payload), .. Bytes(signature)]), World.Now).ShouldBeRefused(PassFault.SignatureWrong);
    }

    [Fact]
    public void Our_signatures_have_the_smaller_s_and_the_other_spelling_has_the_same_revocation_ids()
    {
        for (var i = 0; i < 50; i++)
        {
            var message = PassEnvelope.Open(_world.HubeiPass()).Message.ToArray();
            var s = message.AsSpan(^32..);
            s[0].ShouldBeLessThan((byte)0x80);
            var token = PassEnvelope.Wrap(message);
            LowS.Negate(s);
            var twin = PassEnvelope.Wrap(message);
            twin.ShouldNotBe(token);
            _world.Verify(twin).ShouldBeAccepted().Claims.RevocationIds.ShouldBe(_world.Verify(token).ShouldBeAccepted().Claims.RevocationIds);
        }
    }

    [Theory]
    [InlineData("张三丰", "no part of it is hidden")]
    [InlineData("*420106198005013517", "row of digits")]
    [InlineData("*3517", "row of digits")]
    [InlineData("*３５１７", "row of digits")]
    public void A_colour_with_a_name_in_full_or_an_ID_number_cannot_be_signed(string name, string named) =>
        Should.Throw<PassException>(() => _world.HubeiPass(World.Colour(name: name))).Message.ShouldContain(named);

    [Fact]
    public void A_pass_that_ends_before_it_begins_or_says_nothing_cannot_be_signed()
    {
        var signer = new PassSigner(_world.Hubei);
        Should.Throw<PassException>(() => signer.Sign(World.Content() with { ExpiresAt = World.Now.AddDays(-1) }));
        Should.Throw<PassException>(() => signer.Sign(World.Content() with { Colour = null }));
    }

    [Theory]
    [InlineData("张三丰", "**丰")]
    [InlineData("王五", "*五")]
    [InlineData("欧阳娜娜", "***娜")]
    [InlineData("𠮷", "*")]
    [InlineData("Ann Mary Li", "A* M* L*")]
    [InlineData("阿依古丽·买买提", "阿* 买*")]
    public void Names_are_masked_so_that_a_face_can_be_matched_and_a_person_not_found(string name, string masked) => NameMask.Mask(name).ShouldBe(masked);

    private static string Token(string hex) => PassEnvelope.Wrap(Convert.FromHexString(hex.Replace(" ", "")));

    private static byte[] Header(byte[]? keyId, bool withAlgorithm)
    {
        var writer = new CborWriter();
        writer.WriteStartMap((keyId is null ? 0 : 1) + (withAlgorithm ? 1 : 0));
        if (withAlgorithm)
        {
            writer.WriteInt32(1);
            writer.WriteInt32(-7);
        }
        if (keyId is not null)
        {
            writer.WriteInt32(4);
            writer.WriteByteString(keyId);
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Bytes(byte[] bytes)
    {
        var writer = new CborWriter();
        writer.WriteByteString(bytes);
        return writer.Encode();
    }
}
