using System.Security.Cryptography;
using System.Text;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Access;

/// <summary>How the product was started.</summary>
public enum StartMode
{
    /// <summary>Nobody has chosen yet.</summary>
    NotChosen,
    /// <summary>Invented data and accounts, with a banner saying so.</summary>
    Demo,
    /// <summary>Empty, for real data.</summary>
    Live,
}

/// <summary>A few facts about this installation, kept in the database so that all hosts agree.</summary>
public sealed class Settings(Database database, TimeProvider clock)
{
    private const string ModeKey = "mode";
    private const string LinkKey = "first-administrator";
    private static readonly TimeSpan s_linkLife = TimeSpan.FromHours(24);

    private volatile StartMode _mode = StartMode.NotChosen;

    /// <summary>The mode, as last read.</summary>
    public StartMode Mode => _mode;

    /// <summary>True in demo mode.</summary>
    public async Task<bool> IsDemoAsync(CancellationToken cancel = default) => await ReadModeAsync(cancel) is StartMode.Demo;

    /// <summary>Reads the mode; once chosen it never changes, so that later calls ask nobody.</summary>
    public async Task<StartMode> ReadModeAsync(CancellationToken cancel = default)
    {
        if (_mode is not StartMode.NotChosen) return _mode;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return _mode = Enum.TryParse<StartMode>(await ReadAsync(session, ModeKey, cancel), out var mode) ? mode : StartMode.NotChosen;
    }

    /// <summary>Chooses the mode, once. False when it had been chosen.</summary>
    public async Task<bool> ChooseModeAsync(StartMode mode, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var chosen = await session.ExecuteAsync("INSERT INTO platform.setting (key, value, changed_by, changed_at) VALUES (@ModeKey, @value, 'first visit', @now) ON CONFLICT (key) DO NOTHING",
            new { ModeKey, value = mode.ToString(), now = session.Now }, cancel);
        if (chosen == 1) session.Audit("platform.mode-chosen", mode.ToString());
        await session.CommitAsync(cancel);
        return chosen == 1;
    }

    /// <summary>A fresh one-time token for making the first administrator; an earlier one stops working.</summary>
    public async Task<string> IssueFirstLinkAsync(CancellationToken cancel = default)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await session.ExecuteAsync("""
            INSERT INTO platform.setting (key, value, changed_by, changed_at) VALUES (@LinkKey, @hash, 'system', @now)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
            """, new { LinkKey, hash = HashOf(token), now = session.Now }, cancel);
        await session.CommitAsync(cancel);
        return token;
    }

    /// <summary>True while the token is the latest one and not older than a day.</summary>
    public async Task<bool> IsFirstLinkAsync(string? token, CancellationToken cancel = default)
    {
        if (string.IsNullOrEmpty(token)) return false;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM platform.setting WHERE key = @LinkKey AND value = @hash AND changed_at > @since)",
            new { LinkKey, hash = HashOf(token), since = clock.GetUtcNow() - s_linkLife }, cancel);
    }

    /// <summary>Ends the token.</summary>
    public async Task EndFirstLinkAsync(CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await session.ExecuteAsync("DELETE FROM platform.setting WHERE key = @LinkKey", new { LinkKey }, cancel);
        await session.CommitAsync(cancel);
    }

    /// <summary>A module's own setting; null while nobody has set it.</summary>
    public async Task<string?> ReadAsync(string key, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await ReadAsync(session, key, cancel);
    }

    /// <summary>Sets a module's own setting, on the record with its reason.</summary>
    public async Task WriteAsync(string key, string value, string by, string reason, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await session.ExecuteAsync("""
            INSERT INTO platform.setting (key, value, changed_by, changed_at) VALUES (@key, @value, @by, @now)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at
            """, new { key, value, by, now = session.Now }, cancel);
        session.Audit("platform.setting-changed", key, $"{value}: {reason}");
        await session.CommitAsync(cancel);
    }

    private static Task<string?> ReadAsync(Session session, string key, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<string>("SELECT value FROM platform.setting WHERE key = @key", new { key }, cancel);

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
}
