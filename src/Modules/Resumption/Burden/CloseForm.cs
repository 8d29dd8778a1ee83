using Rongtong.Platform.Data;

namespace Rongtong.Resumption.Burden;

/// <summary>An office stops asking. What was answered stays; nobody is asked again, and another form may ask the same facts.</summary>
internal static class CloseForm
{
    /// <summary>False where there is no such open form in the actor's regions.</summary>
    public static async Task<bool> RunAsync(Session session, long id, CancellationToken cancel)
    {
        if (await session.ExecuteAsync("UPDATE resumption.form SET closed_at = @now WHERE id = @id AND closed_at IS NULL", new { id, now = session.Now }, cancel) == 0) return false;
        await session.ExecuteAsync("UPDATE resumption.form_question SET is_closed = true WHERE form_id = @id", new { id }, cancel);
        session.Audit("resumption.form-closed", FormattableString.Invariant($"{id}"));
        return true;
    }
}
