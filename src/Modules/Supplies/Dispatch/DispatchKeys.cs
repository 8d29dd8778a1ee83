using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Rongtong.HealthPass;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Dispatch;

/// <summary>The key of this installation that signs dispatch orders, made at first use and the same for all hosts. Not the key of passes.</summary>
internal sealed class DispatchKeys(Database database, IDataProtectionProvider protection) : IDisposable
{
    private const string Name = "dispatch-1";

    private readonly IDataProtector _seal = protection.CreateProtector("Rongtong.Supplies.Dispatch.Keys");
    private readonly SemaphoreSlim _making = new(1);
    private volatile SigningKey? _key;

    public async ValueTask<SigningKey> KeyAsync(CancellationToken cancel)
    {
        if (_key is { } known) return known;
        await _making.WaitAsync(cancel);
        try
        {
            return _key ??= await ReadOrMakeAsync(cancel);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key?.Dispose();
        _making.Dispose();
    }

    private async Task<SigningKey> ReadOrMakeAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        using (var made = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            await session.ExecuteAsync("INSERT INTO supplies.signing_key (name, sealed, public_key, made_at) VALUES (@Name, @kept, @open, @Now) ON CONFLICT (name) DO NOTHING",
                new { Name, kept = _seal.Protect(made.ExportPkcs8PrivateKey()), open = made.ExportSubjectPublicKeyInfo(), session.Now }, cancel);
        }
        var stored = await session.QuerySingleAsync<byte[]>("SELECT sealed FROM supplies.signing_key WHERE name = @Name", new { Name }, cancel);
        await session.CommitAsync(cancel);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(_seal.Unprotect(stored), out _);
        return new SigningKey(key);
    }
}
