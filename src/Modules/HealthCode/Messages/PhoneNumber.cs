using System.Text;

namespace Rongtong.HealthCode.Messages;

/// <summary>The one written form of a telephone number, by which it is hashed: a mainland mobile number as its eleven digits, any other as a plus and digits.</summary>
public static class PhoneNumber
{
    private const int DigitsMax = 15;

    /// <summary>The form, or null for what is no number.</summary>
    public static string? Normalise(string? typed)
    {
        if (typed is not { Length: > 0 and <= 40 }) return null;
        var text = new string([.. typed.Normalize(NormalizationForm.FormKC).Where(c => c is not (' ' or '-' or '(' or ')'))]);
        if (text.StartsWith("00", StringComparison.Ordinal)) text = "+" + text[2..];
        var digits = text.TrimStart('+');
        if (digits.Length is < 5 or > DigitsMax || !digits.All(char.IsAsciiDigit)) return null;
        if (digits.Length == 13 && digits.StartsWith("861", StringComparison.Ordinal)) return digits[2..];
        if (digits.Length == 11 && digits[0] == '1' && text[0] != '+') return digits;
        return "+" + digits;
    }
}
