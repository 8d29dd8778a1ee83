using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.HealthPass;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Passes;

/// <summary>Why a pass lives as long as it does.</summary>
public enum PassKind
{
    /// <summary>On the page: minutes, made anew while it is looked at, so that yesterday's picture of it opens nothing.</summary>
    Page,
    /// <summary>On paper, for who has no phone: days, and it can be revoked.</summary>
    Card,
}

/// <summary>A pass that was made.</summary>
public sealed record IssuedPass(string Token, DateTimeOffset ExpiresAt, BookedColour Colour);

/// <summary>Makes passes from the colour of the moment.</summary>
public sealed class IssuePass(Secrets secrets, PassKeys keys, RefreshColours refresh, ColourBook book)
{
    /// <summary>Minutes of a pass on the page.</summary>
    public const int PageMinutes = 10;

    /// <summary>Days of a card.</summary>
    public const int CardDays = 7;

    /// <summary>Makes a pass for the person; null while there is no declaration, or no such person for this actor.</summary>
    public async Task<IssuedPass?> RunAsync(Session session, long person, PassKind kind, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (await Person.FindAsync(session, person, cancel) is not { } holder) return null;
        var colour = book.Find(person, ChinaDay.Of(session.Now)) ?? (await refresh.OfAsync(session, [person], cancel))[person];
        var edition = await keys.NowAsync(cancel);
        var passId = PassKeys.NewPassId(edition, person);
        if (Of(edition, passId, holder.RegionCode, NameMask.Mask(secrets.Unprotect(holder.Name)), colour, kind, session.Now) is not { } pass) return null;
        if (kind is PassKind.Card)
        {
            await session.ExecuteAsync("INSERT INTO health_code.card (pass_id, person_id, issued_at, expires_at) VALUES (@passId, @person, @now, @ExpiresAt)", new { passId, person, now = session.Now, pass.ExpiresAt }, cancel);
            session.Audit("health.card-issued", Person.ActorOf(person).Id);
        }
        return pass;
    }

    /// <summary>A pass for the page from what memory holds; null where the colour must be computed first or there is none to show.</summary>
    internal async ValueTask<IssuedPass?> FromMemoryAsync(Holder holder, DateTimeOffset now, CancellationToken cancel) =>
        book.Find(holder.Id, ChinaDay.Of(now)) is { } colour && await keys.NowAsync(cancel) is { } edition
            ? Of(edition, PassKeys.NewPassId(edition, holder.Id), holder.Region, holder.MaskedName, colour, PassKind.Page, now) : null;

    private static IssuedPass? Of(PassKeys.Edition edition, Guid passId, string region, string maskedName, BookedColour colour, PassKind kind, DateTimeOffset now)
    {
        if (ToPass(colour.Colour) is not { } shown) return null;
        var expires = kind is PassKind.Page ? now.AddMinutes(PageMinutes) : now.AddDays(CardDays);
        DateTimeOffset? until = shown is PassColour.Green ? null : ChinaDay.Start(colour.ChangesOn);
        return new(edition.Signer.Sign(new PassContent(TrustList.National, now, expires, new ColourClaim(shown, now, region, until, passId, maskedName))), expires, colour);
    }

    /// <summary>The colour as a pass says it; null where there is none to say.</summary>
    internal static PassColour? ToPass(Colour.Colour colour) => colour switch
    {
        Colour.Colour.Green => PassColour.Green,
        Colour.Colour.Yellow => PassColour.Yellow,
        Colour.Colour.Red => PassColour.Red,
        _ => null,
    };
}
