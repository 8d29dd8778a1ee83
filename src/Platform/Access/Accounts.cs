using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Access;

/// <summary>An account as it is stored.</summary>
public sealed record Account
{
    public Guid Id { get; init; }
    public string Login { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public string PasswordHash { get; init; } = "";
    public string[] Roles { get; init; } = [];
    public string[] Scope { get; init; } = [];
    public bool IsDemo { get; init; }
    public bool IsDisabled { get; init; }
    public int FailedAttempts { get; init; }
    public DateTime? LockedUntil { get; init; }
    public Guid SecurityStamp { get; init; }
    public string? TotpSecret { get; init; }
    public long TotpLastStep { get; init; }

    /// <summary>The organisation the account acts for; empty where none is recorded.</summary>
    public string Organisation { get; init; } = "";

    /// <summary>The actor that a signed-in request of this account runs as.</summary>
    public Actor ToActor() => new(ActorKind.Account, "account:" + Id, DisplayName, Scope, Access.Roles.PermissionsOf(Roles)) { Organisation = Organisation };
}

/// <summary>What became of a sign-in.</summary>
public abstract record SignInOutcome
{
    private SignInOutcome() { }

    /// <summary>Signed in.</summary>
    public sealed record SignedIn(Account Account) : SignInOutcome;

    /// <summary>The password is right; the code of the second factor is missing or wrong.</summary>
    public sealed record CodeNeeded(bool WasWrong) : SignInOutcome;

    /// <summary>Wrong, unknown, disabled or locked: which of these is nobody's business but the record's.</summary>
    public sealed record Refused : SignInOutcome;
}

/// <summary>Local accounts: creating, signing in, locking out, the second factor. All of it in the product's own name, and all of it on the record.</summary>
public sealed class Accounts(Database database, IDataProtectionProvider protection, Settings settings)
{
    /// <summary>Wrong passwords before an account is locked for a while.</summary>
    public const int FailuresMax = 5;

    /// <summary>Shortest password, characters.</summary>
    public const int PasswordLengthMin = 10;

    private const string Columns = "id, login, display_name, password_hash, roles, scope, is_demo, is_disabled, failed_attempts, locked_until, security_stamp, totp_secret, totp_last_step, organisation";
    private static readonly PasswordHasher<Account> s_hasher = new();

    // An unknown login costs as much work as a known one, so that time does not tell which logins exist.
    private static readonly string s_nobodysHash = s_hasher.HashPassword(new Account(), "nobody's password");

    private readonly IDataProtector _secrets = protection.CreateProtector("Rongtong.TotpSecret");

    /// <summary>Signs in by login, password and, where the account has one, the code of its second factor.</summary>
    public async Task<SignInOutcome> SignInAsync(string login, string password, string? code, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var account = await session.QuerySingleOrDefaultAsync<Account>($"SELECT {Columns} FROM platform.account WHERE login = @login FOR UPDATE", new { login = Normalise(login) }, cancel);
        var matches = s_hasher.VerifyHashedPassword(account ?? new Account(), account?.PasswordHash ?? s_nobodysHash, password) is not PasswordVerificationResult.Failed;
        if (account is null) return new SignInOutcome.Refused();
        var outcome = await DecideAsync(session, account, matches, code, cancel);
        await session.CommitAsync(cancel);
        return outcome;
    }

    /// <summary>The account of a cookie, as long as it is enabled and its stamp has not changed since.</summary>
    public async Task<Account?> FindAsync(Guid id, Guid stamp, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var account = await session.QuerySingleOrDefaultAsync<Account>($"SELECT {Columns} FROM platform.account WHERE id = @id AND security_stamp = @stamp AND NOT is_disabled", new { id, stamp }, cancel);
        return account is { IsDemo: true } && !await settings.IsDemoAsync(cancel) ? null : account;
    }

