using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;

namespace Rongtong.Resumption.Held;

/// <summary>A figure that somebody else holds, for a form to show instead of asking.</summary>
/// <param name="Value">The figure; null where nobody holds one: unknown, not zero.</param>
/// <param name="Source">Who holds it; empty where nobody does.</param>
internal sealed record HeldFigure(int? Value, string Source)
{
    public static HeldFigure Unknown { get; } = new(null, "");

    public string Text => Value?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <summary>
/// What the rest of the product knows of an enterprise. Each contract may be without a module behind it in an installation; what nobody holds is
/// unknown, and is then asked.
/// </summary>
internal sealed class WhatIsHeld(IEnumerable<IEnterprises> enterprises, IEnumerable<IEnterpriseRates> rates, IEnumerable<IHeadCounts> headCounts, IEnumerable<IRiskTiers> tiers, IEnumerable<IWorkCalendar> calendars)
{
    private readonly IEnterprises? _enterprises = enterprises.FirstOrDefault();
    private readonly IEnterpriseRates? _rates = rates.FirstOrDefault();
    private readonly IHeadCounts? _headCounts = headCounts.FirstOrDefault();
    private readonly IRiskTiers? _tiers = tiers.FirstOrDefault();
    private readonly IWorkCalendar? _calendar = calendars.FirstOrDefault();

    /// <summary>The enterprise that the code means, after a merge the one that was kept; null where it is not in the register, or there is none.</summary>
    public async Task<Enterprise?> EnterpriseAsync(Session session, string code, CancellationToken cancel)
    {
        if (_enterprises is null || code.Length == 0 || await _enterprises.FindByCodeAsync(code, cancel) is not { } enterprise) return null;
        // Before anything is written under the kept code: the policies of the rows ask which codes are whose.
        // In the order of codes, as a merge writes them.
        foreach (var known in new[] { code, enterprise.Code }.Distinct().Order(StringComparer.Ordinal)) await MergedEnterprises.KeepAsync(session, known, enterprise, cancel);
        return enterprise;
    }

    public async Task<IReadOnlyList<EnterprisePlace>> PlacesAsync(int enterpriseId, CancellationToken cancel) =>
        _enterprises is null ? [] : await _enterprises.PlacesOfAsync(enterpriseId, cancel);

    /// <summary>All staff: the newest figure that was reported or measured, else those who told the health code.</summary>
    public async Task<HeldFigure> StaffAsync(Session session, Enterprise enterprise, DateOnly day, CancellationToken cancel)
    {
        if (_rates is not null && await _rates.LatestAsync(enterprise.Id, "staff_total", cancel) is { } held) return new((int)held.Value, held.Source);
        var told = await StaffCountsAsync(session, enterprise.Code, day, cancel);
        return told.Count == 0 ? HeldFigure.Unknown : new(told.Sum(s => s.Count), "health-code");
    }

    /// <summary>Staff who are there: counted at the gates today, else the newest figure, else those who may work today by the health code.</summary>
    public async Task<HeldFigure> PresentAsync(Session session, Enterprise enterprise, DateOnly day, CancellationToken cancel)
    {
        int? seen = null;
        foreach (var code in await MergedEnterprises.CodesAsync(session, enterprise.Code, cancel))
        {
            if (_headCounts is not null && await _headCounts.PresentAsync(code, day, cancel) is { } counted) seen = (seen ?? 0) + counted;
        }
        if (seen is not null) return new(seen, "gate");
        if (_rates is not null && await _rates.LatestAsync(enterprise.Id, "staff_present", cancel) is { } held) return new((int)held.Value, held.Source);
        return HeldFigure.Unknown;
    }

    /// <summary>Staff by situation, under every code of the enterprise: a person names one code as employer, so nobody is counted twice.</summary>
    public async Task<IReadOnlyList<StaffCount>> StaffCountsAsync(Session session, string code, DateOnly day, CancellationToken cancel)
    {
        var staff = new List<StaffCount>();
        if (_headCounts is null) return staff;
        foreach (var member in await MergedEnterprises.CodesAsync(session, code, cancel)) staff.AddRange(await _headCounts.OfStaffAsync(member, day, cancel));
        return staff;
    }

    /// <summary>Tiers as known now; null where nobody determines any.</summary>
    public async Task<IRiskTierHistory?> TiersAsync(CancellationToken cancel) => _tiers is null ? null : await _tiers.AsKnownAsync(null, cancel);

    /// <summary>The end of the n-th working day after the instant; Monday to Friday where no calendar of holidays is kept.</summary>
    public DateTimeOffset AfterWorkingDays(DateTimeOffset from, int days)
    {
        if (_calendar is not null) return _calendar.AfterWorkingDays(from, days);
        var day = Platform.ChinaDay.Of(from);
        for (var left = days; left > 0;)
        {
            day = day.AddDays(1);
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) left--;
        }
        return Platform.ChinaDay.Start(day.AddDays(1)).ToUniversalTime();
    }
}
