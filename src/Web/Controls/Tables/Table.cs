using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Controls.Tables;

/// <summary>What a cell shows.</summary>
/// <param name="Text">Its text, also in the exported file.</param>
/// <param name="Href">Where it leads, if anywhere.</param>
/// <param name="Class">CSS class of a mark around the text, such as a tier's.</param>
public readonly record struct Cell(string Text, string? Href = null, string? Class = null);

/// <summary>An order of rows: an expression that is never null, and its PostgreSQL type, which the place between two pages is compared in.</summary>
public sealed record SortBy(string Sql, string Type);

/// <summary>A column of a table.</summary>
/// <param name="Key">Its name in addresses and files.</param>
/// <param name="TitleKey">Its heading.</param>
/// <param name="Cell">What it shows of a row.</param>
/// <param name="Sort">How rows are ordered by it; null for a column nobody sorts by.</param>
/// <param name="IsNumber">Right-aligned, in tabular figures.</param>
public sealed record Column<TRow>(string Key, string TitleKey, Func<TRow, Texts, Cell> Cell, SortBy? Sort = null, bool IsNumber = false);

/// <summary>A way to narrow the rows.</summary>
/// <param name="Key">Its name in addresses.</param>
/// <param name="TitleKey">Its label.</param>
/// <param name="Sql">A condition on the parameter named like the key.</param>
public abstract record Filter(string Key, string TitleKey, string Sql)
{
    /// <summary>The value while the address says nothing about it; an empty value there means "all".</summary>
    public string Default { get; init; } = "";

    /// <summary>The condition while no value is asked for; null for none.</summary>
    public string? Otherwise { get; init; }

    /// <summary>The parameter of a value somebody asked for; null when the value makes no sense, and is then ignored.</summary>
    public abstract object? Parameter(string value);
}

/// <summary>Contains a text. <paramref name="Meaning"/> turns what was typed into the parameter, where names are not in the table itself.</summary>
public sealed record TextFilter(string Key, string TitleKey, string Sql, Func<string, object>? Meaning = null) : Filter(Key, TitleKey, Sql)
{
    /// <summary>Longest text, characters.</summary>
    public const int LengthMax = 100;

    /// <inheritdoc/>
    public override object? Parameter(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > LengthMax) return null;
        return Meaning is not null ? Meaning(value)
            : "%" + value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
    }
}

/// <summary>One of a few values.</summary>
/// <param name="Values">The values; asked for each page, because some lists grow.</param>
/// <param name="Text">What people read for a value.</param>
public sealed record ChoiceFilter(string Key, string TitleKey, string Sql, Func<IEnumerable<string>> Values, Func<string, Texts, string> Text) : Filter(Key, TitleKey, Sql)
{
    /// <inheritdoc/>
    public override object? Parameter(string value) => Values().Contains(value) ? value : null;
}

/// <summary>A calendar day.</summary>
/// <param name="IsEndOfDay">The parameter is the end of the day in China (UTC+8): what was known when people went home.</param>
public sealed record DayFilter(string Key, string TitleKey, string Sql, bool IsEndOfDay = false) : Filter(Key, TitleKey, Sql)
{
    /// <inheritdoc/>
    public override object? Parameter(string value)
    {
        if (!DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        return IsEndOfDay ? new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)).ToUniversalTime() : day;
    }
}

/// <summary>A heading as it is drawn.</summary>
/// <param name="SortQuery">Value of <c>sort</c> that a click asks for; null when nobody sorts by it.</param>
/// <param name="Direction">"ascending" or "descending" where the rows are ordered by it.</param>
public sealed record Heading(string Key, string Title, bool IsNumber, string? SortQuery, string? Direction);

/// <summary>One page of a table as it is drawn: rows of cells, and where the next page begins.</summary>
public sealed record TablePage(IReadOnlyList<Heading> Headings, IReadOnlyList<IReadOnlyList<Cell>> Rows, string? Next);

/// <summary>A table that can be drawn, exported and have views saved, whatever its rows are.</summary>
public interface ITable
{
    /// <summary>Name in addresses, saved views and the record.</summary>
    string Name { get; }

    /// <summary>Who may see it; null is everybody.</summary>
    string? Permission { get; }

    /// <summary>The topic whose announcement changes it: pages are kept for readers of the same scope until then. Null for a table that is read each time.</summary>
    string? Topic { get; }

    /// <summary>What is written into the record when somebody reads more of it than is published; null for a table that has nothing unpublished.</summary>
    string? AuditAction { get; }

    /// <summary>Its filters.</summary>
    IReadOnlyList<Filter> Filters { get; }

    /// <summary>Reads one page in the session, as the query asks.</summary>
    Task<TablePage> ReadAsync(Session session, IQueryCollection query, Texts texts, int rows, CancellationToken cancel);
}

/// <summary>The record of who read a table: written by whoever shows it, before it is shown, also where the rows were read for another reader before.</summary>
public static class TableRecord
{
    /// <summary>Puts on the record that the actor reads the table, and which filters are used; not for what everybody sees.</summary>
    public static Task AuditReadAsync(this ITable table, Database database, Actor actor, IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(actor);
        if (table.AuditAction is not { } action || actor.SeesPublishedOnly) return Task.CompletedTask;
        return database.AuditReadAsync(actor, action, table.Name, string.Join(',', table.Filters.Where(f => (query.TryGetValue(f.Key, out var said) ? said.ToString() : f.Default).Length > 0).Select(f => f.Key)));
    }
}
