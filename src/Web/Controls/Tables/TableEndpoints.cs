using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.Web.Controls.Tables;

/// <summary>One page of a table for machines.</summary>
/// <param name="Columns">Keys of the columns.</param>
/// <param name="Rows">Texts of the cells, in the order of the columns.</param>
/// <param name="Next">Value of <c>after</c> for the next page; null on the last.</param>
public sealed record TableDocument(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Next);

/// <summary>Export of any table as CSV, and its readers' saved views.</summary>
internal static class TableEndpoints
{
    /// <summary>Rows of an export; who needs more asks the open data or the administrator.</summary>
    private const int ExportRowsMax = 100_000;

    private const int ChunkRows = 5_000;
    private const int ViewNameLengthMax = 40;
    private const int ViewQueryLengthMax = 2_000;

    public static void MapTables(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/tables/{name}.csv", async (string name, HttpContext http, IEnumerable<ITable> tables, Database database, Texts texts, CancellationToken cancel) =>
        {
            if (Find(tables, name, http) is not { } table)
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }
            await table.AuditReadAsync(database, http.Actor(), http.Request.Query);
            http.Response.ContentType = "text/csv; charset=utf-8";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.csv\"";
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var query = http.Request.Query.Where(p => p.Key != "after").ToDictionary(p => p.Key, p => p.Value);
            // Excel takes a file for UTF-8 only by this mark.
            await using var file = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            for (var written = 0; written < ExportRowsMax; written += ChunkRows)
            {
                var page = await table.ReadAsync(session, new QueryCollection(query), texts, ChunkRows, cancel);
                if (written == 0) await file.WriteLineAsync(string.Join(',', page.Headings.Select(h => Csv(h.Title))));
                foreach (var row in page.Rows) await file.WriteLineAsync(string.Join(',', row.Select(c => Csv(c.Text))));
                if (page.Next is null) break;
                query["after"] = new StringValues(page.Next);
            }
            await session.CommitAsync(cancel);
        }).ExcludeFromDescription();

        endpoints.MapGet("/api/v1/tables/{name}", async (string name, string? sort, string? after, HttpContext http, IEnumerable<ITable> tables, Database database, Texts texts, CancellationToken cancel) =>
        {
            if (Find(tables, name, http) is not { } table) return Results.Problem(statusCode: 404, title: "There is no such table, or you may not see it.", detail: $"You may see: {string.Join(", ", tables.Where(t => t.Permission is null || http.Actor().May(t.Permission)).Select(t => t.Name))}.");
            await table.AuditReadAsync(database, http.Actor(), http.Request.Query);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var page = await table.ReadAsync(session, http.Request.Query, texts, DataTable.PageRows, cancel);
            await session.CommitAsync(cancel);
            return Results.Ok(new TableDocument([.. page.Headings.Select(h => h.Key)], [.. page.Rows.Select(r => r.Select(c => c.Text).ToArray())], page.Next));
        }).WithTags("Tables").WithName("ReadTable").WithSummary("One page of a table, with the filters and orders that its page has.").Produces<TableDocument>().ProducesProblem(404);

        endpoints.MapPost("/tables/{name}/views", async (string name, HttpContext http, IFormCollection form, IEnumerable<ITable> tables, Database database, CancellationToken cancel) =>
        {
            var (view, query) = (form["name"].ToString().Trim(), form["query"].ToString());
            if (Find(tables, name, http) is null || view.Length is 0 or > ViewNameLengthMax || query.Length > ViewQueryLengthMax) return Results.BadRequest();
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var kept = QueryHelpers.AddQueryString("", QueryHelpers.ParseQuery(query).Where(p => p.Key != "after").Select(p => KeyValuePair.Create(p.Key, (string?)p.Value.ToString())));
            await session.ExecuteAsync("INSERT INTO platform.saved_view (account, table_name, name, query) VALUES (@Id, @name, @view, @kept) ON CONFLICT (account, table_name, name) DO UPDATE SET query = excluded.query",
                new { http.Actor().Id, name, view, kept }, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "web.table.view.saved");
            return Results.LocalRedirect(Preferences.LocalUrl(form["returnTo"]));
        }).ExcludeFromDescription();

        endpoints.MapPost("/tables/{name}/views/delete", async (string name, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await session.ExecuteAsync("DELETE FROM platform.saved_view WHERE table_name = @name AND name = @view", new { name, view = form["name"].ToString() }, cancel);
            await session.CommitAsync(cancel);
            return Results.LocalRedirect(Preferences.LocalUrl(form["returnTo"]));
        }).ExcludeFromDescription();
    }

    private static ITable? Find(IEnumerable<ITable> tables, string name, HttpContext http) =>
        tables.FirstOrDefault(t => t.Name == name) is { } table && (table.Permission is null || http.Actor().May(table.Permission)) ? table : null;

    /// <summary>A field of RFC 4180. A leading sign that a spreadsheet would take for a formula is kept from acting by an apostrophe.</summary>
    private static string Csv(string text)
    {
        if (text.Length > 1 && text[0] is '=' or '+' or '@' || (text.Length > 1 && text[0] == '-' && !char.IsAsciiDigit(text[1]))) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
