using System.Globalization;
using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;

namespace Rongtong.Platform.Queues;

/// <summary>
/// Takes one message: its file is imported in the name of the configured key, as if it had come by the API.
/// A broker delivers at least once, so a file that the key has already brought in (same kind, same content, not taken back since) changes nothing.
/// </summary>
internal sealed class TakeMessage(Database database, ImportService imports, ApiKeys keys, TextCatalogue texts, ILogger<TakeMessage> logger)
{
    private const int LockSpace = 0x5155_4555;

    /// <summary>Tries of a message that fails in a way nobody foresaw, before it is put aside.</summary>
    private const int UnforeseenTriesMax = 3;

    private static readonly string[] s_contentTypes = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

    public async Task<MessageOutcome> RunAsync(ImportMessage message, string key, CancellationToken cancel)
    {
        try
        {
            if (await keys.FindAsync(key, cancel) is not { } actor) return new MessageOutcome.Later("a valid API key: the one in Queues:Key is unknown, revoked or expired");
            return Refusal(message, actor) ?? await ImportAsync(message, imports.Kinds.First(k => k.Name == message.Kind), actor, cancel);
        }
        catch (ImportFileException e) when (e.TextKey.StartsWith("import.database.", StringComparison.Ordinal))
        {
            return new MessageOutcome.Later(Sentence("en", e.TextKey, [.. e.Args]));
        }
        catch (NpgsqlException e) when (e.IsTransient || DatabasePlace.WhyUnavailable(e, null) is not null)
        {
            return new MessageOutcome.Later($"the database ({e.Message})");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.LogError(e, "Message '{Message}' of kind '{Kind}' failed.", message.Id, message.Kind);
            return new MessageOutcome.Later($"a way to import this {message.Kind} file ({e.GetType().Name})", UnforeseenTriesMax);
        }
    }

    /// <summary>The refusal of a message that was tried in vain too often.</summary>
    public MessageOutcome.Refused GivenUp(ImportMessage message) => Refuse("queue.refused.failed", $"message '{message.Id}'", $"./rongtong import {message.Kind} FILE");

    private MessageOutcome.Refused? Refusal(ImportMessage message, Actor actor)
    {
        var names = string.Join(", ", imports.Kinds.Select(k => k.Name));
        if (message.Kind.Length == 0) return Refuse("queue.refused.no-kind", "property type, header kind", names);
        if (imports.Kinds.FirstOrDefault(k => k.Name == message.Kind) is not { } kind) return Refuse("queue.refused.unknown-kind", "property type, header kind or topic", names, message.Kind);
        if (!actor.May(kind.Permission)) return Refuse("queue.refused.not-permitted", $"API key '{actor.Name}' ({actor.Id})", kind.Permission, kind.Name);
        if (message.ContentType.Length > 0 && !IsTable(message.ContentType)) return Refuse("queue.refused.content-type", "property content_type", string.Join(", ", s_contentTypes), message.ContentType);
        return message.Body.Length > ImportQueue.FileBytesMax ? Refuse("queue.refused.too-large", "body", $"<= {ImportQueue.FileBytesMax >> 20} MB; larger: POST /api/v1/imports/{kind.Name}", message.Body.Length >> 20) : null;
    }

    private async Task<MessageOutcome> ImportAsync(ImportMessage message, IImportKind kind, Actor actor, CancellationToken cancel)
    {
        var hash = SHA256.HashData(message.Body.Span);
        // Held while the file is imported: after a broken line the broker gives the message to another host, while this one may still be at it.
        await using var turn = await database.BeginAsync(Actor.System, cancel);
        if (!await turn.QuerySingleAsync<bool>("SELECT pg_try_advisory_xact_lock(@space, @hash)", new { space = LockSpace, hash = BitConverter.ToInt32(hash) }, cancel))
            return new MessageOutcome.Later("the host that is still importing this file");
        var isHere = await turn.QuerySingleAsync<bool>("""
            SELECT EXISTS (SELECT 1 FROM platform.import_batch WHERE kind = @Name AND content_sha256 = @hash AND actor = @actor AND status = 'done' AND rows_rejected < rows_read)
            """, new { kind.Name, hash = Convert.ToHexStringLower(hash), actor = actor.Id }, cancel);
        if (isHere) return new MessageOutcome.Taken();
        using var file = new MemoryStream(message.Body.ToArray(), writable: false);
        try
        {
            var report = await imports.RunAsync(kind, file, message.Id.Length == 0 ? $"{kind.Name} by queue" : message.Id, new ImportOptions(), actor, cancel: cancel);
            if (report.Rejected < report.Rows || report.Rejects is not [var first, ..]) return new MessageOutcome.Taken();
            return Refuse("queue.refused.no-row", $"line {first.Line}, column '{first.Column}', value '{first.Value}'; import {report.BatchId}", Both(first.TextKey), report.Rows);
        }
        catch (ImportFileException e) when (!e.TextKey.StartsWith("import.database.", StringComparison.Ordinal))
        {
            return new MessageOutcome.Refused(e.TextKey, Both(e.TextKey, [.. e.Args]), "body",
                string.Join(", ", kind.Columns.Select(c => c.IsRequired ? c.Key + " (required)" : c.Key)));
        }
    }

    private static bool IsTable(string contentType)
    {
        try
        {
            return s_contentTypes.Contains(new ContentType(contentType).MediaType, StringComparer.OrdinalIgnoreCase);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private MessageOutcome.Refused Refuse(string reason, string where, string expected, params object?[] args) => new(reason, Both(reason, args), where, expected);

    private string Both(string key, params object?[] args) => string.Join(" / ", TextCatalogue.Languages.Select(language => Sentence(language, key, args)));

    private string Sentence(string language, string key, object?[] args) => string.Format(CultureInfo.InvariantCulture, texts.Find(key, language), args);
}
