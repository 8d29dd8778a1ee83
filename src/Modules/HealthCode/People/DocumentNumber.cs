using System.Globalization;
using System.Text;

namespace Rongtong.HealthCode.People;

/// <summary>Kinds of identity document with their numbers in GB/T 38962.</summary>
public enum DocumentType
{
    /// <summary>Resident identity card, 18 characters with check character.</summary>
    ResidentCard = 10,
    /// <summary>Mainland travel permit of Hong Kong and Macao residents.</summary>
    HongKongMacaoPermit = 14,
    /// <summary>Mainland travel permit of Taiwan residents, five years.</summary>
    TaiwanPermit = 15,
    /// <summary>The same for one journey.</summary>
    TaiwanSinglePermit = 16,
    /// <summary>Passport.</summary>
    Passport = 20,
    /// <summary>Permanent residence card of a foreigner.</summary>
    ForeignPermanentResident = 34,
    /// <summary>Any other document.</summary>
    Other = 99,
}

/// <summary>A document's number in its one written form, with what is wrong with it if anything is.</summary>
public readonly record struct DocumentNumber
{
    private static readonly int[] s_weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    private DocumentNumber(DocumentType type, string number) => (Type, Number) = (type, number);

    /// <summary>Kind of document.</summary>
    public DocumentType Type { get; }

    /// <summary>The number, upper case, half width, without spaces.</summary>
    public string Number { get; }

    /// <summary>The last four characters, which a text message proves itself by.</summary>
    public string LastFour => Number.Length <= 4 ? Number : Number[^4..];

    /// <summary>Reads a number. The second part is the key of the sentence saying what is wrong, or null.</summary>
    public static (DocumentNumber? Document, string? TextKey) Parse(DocumentType type, string? text)
    {
        var number = (text ?? "").Normalize(NormalizationForm.FormKC).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (!Enum.IsDefined(type)) return (null, "health.document.problem.type");
        if (number.Length is < 5 or > 20 || !number.All(char.IsAsciiLetterOrDigit)) return (null, "health.document.problem.format");
        if (type is DocumentType.ResidentCard && ProblemOfCard(number) is { } problem) return (null, problem);
        return (new DocumentNumber(type, number), null);
    }

    /// <summary>GB 11643-1999: six digits of place, eight of birth, three of order, and a check character by ISO 7064 MOD 11-2.</summary>
    private static string? ProblemOfCard(string number)
    {
        if (number.Length != 18 || !number[..17].All(char.IsAsciiDigit) || !(char.IsAsciiDigit(number[17]) || number[17] == 'X')) return "health.document.problem.card-format";
        if (!DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) return "health.document.problem.card-birth";
        return CheckCharacter(number) == number[17] ? null : "health.document.problem.card-check";
    }

    /// <summary>The check character that belongs to the first seventeen digits.</summary>
    public static char CheckCharacter(ReadOnlySpan<char> seventeen)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += (seventeen[i] - '0') * s_weights[i];
        return "10X98765432"[sum % 11];
    }

    /// <summary>Type and number as one text, for encryption and hashing.</summary>
    public override string ToString() => $"{(int)Type}:{Number}";
}
