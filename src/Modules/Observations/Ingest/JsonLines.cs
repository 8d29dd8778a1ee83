using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rongtong.Observations.Ingest;

/// <summary>
/// Reads a delivery of JSON lines: <c>{"meter":"3301-77","day":"2020-02-10","value":123.4}</c>, in place of "meter" also "enterprise" (a unified
/// social credit code) or "region"; with a meter, "enterprise" says whose it is; "unit" and "quantity" where they are not the source's usual ones.
/// What is known is taken without making a string of it; names that are not known yet wait in <see cref="Unknown"/>.
/// </summary>
internal sealed class JsonLines(Source source, SeriesBook book, Delivery delivery)
{
    /// <summary>Rejected lines that are told one by one; more are counted only.</summary>
    private const int RejectsToldMax = 100;

    /// <summary>Longest name of a meter, characters.</summary>
    private const int SubjectLengthMax = 64;

    private readonly List<(SeriesName Name, DateOnly Day, long Value, bool IsConverted)> _waiting = [];
    private readonly List<LineReject> _rejects = [];
    private int _line;
    private readonly byte[] _dayText = new byte[10];
    private DateOnly _day;

    public int Rejected { get; private set; }

    public IReadOnlyList<LineReject> Rejects => _rejects;

    /// <summary>Series that must get numbers before <see cref="Settle"/>.</summary>
    public IReadOnlyCollection<SeriesName> Unknown => [.. _waiting.Select(w => w.Name).Distinct()];

    public void Read(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        while (text.Length > 0)
        {
            var end = text.IndexOf((byte)'\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \r\t"u8);
            text = end < 0 ? [] : text[(end + 1)..];
            _line++;
            if (line.Length == 0) continue;
            try
            {
                ReadLine(line);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                Reject("not one JSON object with texts and a number");
            }
        }
    }

    /// <summary>Takes the waiting values, now that their series have numbers.</summary>
    public void Settle()
    {
        foreach (var (name, day, value, isConverted) in _waiting)
        {
            if (book.TryFind(source, name.Quantity, name.Subject, out var id)) delivery.Add(id, day, value, isConverted);
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new JsonException();
        Span<char> subject = stackalloc char[SubjectLengthMax + 1];
        var (length, kind, enterprise, unit) = (0, ' ', "", "");
        var quantity = Vocabulary.UsualOf(source);
        decimal? value = null;
        DateOnly? day = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("meter"u8) || json.ValueTextEquals("region"u8))
            {
                kind = json.ValueTextEquals("region"u8) ? '#' : 'm';
                json.Read();
                if (json.ValueSpan.Length > SubjectLengthMax) { Reject($"the meter's name is longer than {SubjectLengthMax} characters"); return; }
                if (kind == '#') subject[0] = '#';
                length = json.CopyString(subject[(kind == '#' ? 1 : 0)..]) + (kind == '#' ? 1 : 0);
            }
            else if (json.ValueTextEquals("enterprise"u8)) { json.Read(); enterprise = json.GetString() ?? ""; }
            else if (json.ValueTextEquals("day"u8)) { json.Read(); day = DayOf(json.ValueSpan); }
            else if (json.ValueTextEquals("value"u8)) { json.Read(); value = json.TryGetDecimal(out var number) ? number : null; }
            else if (json.ValueTextEquals("unit"u8)) { json.Read(); unit = json.GetString() ?? ""; }
            else if (json.ValueTextEquals("quantity"u8))
            {
                json.Read();
                if (Vocabulary.QuantityOf(json.GetString() ?? "") is not { } named) { Reject("the quantity is not known; expected one of " + string.Join(", ", Vocabulary.Quantities)); return; }
                quantity = named;
            }
            else { json.Read(); json.Skip(); }
        }
        if (length == 0 && enterprise.Length is > 0 and < SubjectLengthMax)
        {
            subject[0] = '@';
            enterprise.CopyTo(subject[1..]);
            length = enterprise.Length + 1;
        }
        if (length == 0 || kind == '#' && length == 1) Reject("no meter, enterprise or region is named");
        else if (kind == 'm' && subject[0] is '@' or '#' && enterprise.Length == 0) Reject("a meter's name does not begin with @ or #");
        else if (day is not { } when || !delivery.Takes(when)) Reject(string.Create(CultureInfo.InvariantCulture, $"the day is missing or out of range; expected yyyy-MM-dd from {Delivery.FirstDay:yyyy-MM-dd} to a year from now"));
        else if (value is not { } number) Reject("the value is missing or no number");
        else if (Vocabulary.FactorOf(quantity, unit) is not { } factor) Reject($"the unit does not fit {Vocabulary.NameOf(quantity)}");
        else if (Delivery.Stored(number, factor) is not { } stored) Reject("the value is beyond 10^10 of the unit");
        else if (book.TryFind(source, quantity, subject[..length], out var id)) delivery.Add(id, when, stored, factor != 1);
        else _waiting.Add((new(quantity, subject[..length].ToString(), kind == 'm' ? enterprise : ""), when, stored, factor != 1));
    }

    /// <summary>Most lines of a delivery are of one day: the last one is remembered.</summary>
    private DateOnly? DayOf(ReadOnlySpan<byte> text)
    {
        if (text.Length != _dayText.Length) return null;
        if (text.SequenceEqual(_dayText)) return _day;
        if (!DateOnly.TryParseExact(Encoding.ASCII.GetString(text), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        text.CopyTo(_dayText);
        return _day = day;
    }

    private void Reject(string reason)
    {
        Rejected++;
        if (_rejects.Count < RejectsToldMax) _rejects.Add(new(_line, reason));
    }
}
