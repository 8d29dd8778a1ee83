using System.Formats.Cbor;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Rongtong.HealthPass;

namespace Rongtong.Journeys.Tests;

/// <summary>
/// Tokens that are sound, and tokens broken at one layer each: text, Base45, zlib, COSE, key, signature, claims, authority, time, revocation. They
/// are put together here from the framework's own parts, so that neither verifier is tested with its own writer alone.
/// </summary>
internal static partial class CheckpointTokens
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    private const int Es256 = -7, Ps256 = -37;

    private static readonly BigInteger s_order = BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same number of each kind, from one seed.</summary>
    public static IReadOnlyList<(string Kind, string Token)> Make(CheckpointWorld world, int count)
    {
        var random = new Random(20200220);
        var kinds = Kinds(world, random);
        return [.. Enumerable.Range(0, count).Select(i => kinds[i % kinds.Length]).Select(k => (k.Kind, k.Make()))];
    }

    /// <summary>A verdict of the library in the words that the page has for it.</summary>
    public static string Words(PassVerdict verdict) => verdict switch
    {
        PassVerdict.Accepted { Claims.Colour: null } => "unverified no-colour",
        PassVerdict.Accepted { Claims.Colour.Colour: var colour, Revocation: RevocationFinding.NotListed } => Kebab(colour.ToString()),
        PassVerdict.Refused refused => "unverified " + Kebab(refused.Fault.ToString()),
        _ => verdict.ToString(),
    };

    /// <summary>Where the browser may say something else, each time a refusal: another algorithm is called by its name.</summary>
    public static bool IsKnownDifference(string kind, string browser, string library) => (kind, browser, library) switch
    {
        ("header changed" or "message byte", "unverified algorithm-unsupported", "unverified signature-wrong") => true,
        _ => false,
    };

    public static string WithColourChanged(CheckpointWorld world) => Wrap(Cose(Payload(colour: 0), Signature(world.HubeiKey, Payload(colour: 2), Header(world)), Header(world)));

    private static (string Kind, Func<string> Make)[] Kinds(CheckpointWorld world, Random random)
    {
        PassColour Colour() => (PassColour)random.Next(3);
        string Flipped(string token, string with)
        {
            var at = 4 + random.Next(token.Length - 4);
            return token[..at] + with + token[(at + 1)..];
        }
        string Signed(byte[] payload) => Wrap(Cose(payload, Signature(world.HubeiKey, payload, Header(world)), Header(world)));
        return
        [
            ("sound", () => world.Pass(Colour())),
            ("sound with a test", () => world.Pass(Colour(), certificate: CheckpointWorld.TestResult())),
            ("sound by other hands", () => Signed(Payload(random.Next(3)))),
            ("indefinite lengths", () => Signed(Payload(random.Next(3), isIndefinite: true))),
            ("of the nation", () => world.Pass(Colour(), region: "6301", key: world.Nation)),
            ("other s", () => Signed(Payload(random.Next(3))) is var token && random.Next(2) == 0 ? token : Wrap(WithOtherS(world, Payload(random.Next(3))))),
            ("other tags", () => Wrap(Cose(Payload(random.Next(3)), null, Header(world), world.HubeiKey, random.Next(4)))),
            ("test alone", () => new PassSigner(world.Laboratory).Sign(new("42", CheckpointWorld.Now.AddHours(-1), CheckpointWorld.Now.AddHours(9), null, CheckpointWorld.TestResult()))),
            ("prefix", () => new[] { "HC2:", "hc1:", "" }[random.Next(3)] + world.Pass()[4..]),
            ("too long", () => world.Pass() + new string('0', 4296)),
            ("character", () => Flipped(world.Pass(), Alphabet[random.Next(45)].ToString())),
            ("no character", () => Flipped(world.Pass(), new[] { "a", "€", "#", "武" }[random.Next(4)])),
            ("cut", () => world.Pass() is var token ? token[..random.Next(5, token.Length)] : ""),
            ("zlib byte", () => "HC1:" + Base45.Encode(Broken(Zlib(Message(world)), random))),
            ("bytes behind", () => "HC1:" + Base45.Encode([.. Zlib(Message(world)), 1, 2, 3])),
            ("bomb", () => "HC1:" + Base45.Encode(Zlib(new byte[16 * 1024 + 1 + random.Next(50_000)]))),
            ("message byte", () => Wrap(Broken(Message(world), random))),
            ("message cut", () => Message(world) is var message ? Wrap(message[..random.Next(message.Length)]) : ""),
            ("colour changed", () => WithColourChanged(world)),
            ("header changed", () => Wrap(Cose(Payload(0), Signature(world.HubeiKey, Payload(0), Header(world)), Header(world, random.Next(2) == 0 ? Ps256 : null)))),
            ("no key id", () => Header(world, withKey: false) is var header ? Wrap(Cose(Payload(0), Signature(world.HubeiKey, Payload(0), header), header)) : ""),
            ("unknown key", () => StrangersPass(world)),
            ("claims", () => Signed(BrokenClaims(random.Next(9)))),
            ("colour claim", () => Signed(Payload(random.Next(3), random.Next(7)))),
            ("key usage", () => world.Pass(Colour(), key: world.Laboratory)),
            ("beyond the key", () => random.Next(2) == 0 ? world.Pass(to: CheckpointWorld.Now.AddDays(400)) : world.Pass(from: CheckpointWorld.Now.AddDays(-40))),
            ("region", () => random.Next(4) switch { 0 => world.Pass(region: "4401"), 1 => world.Pass(region: "4401", key: world.Guangdong), 2 => world.Pass(region: "4401", key: world.Nation), _ => world.Pass(region: "31", key: world.Nation) }),
            ("time", () => random.Next(2) == 0 ? world.Pass(to: CheckpointWorld.Now.AddSeconds(-1 - random.Next(2))) : world.Pass(from: CheckpointWorld.Now.AddSeconds(1 + random.Next(2)))),
            ("edge of time", () => random.Next(2) == 0 ? world.Pass(to: CheckpointWorld.Now) : world.Pass(from: CheckpointWorld.Now)),
            ("revoked", () => random.Next(2) == 0 ? world.Pass(Colour(), id: world.RevokedPass) : Wrap(WithOtherS(world, Payload(1, id: world.RevokedPass)))),
        ];
    }

    private static string Kebab(string name) => Capital().Replace(name, "-$1").TrimStart('-').ToLowerInvariant();

    private static string StrangersPass(CheckpointWorld world)
    {
        using var stranger = CheckpointWorld.NewKey();
        return world.Pass(key: stranger);
    }

    private static byte[] Message(CheckpointWorld world) => Cose(Payload(0), Signature(world.HubeiKey, Payload(0), Header(world)), Header(world));

    private static byte[] Broken(byte[] bytes, Random random)
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Header(CheckpointWorld world, int? algorithm = Es256, bool withKey = true)
    {
        var header = new CborWriter();
        header.WriteStartMap((algorithm is null ? 0 : 1) + (withKey ? 1 : 0));
        if (algorithm is { } named)
        {
            header.WriteInt32(1);
            header.WriteInt32(named);
        }
        if (withKey)
        {
            header.WriteInt32(4);
            header.WriteByteString(world.Hubei.KeyId.Span);
        }
        header.WriteEndMap();
        return header.Encode();
    }

    private static byte[] Signature(ECDsa key, byte[] payload, byte[] header)
    {
        var signed = new CborWriter();
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(header);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();
        return key.SignData(signed.Encode(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static byte[] Cose(byte[] payload, byte[]? signature, byte[] header, ECDsa? key = null, int tags = 1)
    {
        var message = new CborWriter(CborConformanceMode.Lax);
        if (tags >= 2) message.WriteTag((CborTag)(tags == 3 ? 17 : 61));
        if (tags >= 1) message.WriteTag((CborTag)18);
        message.WriteStartArray(4);
        message.WriteByteString(header);
        message.WriteStartMap(0);
        message.WriteEndMap();
        message.WriteByteString(payload);
        message.WriteByteString(signature ?? Signature(key!, payload, header));
        message.WriteEndArray();
        return message.Encode();
    }

    /// <summary>The same signature in its other spelling, (r, n - s).</summary>
    private static byte[] WithOtherS(CheckpointWorld world, byte[] payload)
    {
        var signature = Signature(world.HubeiKey, payload, Header(world));
        var other = (s_order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        other.CopyTo(signature.AsSpan(64 - other.Length));
        return Cose(payload, signature, Header(world));
    }

    private static byte[] Zlib(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(bytes);
        return packed.ToArray();
    }

    private static string Wrap(byte[] message) => "HC1:" + Base45.Encode(Zlib(message));

    /// <summary>Claims of a colour pass; the fault names the field that is wrong, none where it is -1.</summary>
    private static byte[] Payload(int colour, int fault = -1, bool isIndefinite = false, Guid? id = null)
    {
        var claims = new CborWriter(CborConformanceMode.Lax);
        claims.WriteStartMap(isIndefinite ? null : 4);
        claims.WriteInt32(1);
        claims.WriteTextString("42");
        claims.WriteInt32(4);
        claims.WriteInt64(CheckpointWorld.Now.AddHours(12).ToUnixTimeSeconds());
        claims.WriteInt32(6);
        claims.WriteDouble(CheckpointWorld.Now.AddHours(-1).ToUnixTimeSeconds() + 0.5);
        claims.WriteInt32(-65537);
        claims.WriteStartMap(isIndefinite ? null : 6);
        claims.WriteInt32(1);
        claims.WriteInt32(fault == 0 ? 3 : colour);
        claims.WriteInt32(2);
        if (fault == 1) claims.WriteTextString("2020-02-20");
        else claims.WriteInt64(CheckpointWorld.Now.AddHours(-2).ToUnixTimeSeconds());
        claims.WriteInt32(3);
        claims.WriteTextString(fault == 2 ? "420" : "4201");
        claims.WriteInt32(4);
        if (fault == 3) claims.WriteNull();
        else claims.WriteInt64(CheckpointWorld.Now.AddDays(3).ToUnixTimeSeconds());
        claims.WriteInt32(5);
        Span<byte> passId = stackalloc byte[16];
        (id ?? Guid.Empty).TryWriteBytes(passId, bigEndian: true, out _);
        claims.WriteByteString(fault == 4 ? passId[1..] : passId);
        claims.WriteInt32(6);
        var name = fault switch { 5 => "张三丰", 6 => "*丰٤٢٣٤", _ => "**丰" };
        if (isIndefinite)
        {
            claims.WriteStartIndefiniteLengthTextString();
            foreach (var character in name) claims.WriteTextString(character.ToString());
            claims.WriteEndIndefiniteLengthTextString();
        }
        else claims.WriteTextString(name);
        claims.WriteEndMap();
        claims.WriteEndMap();
        return claims.Encode();
    }

    /// <summary>Payloads that a trusted key signed and that are no claims.</summary>
    private static byte[] BrokenClaims(int which)
    {
        var claims = new CborWriter(CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        switch (which)
        {
            case 0: return [];
            case 1: return [.. Payload(0), 0];
            case 2: return Payload(0)[..^3];
            case 3: return [0x9F, 0x01];
            case 4: return [.. Enumerable.Repeat((byte)0x81, 13), 0x01];
            case 5: return [0xA2, 0x04, 0x01, 0x04, 0x02];
            case 6: return [0xA1, 0x04, 0x62, 0xC3, 0x28];
            case 7:
                claims.WriteStartArray(0);
                claims.WriteEndArray();
                return claims.Encode();
            default:
                claims.WriteStartMap(2);
                claims.WriteInt32(4);
                claims.WriteTag(CborTag.UnixTimeSeconds);
                claims.WriteInt64(CheckpointWorld.Now.AddHours(12).ToUnixTimeSeconds());
                claims.WriteInt32(6);
                claims.WriteInt64(CheckpointWorld.Now.AddHours(-1).ToUnixTimeSeconds());
                claims.WriteEndMap();
                return claims.Encode();
        }
    }

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Capital();
}
