using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;

namespace Rongtong.Resumption.Measures;

/// <summary>Photographs and documents: recognised by their first bytes, not by their names, and given out as what they were recognised for.</summary>
internal static class Attachments
{
    /// <summary>Largest file, bytes.</summary>
    public const int BytesMax = 2 << 20;

    private const int NameLengthMax = 100;

    /// <summary>Keeps a file; null when it is too large or of a kind that is not taken.</summary>
    public static async Task<long?> KeepAsync(Session session, Enterprise enterprise, IFormFile file, CancellationToken cancel)
    {
        if (file.Length is 0 or > BytesMax) return null;
        using var memory = new MemoryStream((int)file.Length);
        await file.CopyToAsync(memory, cancel);
        var content = memory.ToArray();
        if (TypeOf(content) is not { } type) return null;
        var name = Path.GetFileName(file.FileName);
        return await session.QuerySingleAsync<long>("""
            INSERT INTO resumption.attachment (enterprise_code, region_code, name, media_type, content, sha256, recorded_at) VALUES (@Code, @region, @name, @type, @content, @sha256, @now) RETURNING id
            """, new { enterprise.Code, region = enterprise.Region.Value, name = name.Length > NameLengthMax ? name[..NameLengthMax] : name, type, content, sha256 = Convert.ToHexStringLower(SHA256.HashData(content)), now = session.Now }, cancel);
    }

    public static string? TypeOf(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : content.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "image/png"
        : content.StartsWith("%PDF-"u8) ? "application/pdf" : null;
}
