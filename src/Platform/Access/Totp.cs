using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rongtong.Platform.Access;

/// <summary>Time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, 30 seconds, six digits, as authenticator apps expect.</summary>
public static class Totp
{
    private const int StepSeconds = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A fresh secret of 160 bits in base 32.</summary>
    public static string NewSecret() => Encode(RandomNumberGenerator.GetBytes(20));

    /// <summary>The code of a step.</summary>
    public static string Code(string secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // SHA-1 is what the standard and every authenticator app use; HMAC does not rest on collision resistance.
        var hash = HMACSHA1.HashData(Decode(secret), counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xF;
        var number = (BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & 0x7FFF_FFFF) % 1_000_000;
        return number.ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code was given, now or one step off for clocks that differ; null when none. A step that was used before is refused.</summary>
    public static long? Verify(string secret, string? code, DateTimeOffset now, long lastUsedStep)
    {
        if (code is not { Length: 6 }) return null;
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (step > lastUsedStep && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(secret, step)), System.Text.Encoding.ASCII.GetBytes(code))) return step;
        }
        return null;
    }

    /// <summary>What an authenticator app reads from the QR code.</summary>
    public static string Uri(string login, string secret) => $"otpauth://totp/Rongtong:{System.Uri.EscapeDataString(login)}?secret={secret}&issuer=Rongtong";

    private static string Encode(byte[] bytes)
    {
        var text = new System.Text.StringBuilder();
        for (var bit = 0; bit < bytes.Length * 8; bit += 5)
        {
            var value = 0;
            for (var i = 0; i < 5; i++) value = value << 1 | (bit + i < bytes.Length * 8 ? bytes[(bit + i) / 8] >> (7 - (bit + i) % 8) & 1 : 0);
            text.Append(Base32[value]);
        }
        return text.ToString();
    }

    private static byte[] Decode(string text)
    {
        var bytes = new byte[text.Length * 5 / 8];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            if ((Base32.IndexOf(text[bit / 5], StringComparison.Ordinal) >> (4 - bit % 5) & 1) == 1) bytes[bit / 8] |= (byte)(0x80 >> bit % 8);
        }
        return bytes;
    }
}
