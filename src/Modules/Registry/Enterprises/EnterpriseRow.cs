namespace Rongtong.Registry.Enterprises;

/// <summary>An enterprise as one source knows it; null keeps what is held. Codes, region and industry have been checked.</summary>
internal sealed record EnterpriseRow(string Code, string Name, string RegionCode)
{
    /// <summary>Longest name and longest address, characters.</summary>
    public const int TextLengthMax = 200;

    public string? Address { get; init; }
    public string? Industry { get; init; }

    /// <summary>Employees.</summary>
    public int? Persons { get; init; }

    /// <summary>Revenue of the year, 10,000 yuan.</summary>
    public long? Revenue { get; init; }

    /// <summary>Total assets, 10,000 yuan.</summary>
    public long? Assets { get; init; }

    /// <summary>Name of a park or cluster in the region.</summary>
    public string? Park { get; init; }

    /// <summary>One of <see cref="Statuses"/>.</summary>
    public string? Status { get; init; }
    public DateOnly? RegisteredOn { get; init; }
    public DateOnly? ClosedOn { get; init; }

    /// <summary>What an enterprise's standing can be.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["active", "suspended", "revoked", "closed"];
}
