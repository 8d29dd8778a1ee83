using System.Security.Cryptography;

namespace Rongtong.HealthPass.Tests;

public sealed class SignedMessageTests
{
    [Fact]
    public void A_message_opens_with_its_key_for_its_purpose_and_for_nothing_else()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = new SigningKey(made);
        var message = SignedMessage.Sign(key, "orders"u8, "twelve boxes"u8);
        SignedMessage.Open(key.PublicKey.ToArray(), "orders"u8, message)!.Value.ToArray().ShouldBe("twelve boxes"u8.ToArray());
        SignedMessage.Open(key.PublicKey.ToArray(), "receipts"u8, message).ShouldBeNull();
        SignedMessage.Open(key.PublicKey.ToArray(), ""u8, message).ShouldBeNull();
        SignedMessage.Open(other.ExportSubjectPublicKeyInfo(), "orders"u8, message).ShouldBeNull();
        message[^70] ^= 1;
        SignedMessage.Open(key.PublicKey.ToArray(), "orders"u8, message).ShouldBeNull();
        SignedMessage.Open(key.PublicKey.ToArray(), "orders"u8, new byte[] { 1, 2, 3 }).ShouldBeNull();
    }
}
