using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Api;

/// <summary>An import as it is kept.</summary>
public sealed record ImportDocument
{
    public long Id { get; init; }
    public string Kind { get; init; } = "";
    public string FileName { get; init; } = "";
    public string Status { get; init; } = "";
    public DateTime StartedAt { get; init; }
    public DateTime? FinishedAt { get; init; }
    public long RowsRead { get; init; }
    public long RowsNew { get; init; }
    public long RowsChanged { get; init; }
    public long RowsUnchanged { get; init; }
    public long RowsRejected { get; init; }
    public string? Failure { get; init; }
}

/// <summary>Files by machine: the file is the body, the answer is the report.</summary>
internal static class ImportApi
{
    private const long BodyBytesMax = 2L << 30;

    public static void MapImportApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/imports").WithTags("Imports");

        api.MapPost("/{kind}", async (string kind, string? fileName, string? mapping, bool? strict, bool? hold, HttpContext http, ImportService imports, Texts texts, CancellationToken cancel) =>
        {
            if (imports.Kinds.FirstOrDefault(k => k.Name == kind) is not { } wanted)
                return Results.Problem(statusCode: 404, title: "There is no such kind of file.", detail: $"There are: {string.Join(", ", imports.Kinds.Select(k => k.Name))}.");
            if (Refusal(http, wanted) is { } refusal) return refusal;
            // The body is kept in a file of its own first: an import reads twice, and a caller may be slow.
            await using var file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            await http.Request.Body.CopyToAsync(file, cancel);
            file.Position = 0;
            try
            {
                var options = new ImportOptions { IsStrict = strict == true, MappingName = mapping, Extra = hold == true ? new Dictionary<string, string> { ["hold"] = "yes" } : [] };
                var report = await imports.RunAsync(wanted, file, fileName ?? $"{kind} by {http.Actor().Name}", options, http.Actor(), cancel: cancel);
                return Results.Ok(report with { Rejects = [.. report.Rejects.Select(r => r with { TextKey = texts[r.TextKey] })] });
            }
            catch (ImportFileException e)
            {
                return Results.Problem(statusCode: 422, title: "The file was not loaded.", detail: texts[e.TextKey, [.. e.Args]]);
            }
        }).Idempotent().Accepts<IFormFile>("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet").Produces<ImportReport>().ProducesProblem(404).ProducesProblem(422)
            .WithName("ImportFile").WithSummary("Imports the file in the body: all accepted rows, or nothing.").WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));

        api.MapGet("/{id:long}", async (long id, HttpContext http, Database database, ImportService imports, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var found = await session.QuerySingleOrDefaultAsync<ImportDocument>("""
                SELECT id, kind, file_name, status, started_at, finished_at, rows_read, rows_new, rows_changed, rows_unchanged, rows_rejected, failure FROM platform.import_batch WHERE id = @id
                """, new { id }, cancel);
            return found is null || imports.Kinds.FirstOrDefault(k => k.Name == found.Kind) is not { } kind || !http.Actor().May(kind.Permission) ? Results.NotFound() : Results.Ok(found);
        }).WithName("ReadImport").WithSummary("What became of an import.").Produces<ImportDocument>().ProducesProblem(404);

        api.MapDelete("/{id:long}", async (long id, HttpContext http, Database database, ImportService imports, CancellationToken cancel) =>
        {
            string? kindName;
            await using (var session = await database.BeginAsync(http.Actor(), cancel))
                kindName = await session.QuerySingleOrDefaultAsync<string>("SELECT kind FROM platform.import_batch WHERE id = @id", new { id }, cancel);
            if (imports.Kinds.FirstOrDefault(k => k.Name == kindName) is not { } kind) return Results.NotFound();
            if (Refusal(http, kind) is { } refusal) return refusal;
            return await imports.UndoAsync(id, http.Actor(), cancel) ? Results.NoContent() : Results.Problem(statusCode: 409, title: "This import is not in a state that can be undone.");
        }).Idempotent().WithName("UndoImport").WithSummary("Takes an import back.").Produces(204).ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Files come with an API key: a browser's cookie would let another site post them.</summary>
    private static IResult? Refusal(HttpContext http, IImportKind kind) => http.Actor() switch
    {
        { Kind: not ActorKind.Machine } => Results.Problem(statusCode: 401, title: "Send an API key.", detail: "Authorization: Bearer rtk_…"),
        var actor when !actor.May(kind.Permission) => Results.Problem(statusCode: 403, title: "Not permitted.", detail: $"The permission '{kind.Permission}' is needed."),
        _ => null,
    };
}
