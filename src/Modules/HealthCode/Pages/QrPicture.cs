using QRCoder;

namespace Rongtong.HealthCode.Pages;

/// <summary>A token as a picture: alphanumeric mode by its alphabet, error level Q as hcert-spec asks.</summary>
internal static class QrPicture
{
    private const int PixelsPerModule = 6;

    /// <summary>As a data URI.</summary>
    public static string Of(string token)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(token, QRCodeGenerator.ECCLevel.Q);
        return "data:image/png;base64," + Convert.ToBase64String(new PngByteQRCode(data).GetGraphic(PixelsPerModule));
    }
}
