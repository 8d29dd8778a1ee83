using System.Globalization;
using System.Text;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>Writes results next to their series and time; a file appears only when it is complete.</summary>
internal sealed class ResultTable
{
    private readonly string _path;
    private readonly bool _several;
    private readonly StringBuilder _text = new();

    public ResultTable(string path, SeriesFile file, string timeName, string[] columns)
    {
        _path = path;
        _several = file.KeyName is not null;
        var time = _several && timeName != "t_start" ? file.TimeName : timeName;
        _text.AppendJoin(',', [.. _several ? new[] { file.KeyName! } : [], time, .. columns]).Append('\n');
    }

    public static string Number(double value, string missing = "NA") => double.IsNaN(value) ? missing : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>One series as R prints logicals, several as the 0 and 1 of its tables.</summary>
    public string Truth(bool? value) => value is null ? "NA" : _several ? (value.Value ? "1" : "0") : value.Value ? "TRUE" : "FALSE";

    public void Write(Series series, int index, params string[] cells) => WriteAt(series, series.Times[index], cells);

    public void WriteAt(Series series, string time, params string[] cells)
    {
        if (_several) _text.Append(series.Key).Append(',');
        _text.Append(time).Append(',').AppendJoin(',', cells).Append('\n');
    }

    /// <summary>Called when every series is done, so that a failure leaves an earlier result as it is.</summary>
    public void Save()
    {
        if (_path == "-") Console.Out.Write(_text);
        else File.WriteAllText(_path, _text.ToString());
    }
}
