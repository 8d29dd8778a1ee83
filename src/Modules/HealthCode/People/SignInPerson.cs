using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rongtong.HealthCode.Messages;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.People;

/// <summary>What became of a sign-in by telephone.</summary>
public abstract record PersonSignIn
{
    private PersonSignIn() { }

    /// <summary>Signed in.</summary>
    public sealed record SignedIn(long Person, Guid Stamp) : PersonSignIn;

    /// <summary>Code wrong, used, too old, too many attempts, or document, name and telephone do not belong together: one answer for all.</summary>
    public sealed record Refused : PersonSignIn;
}

/// <summary>
/// How a resident shows who she is: document, name and telephone, and a code sent to that telephone.
/// <code>
/// document + phone ──> code (6 digits, 10 min, hashed) ──SMS──> code back ──> known person: name and phone must fit ──> cookie
///                                                                         └─> new person: registered
/// </code>
/// The first step answers alike whoever asks for whom; the second says "refused" for every reason; both are limited by telephone.
/// </summary>
public sealed class SignInPerson(Database database, Secrets secrets, QueueSms messages)
{
    /// <summary>Codes for one telephone in a day.</summary>
    public const int CodesPerDay = 5;

    /// <summary>Different documents that one telephone may try in a day: a family, not a list.</summary>
    public const int DocumentsPerDay = 4;

    /// <summary>Guesses at one code.</summary>
    public const int AttemptsMax = 3;

    private static readonly TimeSpan s_codeLife = TimeSpan.FromMinutes(10);

    /// <summary>Sends a code. Does not tell whether it did: beyond the limits nothing is sent, and the answer is the same.</summary>
    public async Task SendCodeAsync(DocumentNumber document, string phone, CancellationToken cancel = default)
    {
        var (phoneHash, documentHash) = (await secrets.HashOfPhoneAsync(phone, cancel), await secrets.HashOfAsync(document, cancel));
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var since = session.Now.AddDays(-1);
        var (codes, documents) = await session.QuerySingleAsync<(long, long)>("""
            SELECT count(*), count(DISTINCT document_hash) FILTER (WHERE document_hash <> @documentHash) FROM health_code.sign_in_code WHERE phone_hash = @phoneHash AND created_at > @since
            """, new { phoneHash, documentHash, since }, cancel);
        if (codes >= CodesPerDay || documents >= DocumentsPerDay) return;
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        await session.ExecuteAsync("INSERT INTO health_code.sign_in_code (phone_hash, code_sha256, document_hash, created_at) VALUES (@phoneHash, @hash, @documentHash, @now)", new { phoneHash, hash = HashOf(code, documentHash), documentHash, now = session.Now }, cancel);
        await messages.WriteAsync(session, phone, $"【融通】验证码 {code}，10分钟内有效，请勿告诉他人。Rongtong code {code}, valid for 10 minutes.", cancel);
        await session.CommitAsync(cancel);
    }

    /// <summary>Signs in with the code, registering who is new.</summary>
    public async Task<PersonSignIn> SignInAsync(DocumentNumber document, string name, string phone, string region, string code, CancellationToken cancel = default)
    {
        var (phoneHash, documentHash) = (await secrets.HashOfPhoneAsync(phone, cancel), await secrets.HashOfAsync(document, cancel));
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var sent = await session.QuerySingleOrDefaultAsync<(DateTime CreatedAt, byte[] Hash, int Attempts)?>("""
            SELECT created_at, code_sha256, attempts FROM health_code.sign_in_code
            WHERE phone_hash = @phoneHash AND document_hash = @documentHash AND used_at IS NULL AND created_at > @since ORDER BY created_at DESC LIMIT 1 FOR UPDATE
            """, new { phoneHash, documentHash, since = session.Now - s_codeLife }, cancel);
        if (sent is not { } open || open.Attempts >= AttemptsMax) return new PersonSignIn.Refused();
        var fits = CryptographicOperations.FixedTimeEquals(open.Hash, HashOf(code.Trim(), documentHash));
        await session.ExecuteAsync($"UPDATE health_code.sign_in_code SET attempts = attempts + 1{(fits ? ", used_at = @now" : "")} WHERE phone_hash = @phoneHash AND created_at = @CreatedAt", new { phoneHash, CreatedAt = new DateTimeOffset(open.CreatedAt, TimeSpan.Zero), now = session.Now }, cancel);
        var outcome = fits ? await FindOrRegisterAsync(session, document, documentHash, name, phone, phoneHash, region, cancel) : new PersonSignIn.Refused();
        await session.CommitAsync(cancel);
        return outcome;
    }

    private async Task<PersonSignIn> FindOrRegisterAsync(Session session, DocumentNumber document, byte[] documentHash, string name, string phone, byte[] phoneHash, string region, CancellationToken cancel)
    {
        var known = await session.QuerySingleOrDefaultAsync<(long Id, byte[] Name, byte[]? PhoneHash, Guid Stamp)?>("SELECT id, name, phone_hash, stamp FROM health_code.person WHERE document_hash = @documentHash FOR UPDATE", new { documentHash }, cancel);
        if (known is { } person)
        {
            var isSame = IsSameName(secrets.Unprotect(person.Name), name) && (person.PhoneHash is null || person.PhoneHash.AsSpan().SequenceEqual(phoneHash));
            if (!isSame) return new PersonSignIn.Refused();
            // Registered by a list of a laboratory or ticket office: the telephone is told by the person herself, once.
            if (person.PhoneHash is null) await session.ExecuteAsync("UPDATE health_code.person SET phone = @to, phone_hash = @phoneHash WHERE id = @Id", new { to = secrets.Protect(phone), phoneHash, person.Id }, cancel);
            return new PersonSignIn.SignedIn(person.Id, person.Stamp);
        }
        var (id, stamp) = await session.QuerySingleAsync<(long, Guid)>("""
            INSERT INTO health_code.person (region_code, document_hash, document, name, phone, phone_hash, created_at)
            VALUES (@region, @documentHash, @kept, @called, @to, @phoneHash, @now) RETURNING id, stamp
            """, new { region, documentHash, kept = secrets.Protect(document.ToString()), called = secrets.Protect(name.Trim()), to = secrets.Protect(phone), phoneHash, now = session.Now }, cancel);
        session.Audit("health.person-registered", "person:" + id.ToString(CultureInfo.InvariantCulture));
        return new PersonSignIn.SignedIn(id, stamp);
    }

    /// <summary>Whether two spellings are one name: width, case, spaces and the dot of foreign names do not count.</summary>
    internal static bool IsSameName(string one, string other) => string.Equals(Normal(one), Normal(other), StringComparison.OrdinalIgnoreCase);

    private static string Normal(string name) => string.Concat(name.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c) && c != '·'));

    private static byte[] HashOf(string code, byte[] documentHash) => SHA256.HashData([.. Encoding.ASCII.GetBytes(code), .. documentHash]);
}
