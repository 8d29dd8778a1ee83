using Rongtong.Platform.Data;

namespace Rongtong.Platform.Imports;

/// <summary>A column that a kind of file may have.</summary>
/// <param name="Key">Its name in code and in messages.</param>
/// <param name="IsRequired">A file without it is refused.</param>
/// <param name="Aliases">Other headers it goes by; case, width and spaces do not matter.</param>
public sealed record ImportColumn(string Key, bool IsRequired, params IReadOnlyList<string> Aliases);

/// <summary>
/// A kind of file that can be imported: its columns, and what becomes of its rows.
/// <code>
/// file ──> CSV (UTF-8, GB18030, BOM) or XLSX, streamed ──> header mapped by name, alias or saved mapping
///      ──> ImportRow per record: fields checked, problems collected ──> sink, inside one transaction
///      ──> CompleteAsync merges ──> batch, rejected rows and findings committed with the data, or nothing at all
/// </code>
/// </summary>
public interface IImportKind
{
    /// <summary>Name on the command line and in routes.</summary>
    string Name { get; }

    /// <summary>Who may import it and take it back.</summary>
    string Permission { get; }

    /// <summary>Its columns.</summary>
    IReadOnlyList<ImportColumn> Columns { get; }

    /// <summary>What takes the rows of one run.</summary>
    IImportSink Begin(ImportContext context);

    /// <summary>Takes a batch back, in the session's transaction.</summary>
    Task UndoAsync(Session session, long batchId, CancellationToken cancel);
}

/// <summary>Takes the rows of one import.</summary>
public interface IImportSink
{
    /// <summary>Reads the fields it wants from the row, rejecting it by what it finds; keeps or stages what it accepts.</summary>
    ValueTask AddAsync(ImportRow row, CancellationToken cancel);

    /// <summary>Brings everything into the tables and says what that changed.</summary>
    Task<ImportOutcome> CompleteAsync(CancellationToken cancel);
}

/// <summary>What a sink works with.</summary>
/// <param name="Session">The transaction everything happens in.</param>
/// <param name="BatchId">The batch, for the rows' provenance.</param>
/// <param name="KnownFrom">Since when the rows count as known; now, unless history is loaded.</param>
/// <param name="Options">Extra options of the kind, by name.</param>
public sealed record ImportContext(Session Session, long BatchId, DateTimeOffset KnownFrom, IReadOnlyDictionary<string, string> Options);

/// <summary>What an import changed, and what was odd about it.</summary>
public sealed record ImportOutcome(long New, long Changed, long Unchanged, IReadOnlyList<ImportFinding> Findings);

/// <summary>Something odd in accepted data, told and kept.</summary>
/// <param name="TextKey">Key of the sentence.</param>
/// <param name="Args">What fills its places.</param>
public sealed record ImportFinding(string TextKey, params IReadOnlyList<string> Args);

/// <summary>One field that made a row be rejected.</summary>
/// <param name="Line">Line of the file on which the row begins.</param>
/// <param name="Column">Header of the column.</param>
/// <param name="Value">The value as found, shortened.</param>
/// <param name="TextKey">Key of the sentence that says what was expected.</param>
public sealed record ImportReject(long Line, string Column, string Value, string TextKey);

/// <summary>Where an import stands.</summary>
public readonly record struct ImportProgress(long BytesRead, long BytesTotal, long Rows, long Rejected);

/// <summary>How an import is run.</summary>
public sealed record ImportOptions
{
    /// <summary>Refuse the whole file when any row is rejected.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Header to column key, in addition to names and aliases.</summary>
    public IReadOnlyDictionary<string, string> Mapping { get; init; } = new Dictionary<string, string>();

    /// <summary>A saved mapping to use.</summary>
    public string? MappingName { get; init; }

    /// <summary>Save the mapping under this name.</summary>
    public string? SaveMappingAs { get; init; }

    /// <summary>Load as history known since this instant.</summary>
    public DateTimeOffset? KnownFrom { get; init; }

    /// <summary>Extra options of the kind.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();
}

/// <summary>The report of an import.</summary>
public sealed record ImportReport(
    long BatchId, string Kind, string FileName, long Rows, long New, long Changed, long Unchanged, long Rejected,
    IReadOnlyList<ImportReject> Rejects, IReadOnlyList<ImportFinding> Findings);
