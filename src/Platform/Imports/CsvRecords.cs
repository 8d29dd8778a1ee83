using System.Text;

namespace Rongtong.Platform.Imports;

/// <summary>A file cannot be read further; the message says where and why. What was read before it is intact.</summary>
public sealed class ImportFileException(string textKey, params IReadOnlyList<object?> args) : Exception(textKey)
{
    /// <summary>Key of the sentence.</summary>
    public string TextKey { get; } = textKey;

    /// <summary>What fills its places.</summary>
    public IReadOnlyList<object?> Args { get; } = args;
}

/// <summary>
/// Records of a CSV text (RFC 4180) one at a time, in constant memory: quoted fields with doubled quotes, separators and line ends inside;
/// CR, LF or CRLF between records. Our own because the limits are the point: a record that never ends is refused after
/// <see cref="RecordLengthMax"/> characters, without being kept.
/// </summary>
public sealed class CsvRecords(TextReader text, char separator = ',')
{
    /// <summary>Longest record, characters.</summary>
    public const int RecordLengthMax = 1_000_000;

    /// <summary>Most fields of a record.</summary>
    public const int FieldsMax = 2_000;

    private readonly char[] _buffer = new char[65_536];
    private readonly List<string> _fields = [];
    private readonly StringBuilder _field = new();
    private int _length;
    private int _position;
    private bool _ended;
    private long _line = 1;

    /// <summary>Number of the line on which the current record began, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The fields of the current record; valid until the next <see cref="Read"/>.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Moves to the next record that is not an empty line; false at the end.</summary>
    /// <exception cref="ImportFileException">A record or its number of fields is beyond the limit, or the file ends inside quotes.</exception>
    public bool Read()
    {
        while (true)
        {
            _fields.Clear();
            Line = _line;
            if (!ReadRecord()) return false;
            if (_fields.Count > 1 || _fields[0].Length > 0) return true;
        }
    }

    private bool ReadRecord()
    {
        var (quoted, started, length) = (false, false, 0);
        _field.Clear();
        while (true)
        {
            if (_position == _length && !Fill())
            {
                if (quoted) throw new ImportFileException("import.file.truncated", Line);
                if (!started) return false;
                EndField();
                return true;
            }
            // Plain stretches are taken whole; only the characters that mean something are looked at one by one.
            var rest = _buffer.AsSpan(_position, _length - _position);
            var stretch = quoted ? rest.IndexOfAny('"', '\n') : rest.IndexOfAny([separator, '"', '\r', '\n']);
            if (stretch != 0)
            {
                if (stretch < 0) stretch = rest.Length;
                length += stretch;
                if (length > RecordLengthMax) throw new ImportFileException("import.file.record-too-long", Line, RecordLengthMax);
                _field.Append(rest[..stretch]);
                _position += stretch;
                started = true;
                continue;
            }
            var c = _buffer[_position++];
            started = true;
            if (quoted)
            {
                if (c == '\n') _line++;
                if (c == '"')
                {
                    if (Peek() == '"') _position++;
                    else
                    {
                        quoted = false;
                        continue;
                    }
                }
                _field.Append(c);
                if (++length > RecordLengthMax) throw new ImportFileException("import.file.record-too-long", Line, RecordLengthMax);
            }
            else if (c == separator)
            {
                EndField();
                if (_fields.Count >= FieldsMax) throw new ImportFileException("import.file.too-many-columns", Line, FieldsMax);
            }
            else if (c == '"' && _field.Length == 0) quoted = true;
            else if (c is '\r' or '\n')
            {
                if (c == '\r' && Peek() == '\n') _position++;
                _line++;
                EndField();
                return true;
            }
            else _field.Append(c);
        }
    }

    private void EndField()
    {
        _fields.Add(_field.ToString());
        _field.Clear();
    }

    private int Peek() => _position < _length || Fill() ? _buffer[_position] : -1;

    private bool Fill()
    {
        if (_ended) return false;
        _position = 0;
        _length = text.Read(_buffer, 0, _buffer.Length);
        _ended = _length == 0;
        return !_ended;
    }
}
