using System.Security.Cryptography;
using System.Text;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Access;

/// <summary>Ways in for who has lost the device of the second factor: eight codes of 50 bits, shown once, each good once, kept as hashes.</summary>
internal static class RecoveryCodes
{
    private const int Count = 8;
    private const int LettersEach = 10;

    /// <summary>Crockford's base 32: nothing that is read as something else from paper.</summary>
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Makes new codes; earlier ones stop working.</summary>
    public static async Task<IReadOnlyList<string>> IssueAsync(Session session, Account account, CancellationToken cancel)
    {
        string[] codes = [.. Enumerable.Range(0, Count).Select(_ => RandomNumberGenerator.GetString(Alphabet, LettersEach)).Select(code => code.Insert(LettersEach / 2, "-"))];
        await session.ExecuteAsync("DELETE FROM platform.recovery_code WHERE account_id = @Id", new { account.Id }, cancel);
        await session.ExecuteAsync("INSERT INTO platform.recovery_code (account_id, code_sha256) SELECT @Id, unnest(@hashes)", new { account.Id, hashes = codes.Select(code => HashOf(account, code)).ToArray() }, cancel);
        return codes;
    }

    /// <summary>Uses a code up; false when it is not one of the account's, or was used.</summary>
    public static async Task<bool> UseAsync(Session session, Account account, string code, CancellationToken cancel)
    {
        var used = await session.ExecuteAsync("UPDATE platform.recovery_code SET used_at = @now WHERE account_id = @Id AND code_sha256 = @hash AND used_at IS NULL",
            new { account.Id, hash = HashOf(account, code), now = session.Now }, cancel);
        if (used == 1) session.Audit("access.recovery-code-used", account.Login);
        return used == 1;
    }

    private static string HashOf(Account account, string code) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{account.Id:N}:{code.Trim().Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()}")));
}
