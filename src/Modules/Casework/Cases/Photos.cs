using Rongtong.Platform.Data;

namespace Rongtong.Casework.Cases;

/// <summary>What came of adding a photograph.</summary>
internal abstract record PhotoOutcome
{
    private PhotoOutcome() { }

    public sealed record Added(long Id) : PhotoOutcome;

    /// <param name="Reason">empty, too-large, kind, too-many or stage.</param>
    public sealed record Refused(string Reason) : PhotoOutcome;

    public sealed record NotFound : PhotoOutcome;
}

/// <summary>Adds a photograph or paper to a case. What it is, its first bytes say, never its name or the browser.</summary>
internal sealed record AddPhoto(long CaseId, byte[] Content)
{
    /// <summary>Largest file.</summary>
    public const int BytesMax = 5 << 20;

    /// <summary>Files of a case.</summary>
    public const int PerCaseMax = 6;

    public async Task<PhotoOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (await CaseFile.FindAsync(session, CaseId, cancel) is not { } seen || seen.PartyOf(session.Actor) is null) return new PhotoOutcome.NotFound();
        if (Content.Length == 0) return new PhotoOutcome.Refused("empty");
        if (Content.Length > BytesMax) return new PhotoOutcome.Refused("too-large");
        if (MediaTypeOf(Content) is not { } mediaType) return new PhotoOutcome.Refused("kind");
        PhotoOutcome outcome = new PhotoOutcome.NotFound();
        await session.AsSystemAsync(async () =>
        {
            // Locked, so that two uploads at once cannot both be the last one allowed.
            var file = (await CaseFile.LockAsync(session, CaseId, cancel))!;
            if (file.State.IsOver)
            {
                outcome = new PhotoOutcome.Refused("stage");
                return;
            }
            if (await session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_photo WHERE case_id = @CaseId", new { CaseId }, cancel) >= PerCaseMax)
            {
                outcome = new PhotoOutcome.Refused("too-many");
                return;
            }
            outcome = new PhotoOutcome.Added(await session.QuerySingleAsync<long>(
                "INSERT INTO casework.case_photo (case_id, media_type, content, author, author_name, at) VALUES (@CaseId, @mediaType, @Content, @Id, @Name, @now) RETURNING id",
                new { CaseId, mediaType, Content, session.Actor.Id, session.Actor.Name, now = session.Now }, cancel));
        }, cancel);
        return outcome;
    }

    /// <summary>Kind of file by its signature; null for what is not taken.</summary>
    public static string? MediaTypeOf(ReadOnlySpan<byte> content) => content switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0x25, 0x50, 0x44, 0x46, 0x2D, ..] => "application/pdf",
        _ => null,
    };
}
