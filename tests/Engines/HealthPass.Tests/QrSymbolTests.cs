using QRCoder;

namespace Rongtong.HealthPass.Tests;

/// <summary>Our QR codes beside those of QRCoder, module by module: the same text, the same symbol.</summary>
public sealed class QrSymbolTests
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    [Fact]
    public void Every_version_has_the_modules_of_the_library()
    {
        var random = new System.Random(18004);
        var versions = new HashSet<int>();
        for (var length = 1; length <= QrSymbol.LengthMax; length += 1 + (length / 12))
        {
            // A first letter that is no digit: the library would choose its numeric mode for digits alone.
            var text = "H" + new string([.. Enumerable.Range(1, length - 1).Select(_ => Alphabet[random.Next(45)])]);
            var symbol = QrSymbol.Of(text);
            versions.Add(symbol.Size);
            Differences(symbol, text).ShouldBeEmpty($"{length} characters, {symbol.Size} modules");
        }
        versions.Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void The_longest_text_fits_the_largest_version_and_one_more_is_refused_by_name()
    {
        QrSymbol.Of(new string('A', QrSymbol.LengthMax)).Size.ShouldBe(125);
        Should.Throw<PassException>(() => QrSymbol.Of(new string('A', QrSymbol.LengthMax + 1))).Message.ShouldContain("1173 characters");
        Should.Throw<PassException>(() => QrSymbol.Of("hc1")).Message.ShouldContain("'h'");
    }

    [Fact]
    public void The_picture_is_a_png_of_a_bit_a_module()
    {
        var png = QrSymbol.Of("HC1:6BF").ToPng();
        png[..8].ShouldBe(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A });
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)).ShouldBe(21 + 8);
    }

    private static IEnumerable<(int Row, int Column)> Differences(QrSymbol symbol, string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.Q);
        // The library's matrix has the quiet zone of four around it.
        (data.ModuleMatrix.Count - 8).ShouldBe(symbol.Size);
        for (var row = 0; row < symbol.Size; row++)
        {
            for (var column = 0; column < symbol.Size; column++)
            {
                if (symbol[row, column] != data.ModuleMatrix[row + 4][column + 4]) yield return (row, column);
            }
        }
    }
}
