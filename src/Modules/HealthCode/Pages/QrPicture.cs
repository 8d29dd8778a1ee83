using Rongtong.HealthPass;

namespace Rongtong.HealthCode.Pages;

/// <summary>A token as a picture.</summary>
internal static class QrPicture
{
    /// <summary>As a data URI of one pixel a module; styles enlarge it without smoothing.</summary>
    public static string Of(string token) => "data:image/png;base64," + Convert.ToBase64String(QrSymbol.Of(token).ToPng());
}