    /// <summary>Creates an account. Null when the login is taken.</summary>
    public async Task<Account?> CreateAsync(Actor by, string login, string displayName, string password, IEnumerable<string> roles, IEnumerable<string> scope, bool isDemo = false, string organisation = "", CancellationToken cancel = default)
    {
        var account = new Account
        {
            Id = Guid.NewGuid(),
            Login = Normalise(login),
            DisplayName = displayName.Trim(),
            Roles = [.. roles.Where(Access.Roles.All.Contains)],
            Scope = [.. scope],
            IsDemo = isDemo,
            SecurityStamp = Guid.NewGuid(),
            Organisation = organisation.Trim(),
        };
        account = account with { PasswordHash = s_hasher.HashPassword(account, password) };
        await using var session = await database.BeginAsync(by, cancel);
        var made = await session.ExecuteAsync("""
            INSERT INTO platform.account (id, login, display_name, password_hash, roles, scope, is_demo, security_stamp, created_at, organisation)
            VALUES (@Id, @Login, @DisplayName, @PasswordHash, @Roles, @Scope, @IsDemo, @SecurityStamp, @now, @Organisation) ON CONFLICT (login) DO NOTHING
            """, new { account.Id, account.Login, account.DisplayName, account.PasswordHash, account.Roles, account.Scope, account.IsDemo, account.SecurityStamp, account.Organisation, now = session.Now }, cancel);
        if (made == 0) return null;
        session.Audit("access.account-created", account.Login, string.Join(',', account.Roles) + " " + string.Join(',', account.Scope));
        await session.CommitAsync(cancel);
        return account;
    }

    /// <summary>All accounts, for those who manage access.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync(Actor by, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(by, cancel);
        return await session.QueryAsync<Account>($"SELECT {Columns} FROM platform.account ORDER BY login", cancel: cancel);
    }

    /// <summary>True once anybody can sign in.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM platform.account WHERE NOT is_demo)", cancel: cancel);
    }

    /// <summary>Changes the actor's own password; every other session of the account ends. False when the old one is wrong.</summary>
    public async Task<bool> ChangePasswordAsync(Actor actor, string oldPassword, string newPassword, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var account = await OwnAsync(session, actor, cancel);
        if (account is null || s_hasher.VerifyHashedPassword(account, account.PasswordHash, oldPassword) is PasswordVerificationResult.Failed) return false;
        await session.ExecuteAsync("UPDATE platform.account SET password_hash = @hash, security_stamp = @stamp WHERE id = @Id",
            new { account.Id, hash = s_hasher.HashPassword(account, newPassword), stamp = Guid.NewGuid() }, cancel);
        session.Audit("access.password-changed", account.Login);
        await session.CommitAsync(cancel);
        return true;
    }

    /// <summary>Turns on the second factor of the actor's own account once the app shows the right code. Returns the recovery codes, or null when the code was wrong.</summary>
    public async Task<IReadOnlyList<string>?> EnableTotpAsync(Actor actor, string secret, string code, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        if (Totp.Verify(secret, code, session.Now, 0) is not { } step) return null;
        var account = await OwnAsync(session, actor, cancel);
        if (account is null) return null;
        await session.ExecuteAsync("UPDATE platform.account SET totp_secret = @secret, totp_last_step = @step WHERE id = @Id", new { account.Id, secret = _secrets.Protect(secret), step }, cancel);
        var codes = await RecoveryCodes.IssueAsync(session, account, cancel);
        session.Audit("access.second-factor-enabled", account.Login);
        await session.CommitAsync(cancel);
        return codes;
    }

    /// <summary>Disables or enables an account; disabling ends its sessions.</summary>
    public async Task<bool> SetDisabledAsync(Actor by, Guid id, bool isDisabled, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(by, cancel);
        var changed = await session.ExecuteAsync("UPDATE platform.account SET is_disabled = @isDisabled, security_stamp = @stamp WHERE id = @id", new { id, isDisabled, stamp = Guid.NewGuid() }, cancel);
        if (changed == 0) return false;
        session.Audit(isDisabled ? "access.account-disabled" : "access.account-enabled", id.ToString());
        await session.CommitAsync(cancel);
        return true;
    }

    private static Task<Account?> OwnAsync(Session session, Actor actor, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<Account>($"SELECT {Columns} FROM platform.account WHERE 'account:' || id::text = @Id", new { actor.Id }, cancel);

    private async Task<SignInOutcome> DecideAsync(Session session, Account account, bool matches, string? code, CancellationToken cancel)
    {
        if (account.LockedUntil is { } until && new DateTimeOffset(until, TimeSpan.Zero) > session.Now)
        {
            session.Audit("access.sign-in-locked", account.Login);
            return new SignInOutcome.Refused();
        }
        if (account.IsDisabled || (account.IsDemo && !await settings.IsDemoAsync(cancel)) || !matches) return await FailAsync(session, account, cancel);
        var step = account.TotpLastStep;
        if (account.TotpSecret is { } secret)
        {
            if (string.IsNullOrEmpty(code)) return new SignInOutcome.CodeNeeded(false);
            if (Totp.Verify(_secrets.Unprotect(secret), code, session.Now, account.TotpLastStep) is { } used) step = used;
            else if (!await RecoveryCodes.UseAsync(session, account, code, cancel))
            {
                await FailAsync(session, account, cancel);
                return new SignInOutcome.CodeNeeded(true);
            }
        }
        await session.ExecuteAsync("UPDATE platform.account SET failed_attempts = 0, locked_until = NULL, totp_last_step = @step WHERE id = @Id", new { account.Id, step }, cancel);
        session.Audit("access.signed-in", account.Login);
        return new SignInOutcome.SignedIn(account);
    }

    private static async Task<SignInOutcome> FailAsync(Session session, Account account, CancellationToken cancel)
    {
        var failures = account.FailedAttempts + 1;
        // Five failures lock for a minute, and every further one doubles it, up to a day.
        DateTimeOffset? until = failures < FailuresMax ? null : session.Now + TimeSpan.FromMinutes(Math.Min(1_440, Math.Pow(2, Math.Min(failures - FailuresMax, 20))));
        await session.ExecuteAsync("UPDATE platform.account SET failed_attempts = @failures, locked_until = @until WHERE id = @Id", new { account.Id, failures, until }, cancel);
        session.Audit("access.sign-in-failed", account.Login);
        return new SignInOutcome.Refused();
    }

    private static string Normalise(string login) => login.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();
}

