namespace Rongtong.HealthCode.CheckIn;

/// <summary>Symptoms of the February 2020 diagnosis plan that a person can tell by herself.</summary>
[Flags]
public enum Symptoms
{
    None = 0,
    Cough = 1,
    Fatigue = 2,
    BreathingDifficulty = 4,
    SoreThroat = 8,
    Diarrhoea = 16,
}

/// <summary>One day's temperature and symptoms.</summary>
/// <param name="Day">The day in China.</param>
/// <param name="TemperatureTenths">Tenths of a degree Celsius.</param>
/// <param name="Symptoms">What was felt.</param>
/// <param name="RecordedAt">When it was said; of several on a day the last counts.</param>
public readonly record struct DailyCheckIn(DateOnly Day, short TemperatureTenths, Symptoms Symptoms, DateTimeOffset RecordedAt)
{
    /// <summary>Fever begins here, tenths of a degree (National Health Commission, prevention plan 2020).</summary>
    public const short FeverTenths = 373;

    /// <summary>Values outside cannot be a person's temperature.</summary>
    public const short LowestTenths = 340;

    /// <summary>See <see cref="LowestTenths"/>.</summary>
    public const short HighestTenths = 430;

    /// <summary>No fever and no symptom.</summary>
    public bool IsNormal => TemperatureTenths < FeverTenths && Symptoms is Symptoms.None;
}
