using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Rongtong.Platform.Imports;

/// <summary>The records of a CSV, XLSX or JSON lines file, one at a time.</summary>
internal interface ITableFile : IDisposable
{
    long Line { get; }
    IReadOnlyList<string> Fields { get; }
    bool Read();
}

/// <summary>Opens a file by what is in it, not by what it is called.</summary>
internal static class TableFile
{
    private const int SampleBytes = 65_536;

    static TableFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static ITableFile Open(Stream stream)
    {
        var sample = new byte[SampleBytes];
        var length = stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (length == 0) throw new ImportFileException("import.file.empty");
        if (sample.AsSpan(0, length).StartsWith("PK\u0003\u0004"u8)) return new XlsxFile(stream);
        var encoding = EncodingOf(sample.AsSpan(0, length), isWhole: length < SampleBytes);
        var reader = new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 131_072, leaveOpen: true);
        var text = encoding.GetString(sample, 0, length);
        return text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{') ? new JsonLinesFile(reader) : new CsvFile(reader, SeparatorOf(text));
    }

    /// <summary>UTF-8 if the sample is UTF-8, else GB18030, in which Chinese offices still save.</summary>
    private static Encoding EncodingOf(ReadOnlySpan<byte> sample, bool isWhole)
    {
        if (sample.StartsWith((byte[])[0xEF, 0xBB, 0xBF]) || sample.StartsWith((byte[])[0xFF, 0xFE]) || sample.StartsWith((byte[])[0xFE, 0xFF])) return new UTF8Encoding(false);
        // The sample may end inside a character; up to three bytes of it are cut off.
        for (var cut = 0; cut <= (isWhole ? 0 : 3); cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(sample[..^cut])) return new UTF8Encoding(false);
        }
        // A single bad byte in a text that is otherwise UTF-8 must not turn all of it into another encoding.
        var utf8 = Encoding.UTF8.GetString(sample);
        var bad = utf8.Count(c => c == '\uFFFD');
        var good = utf8.Count(c => c > 0x7F && c != '\uFFFD');
        return bad * 20 < good ? new UTF8Encoding(false) : Encoding.GetEncoding("GB18030");
    }

    private static char SeparatorOf(string sample)
    {
        var line = sample.AsSpan(0, sample.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? end : sample.Length);
        var (best, most) = (',', line.Count(','));
        foreach (var candidate in ";\t|")
        {
            if (line.Count(candidate) > most) (best, most) = (candidate, line.Count(candidate));
        }
        return best;
    }

    private sealed class CsvFile(StreamReader reader, char separator) : ITableFile
    {
        private readonly CsvRecords _records = new(reader, separator);
        public long Line => _records.Line;
        public IReadOnlyList<string> Fields => _records.Fields;
        public bool Read() => _records.Read();
        public void Dispose() => reader.Dispose();
    }

    /// <summary>The first sheet of a workbook, streamed; values as text, dates as their day numbers.</summary>
    private sealed class XlsxFile : ITableFile
    {
        /// <summary>Largest part after unpacking, bytes.</summary>
        private const long PartBytesMax = 2L << 30;

        /// <summary>Highest ratio of unpacked to packed size that spreadsheets reach; more is a bomb.</summary>
        private const long RatioMax = 250;

        /// <summary>Most characters of shared texts held.</summary>
        private const int SharedCharactersMax = 100_000_000;

        private readonly ZipArchive _zip;
        private readonly List<string> _shared = [];
        private readonly XmlReader _sheet;
        private readonly List<string> _fields = [];

        public XlsxFile(Stream stream)
        {
            try
            {
                _zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
                if (_zip.GetEntry("xl/sharedStrings.xml") is { } shared) ReadShared(shared);
                var sheet = _zip.Entries.Where(e => e.FullName.StartsWith("xl/worksheets/sheet", StringComparison.Ordinal)).OrderBy(e => e.FullName.Length).ThenBy(e => e.FullName, StringComparer.Ordinal).FirstOrDefault()
                    ?? throw new ImportFileException("import.file.no-sheet");
                _sheet = Open(sheet);
            }
            catch (Exception e) when (e is InvalidDataException or XmlException)
            {
                throw new ImportFileException("import.file.broken-workbook");
            }
        }

        public long Line { get; private set; }

        public IReadOnlyList<string> Fields => _fields;

        public bool Read()
        {
            try
            {
                while (_sheet.Read())
                {
                    if (_sheet.NodeType != XmlNodeType.Element || _sheet.LocalName != "row") continue;
                    Line = long.TryParse(_sheet.GetAttribute("r"), out var number) ? number : Line + 1;
                    _fields.Clear();
                    if (!_sheet.IsEmptyElement) ReadRow();
                    if (_fields.Any(f => f.Length > 0)) return true;
                }
                return false;
            }
            catch (Exception e) when (e is InvalidDataException or XmlException)
            {
                throw new ImportFileException("import.file.truncated", Line);
            }
        }

        public void Dispose()
        {
            _sheet.Dispose();
            _zip.Dispose();
        }

        private void ReadRow()
        {
            while (_sheet.Read() && !(_sheet.NodeType == XmlNodeType.EndElement && _sheet.LocalName == "row"))
            {
                if (_sheet.NodeType != XmlNodeType.Element || _sheet.LocalName != "c") continue;
                var column = ColumnOf(_sheet.GetAttribute("r")) ?? _fields.Count;
                if (column >= CsvRecords.FieldsMax) throw new ImportFileException("import.file.too-many-columns", Line, CsvRecords.FieldsMax);
                while (_fields.Count < column) _fields.Add("");
                _fields.Add(_sheet.IsEmptyElement ? "" : ReadCell(_sheet.GetAttribute("t")));
            }
        }

        private string ReadCell(string? type)
        {
            var text = new StringBuilder();
            while (_sheet.Read() && !(_sheet.NodeType == XmlNodeType.EndElement && _sheet.LocalName == "c"))
            {
                if (_sheet.NodeType == XmlNodeType.Element && _sheet.LocalName is "f" or "rPh")
                {
                    _sheet.Skip();
                    if (_sheet.NodeType == XmlNodeType.EndElement && _sheet.LocalName == "c") break;
                }
                if (_sheet.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text.Append(_sheet.Value);
                if (text.Length > CsvRecords.RecordLengthMax) throw new ImportFileException("import.file.record-too-long", Line, CsvRecords.RecordLengthMax);
            }
            return type == "s" && int.TryParse(text.ToString(), out var index) && index >= 0 && index < _shared.Count ? _shared[index] : text.ToString();
        }

        private void ReadShared(ZipArchiveEntry entry)
        {
            using var reader = Open(entry);
            var characters = 0;
            StringBuilder? text = null;
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "si") text = new StringBuilder();
                else if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "si") _shared.Add(text!.ToString());
                else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace && text is not null)
                {
                    text.Append(reader.Value);
                    if ((characters += reader.Value.Length) > SharedCharactersMax) throw new ImportFileException("import.file.bomb");
                }
            }
        }

        private static XmlReader Open(ZipArchiveEntry entry)
        {
            if (entry.Length > PartBytesMax || entry.Length > RatioMax * Math.Max(1_000, entry.CompressedLength)) throw new ImportFileException("import.file.bomb");
            return XmlReader.Create(entry.Open(), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true });
        }

        private static int? ColumnOf(string? reference)
        {
            if (reference is null) return null;
            var column = 0;
            foreach (var c in reference.TakeWhile(char.IsAsciiLetterUpper)) column = Math.Min(column * 26 + (c - 'A' + 1), 1_000_000);
            return column - 1;
        }
    }
}
