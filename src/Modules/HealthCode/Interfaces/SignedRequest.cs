using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Interfaces;

/// <summary>
/// How a connected system signs: an API key whose id is the appId, and a signature instead of the key itself.
/// <code>
/// X-App-Id, X-Timestamp (ms), X-Nonce, X-Signature = hex HMAC-SHA256( key: hex SHA-256 of the key's secret,
///     "appId\ntimestamp\nnonce\nMETHOD\npath\n" + hex SHA-256 of the body )
/// clock within five minutes ──> signature ──> nonce never seen ──> permission health.connect ──> the interface
/// </code>
/// </summary>
public sealed class SignedRequest(Database database)
{
    /// <summary>How far clocks may differ.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private const int BodyBytesMax = 64 << 10;
    private const int NonceLengthMax = 64;

    /// <summary>The actor of a well-signed request with its body, or what is wrong with it.</summary>
    public async Task<(Actor? Actor, byte[] Body, string? Problem)> ReadAsync(HttpContext http, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        var headers = http.Request.Headers;
        var (app, time, nonce, signature) = (headers["X-App-Id"].ToString(), headers["X-Timestamp"].ToString(), headers["X-Nonce"].ToString(), headers["X-Signature"].ToString());
        var body = await BodyAsync(http, cancel);
        if (body is null) return (null, [], "body-too-large");
        if (app.Length is 0 or > 40 || nonce.Length is < 8 or > NonceLengthMax || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return (null, body, "headers-missing");
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if ((session.Now - DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, 253_402_300_799_999))).Duration() > ClockTolerance) return (null, body, "timestamp-out-of-range");
        var key = await session.QuerySingleOrDefaultAsync<Key>("SELECT name, secret_sha256, roles, scope, organisation FROM platform.api_key WHERE id = @app AND NOT is_revoked AND expires_at > @now", new { app, now = session.Now }, cancel);
        // An unknown key is computed like a known one, so that time tells nothing.
        var expected = Sign(key?.SecretSha256 ?? new string('0', 64), app, time, nonce, http.Request.Method, http.Request.Path, body);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)) || key is null) return (null, body, "signature-wrong");
        if (await session.ExecuteAsync("INSERT INTO health_code.request_nonce (app_id, nonce, at) VALUES (@app, @nonce, @now) ON CONFLICT DO NOTHING", new { app, nonce, now = session.Now }, cancel) == 0) return (null, body, "replayed");
        await session.CommitAsync(cancel);
        var actor = new Actor(ActorKind.Machine, "key:" + app, key.Name, key.Scope, Roles.PermissionsOf(key.Roles)) { Organisation = key.Organisation };
        return actor.May(HealthCodePermissions.Connect) ? (actor, body, null) : (null, body, "not-permitted");
    }

    /// <summary>The signature of a request; the other side computes the same.</summary>
    public static string Sign(string secretSha256, string app, string timestamp, string nonce, string method, string path, ReadOnlySpan<byte> body)
    {
        var text = $"{app}\n{timestamp}\n{nonce}\n{method}\n{path}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secretSha256), Encoding.UTF8.GetBytes(text)));
    }

    private static async Task<byte[]?> BodyAsync(HttpContext http, CancellationToken cancel)
    {
        if (http.Request.ContentLength is > BodyBytesMax) return null;
        using var body = new MemoryStream();
        var buffer = new byte[8_192];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, cancel)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > BodyBytesMax) return null;
        }
        return body.ToArray();
    }

    private sealed record Key
    {
        public string Name { get; init; } = "";
        public string SecretSha256 { get; init; } = "";
        public string[] Roles { get; init; } = [];
        public string[] Scope { get; init; } = [];
        public string Organisation { get; init; } = "";
    }
}