/// <summary>API keys of machines: <c>rtk_ID_SECRET</c>, of which only the secret's SHA-256 is kept.</summary>
public sealed class ApiKeys(Database database)
{
    /// <summary>Makes a key and returns it; it is never shown again.</summary>
    public async Task<string> CreateAsync(Actor by, string name, IEnumerable<string> roles, IEnumerable<string> scope, DateTimeOffset expiresAt, string organisation = "", CancellationToken cancel = default)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await using var session = await database.BeginAsync(by, cancel);
        await session.ExecuteAsync("""
            INSERT INTO platform.api_key (id, name, secret_sha256, roles, scope, expires_at, created_by, created_at, organisation) VALUES (@id, @name, @hash, @roles, @scope, @expiresAt, @by, @now, @organisation)
            """, new { id, name, hash = HashOf(secret), roles = roles.Where(Roles.All.Contains).ToArray(), scope = scope.ToArray(), expiresAt, by = by.Id, now = session.Now, organisation }, cancel);
        session.Audit("access.key-created", id, name);
        await session.CommitAsync(cancel);
        return $"rtk_{id}_{secret}";
    }

    /// <summary>The actor of a key, or null for anything that is not a valid key.</summary>
    public async Task<Actor?> FindAsync(string key, CancellationToken cancel = default)
    {
        if (key.Split('_') is not ["rtk", var id, var secret]) return null;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var found = await session.QuerySingleOrDefaultAsync<Row>("SELECT id, name, secret_sha256, roles, scope, organisation FROM platform.api_key WHERE id = @id AND NOT is_revoked AND expires_at > @now", new { id, now = session.Now }, cancel);
        if (found is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(found.SecretSha256), Encoding.ASCII.GetBytes(HashOf(secret)))) return null;
        return new Actor(ActorKind.Machine, "key:" + id, found.Name, found.Scope, Roles.PermissionsOf(found.Roles)) { Organisation = found.Organisation };
    }

    /// <summary>Ends a key at once.</summary>
    public async Task RevokeAsync(Actor by, string id, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(by, cancel);
        await session.ExecuteAsync("UPDATE platform.api_key SET is_revoked = true WHERE id = @id", new { id }, cancel);
        session.Audit("access.key-revoked", id);
        await session.CommitAsync(cancel);
    }

    /// <summary>All keys, for those who manage access.</summary>
    public async Task<IReadOnlyList<(string Id, string Name, DateTime ExpiresAt, bool IsRevoked)>> ListAsync(Actor by, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(by, cancel);
        return await session.QueryAsync<(string, string, DateTime, bool)>("SELECT id, name, expires_at, is_revoked FROM platform.api_key ORDER BY created_at DESC", cancel: cancel);
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));

    private sealed record Row
    {
        public string Id { get; init; } = "";
        public string Name { get; init; } = "";
        public string SecretSha256 { get; init; } = "";
        public string[] Roles { get; init; } = [];
        public string[] Scope { get; init; } = [];
        public string Organisation { get; init; } = "";
    }
}
