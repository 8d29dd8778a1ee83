using System.Globalization;
using System.Text;
using Rongtong.HealthPass;

namespace Rongtong.HealthCode.Passes;

/// <summary>
/// A card as a PDF of one page: the code as squares, the words beside it. Chinese is set in STSong-Light, one of the fonts that PDF readers bring
/// along for Adobe-GB1 (ISO 32000-1, 9.7.5.2), so that no font travels with a page of four kilobytes.
/// </summary>
internal static class CardPdf
{
    /// <summary>A card 90 mm wide and 130 mm high.</summary>
    private const double Width = 255, Height = 368;

    private const double Margin = 20;

    /// <summary>The document.</summary>
    /// <param name="token">The pass.</param>
    /// <param name="title">First line.</param>
    /// <param name="lines">Further lines.</param>
    public static byte[] Of(string token, string title, IReadOnlyList<string> lines)
    {
        var symbol = QrSymbol.Of(token);
        var content = new StringBuilder();
        Show(content, 16, Height - 34, title);
        var side = Width - (2 * Margin);
        var module = side / symbol.Size;
        var top = Height - 50;
        for (var row = 0; row < symbol.Size; row++)
        {
            for (var column = 0; column < symbol.Size; column++)
            {
                if (!symbol[row, column]) continue;
                var run = 1;
                while (column + run < symbol.Size && symbol[row, column + run]) run++;
                content.Append(CultureInfo.InvariantCulture, $"{Margin + (column * module):0.###} {top - ((row + 1) * module):0.###} {run * module:0.###} {module:0.###} re\n");
                column += run;
            }
        }
        content.Append("f\n");
        var y = top - side - 18;
        foreach (var line in lines)
        {
            Show(content, 9, y, line);
            y -= 13;
        }
        return Write(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            string.Create(CultureInfo.InvariantCulture, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Width} {Height}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"),
            $"<< /Length {content.Length} >>\nstream\n{content}endstream",
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R /DW 1000 /W [1 [500] 2 95 500] >>",
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ]);
    }

    /// <summary>A line in UCS-2 hexadecimal, which the encoding takes as it is.</summary>
    private static void Show(StringBuilder content, int size, double y, string text) =>
        content.Append(CultureInfo.InvariantCulture, $"BT /F1 {size} Tf {Margin} {y:0.#} Td <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}> Tj ET\n");

    private static byte[] Write(IReadOnlyList<string> objects)
    {
        var pdf = new StringBuilder("%PDF-1.4\n");
        var starts = new int[objects.Count];
        for (var i = 0; i < objects.Count; i++)
        {
            starts[i] = pdf.Length;
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var start in starts) pdf.Append(CultureInfo.InvariantCulture, $"{start:D10} 00000 n \n");
        pdf.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(pdf.ToString());
    }
}
