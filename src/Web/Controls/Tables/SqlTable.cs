using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Controls.Tables;

/// <summary>
/// Rows of a query, ordered, filtered and paged by the database.
/// <code>
/// ?stage=verify ──> Filter.Parameter ──> WHERE          a value that makes no sense is ignored
/// ?sort=-due ──> Column.Sort ──> ORDER BY sort, key     the key makes every order total
/// ?after=… ──> WHERE (sort, key) beyond the last row    a page costs the same wherever it lies, and none is skipped when rows come in
/// </code>
/// No text of a reader becomes SQL: column and filter expressions stand in the code, values are parameters.
/// </summary>
/// <param name="name">Name in addresses, saved views and the record.</param>
/// <param name="permission">Who may see it; null is everybody.</param>
/// <param name="from">The FROM clause.</param>
/// <param name="select">The select list, for Dapper to fill <typeparamref name="TRow"/>.</param>
/// <param name="key">A unique expression and its type.</param>
/// <param name="columns">The columns, in order.</param>
/// <param name="filters">The filters, in order.</param>
/// <param name="defaultSort">Column key, with "-" for descending.</param>
/// <param name="auditAction">What is written into the record when somebody reads more than is published; null where nothing is unpublished.</param>
/// <param name="topic">The topic whose announcement changes it; null to read it each time.</param>
public sealed class SqlTable<TRow>(
    string name, string? permission, string from, string select, SortBy key, IReadOnlyList<Column<TRow>> columns, IReadOnlyList<Filter> filters, string defaultSort, string? auditAction = null, string? topic = null) : ITable
{
    private const int CursorLengthMax = 2_000;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string? Permission => permission;

    /// <inheritdoc/>
    public string? Topic => topic;

    /// <inheritdoc/>
    public string? AuditAction => auditAction;

    /// <inheritdoc/>
    public IReadOnlyList<Filter> Filters => filters;

    /// <inheritdoc/>
    public async Task<TablePage> ReadAsync(Session session, IQueryCollection query, Texts texts, int rows, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(query);
        var (sorted, isDescending) = SortOf(query["sort"].ToString());
        var parameters = new DynamicParameters();
        var sql = new StringBuilder($"SELECT {select}, ({sorted.Sort!.Sql})::text AS page_sort, ({key.Sql})::text AS page_key FROM {from} WHERE true");
        foreach (var filter in filters)
        {
            var value = query.TryGetValue(filter.Key, out var said) ? said.ToString() : filter.Default;
            if (value.Length == 0 || filter.Parameter(value) is not { } parameter)
            {
                if (filter.Otherwise is not null) sql.Append(CultureInfo.InvariantCulture, $" AND ({filter.Otherwise})");
                continue;
            }
            sql.Append(CultureInfo.InvariantCulture, $" AND ({filter.Sql})");
            parameters.Add(filter.Key, parameter);
        }
        if (Cursor.Parse(query["after"].ToString()) is { } after)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND ({sorted.Sort.Sql}, {key.Sql}) {(isDescending ? '<' : '>')} (@page_sort::{sorted.Sort.Type}, @page_key::{key.Type})");
            parameters.Add("page_sort", after.Sort);
            parameters.Add("page_key", after.Key);
        }
        var direction = isDescending ? "DESC" : "ASC";
        sql.Append(CultureInfo.InvariantCulture, $" ORDER BY {sorted.Sort.Sql} {direction}, {key.Sql} {direction} LIMIT {rows + 1}");
        var command = new CommandDefinition(sql.ToString(), parameters, session.Transaction, cancellationToken: cancel);
        var found = (await session.Connection.QueryAsync<TRow, Cursor, (TRow Row, Cursor Place)>(command, (row, place) => (row, place), splitOn: "page_sort")).AsList();
        var shown = found.Take(rows).ToArray();
        return new TablePage(
            [.. columns.Select(c => new Heading(c.Key, texts[c.TitleKey], c.IsNumber, c.Sort is null ? null : c == sorted && !isDescending ? "-" + c.Key : c.Key, c != sorted ? null : isDescending ? "descending" : "ascending"))],
            [.. shown.Select(r => columns.Select(c => c.Cell(r.Row, texts)).ToArray())],
            found.Count > rows ? shown[^1].Place.Print() : null);
    }

    private (Column<TRow> Column, bool IsDescending) SortOf(string asked)
    {
        foreach (var wanted in (string[])[asked, defaultSort])
        {
            if (columns.FirstOrDefault(c => c.Sort is not null && c.Key == wanted.TrimStart('-')) is { } column) return (column, wanted.StartsWith('-'));
        }
        throw new InvalidOperationException($"Table {name} has no column '{defaultSort}' to be ordered by.");
    }

    /// <summary>The last row of a page: where the next one begins.</summary>
    private sealed record Cursor
    {
        public string PageSort { get; init; } = "";
        public string PageKey { get; init; } = "";
        public string Sort => PageSort;
        public string Key => PageKey;

        public string Print() => Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(new[] { PageSort, PageKey }));

        public static Cursor? Parse(string text)
        {
            if (text.Length is 0 or > CursorLengthMax) return null;
            try
            {
                return JsonSerializer.Deserialize<string[]>(Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(text)) is [var sort, var key] ? new Cursor { PageSort = sort, PageKey = key } : null;
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                return null;
            }
        }
    }
}
