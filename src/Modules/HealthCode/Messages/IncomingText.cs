using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rongtong.HealthCode.CheckIn;

namespace Rongtong.HealthCode.Messages;

/// <summary>What a text message asks for. Pure.</summary>
public abstract partial record IncomingText
{
    private IncomingText() { }

    /// <summary>The places of the last fourteen days: "CXMYD" and the last four characters of the identity number.</summary>
    public sealed record AskPlaces(string LastFour) : IncomingText;

    /// <summary>The daily check-in: "打卡 36.5", "DK 36.5 咳嗽"; where several people share a telephone, "DK 1234 36.5".</summary>
    public sealed record CheckInToday(string? LastFour, short TemperatureTenths, Symptoms Symptoms) : IncomingText;

    /// <summary>A check-in whose temperature or symptoms cannot be read: nothing is guessed.</summary>
    public sealed record UnclearCheckIn : IncomingText;

    /// <summary>Anything else.</summary>
    public sealed record Unknown : IncomingText;

    /// <summary>Longest text that is looked at, characters.</summary>
    public const int LengthMax = 200;

    private static readonly (string Word, Symptoms Symptom)[] s_words =
    [
        ("无症状", Symptoms.None), ("正常", Symptoms.None), ("没有", Symptoms.None), ("无", Symptoms.None), ("NONE", Symptoms.None), ("OK", Symptoms.None),
        ("咳嗽", Symptoms.Cough), ("COUGH", Symptoms.Cough),
        ("乏力", Symptoms.Fatigue), ("FATIGUE", Symptoms.Fatigue),
        ("呼吸困难", Symptoms.BreathingDifficulty), ("气促", Symptoms.BreathingDifficulty), ("胸闷", Symptoms.BreathingDifficulty), ("BREATH", Symptoms.BreathingDifficulty),
        ("咽痛", Symptoms.SoreThroat), ("喉咙痛", Symptoms.SoreThroat), ("嗓子疼", Symptoms.SoreThroat), ("SORETHROAT", Symptoms.SoreThroat),
        ("腹泻", Symptoms.Diarrhoea), ("拉肚子", Symptoms.Diarrhoea), ("DIARRHOEA", Symptoms.Diarrhoea), ("DIARRHEA", Symptoms.Diarrhoea),
    ];

    /// <summary>Reads a message; width, case, spaces and punctuation do not matter.</summary>
    public static IncomingText Parse(string? text)
    {
        if (text is not { Length: > 0 and <= LengthMax } || !TryNormalise(text, out var plain)) return new Unknown();
        if (Places().Match(plain) is { Success: true } places) return new AskPlaces(places.Groups[1].Value);
        return CheckIn().Match(plain) is { Success: true } checkIn ? ReadCheckIn(checkIn) : new Unknown();
    }

    private static IncomingText ReadCheckIn(Match match)
    {
        if (!decimal.TryParse(match.Groups["degrees"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var degrees)) return new UnclearCheckIn();
        var tenths = degrees * 10;
        if (tenths != decimal.Truncate(tenths) || tenths is < DailyCheckIn.LowestTenths or > DailyCheckIn.HighestTenths) return new UnclearCheckIn();
        var (symptoms, rest) = (Symptoms.None, match.Groups["rest"].Value);
        while (rest.Length > 0)
        {
            if (Separator().Match(rest) is { Length: > 0 } gap)
            {
                rest = rest[gap.Length..];
                continue;
            }
            // A word left over may be a symptom: better asked again than dropped.
            var word = s_words.Where(w => rest.StartsWith(w.Word, StringComparison.Ordinal)).OrderByDescending(w => w.Word.Length).FirstOrDefault();
            if (word.Word is null) return new UnclearCheckIn();
            symptoms |= word.Symptom;
            rest = rest[word.Word.Length..];
        }
        return new CheckInToday(match.Groups["four"] is { Success: true } four ? four.Value : null, (short)tenths, symptoms);
    }

    private static bool TryNormalise(string text, out string plain)
    {
        try
        {
            plain = text.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Trim().Replace('。', '.').Replace("SORE THROAT", "SORETHROAT", StringComparison.Ordinal);
            return true;
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair: no text.
            plain = "";
            return false;
        }
    }

    [GeneratedRegex(@"^CXMYD[\s#*:,.\-]*([0-9]{3}[0-9X]|[0-9A-Z]{4})$")]
    private static partial Regex Places();

    [GeneratedRegex(@"^(?:打卡|DK)[\s#*:,.]*(?:(?<four>[0-9A-Z]{4})[\s#*:,]+)?(?<degrees>[0-9]{2}(?:\.[0-9]{1,2})?)\s*(?:度|°C|℃|C(?![A-Z]))?(?<rest>.*)$", RegexOptions.Singleline)]
    private static partial Regex CheckIn();

    [GeneratedRegex(@"^[\s,.;:、;+&#和]+")]
    private static partial Regex Separator();
}
