using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.HealthPass.Tests;

public sealed class Base45Tests
{
    [Theory]
    [InlineData("AB", "BB8")]
    [InlineData("Hello!!", "%69 VD92EX0")]
    [InlineData("base-45", "UJCLQE7W581")]
    [InlineData("ietf!", "QED8WEX0")]
    [InlineData("", "")]
    public void The_examples_of_RFC_9285_hold_both_ways(string plain, string encoded)
    {
        Base45.Encode(Encoding.ASCII.GetBytes(plain)).ShouldBe(encoded);
        Encoding.ASCII.GetString(Decode(encoded)!).ShouldBe(plain);
    }

    [Theory]
    [InlineData("GGW", "65536")]
    [InlineData(":::", "91124")]
    [InlineData("::", "2024")]
    [InlineData("ABCD", "4 characters")]
    [InlineData("A", "1 characters")]
    [InlineData("ABc", "character 3")]
    [InlineData("AB中", "U+4E2D")]
    public void What_is_no_encoding_of_any_bytes_is_refused_with_its_place(string text, string named) =>
        Base45.Decode(text, new byte[16], out _).ShouldNotBeNull().ShouldContain(named);

    [Fact]
    public void Any_bytes_come_back_and_have_one_spelling_only() => Prop.ForAll<byte[]>(bytes =>
    {
        var text = Base45.Encode(bytes);
        return Decode(text)!.SequenceEqual(bytes) && text.Length == bytes.Length / 2 * 3 + bytes.Length % 2 * 2;
    }).QuickCheckThrowOnFailure();

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[Base45.DecodedLengthMax(text.Length)];
        return Base45.Decode(text, bytes, out var length) is null ? bytes[..length] : null;
    }
}
