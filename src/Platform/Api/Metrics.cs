using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform.Access;

namespace Rongtong.Platform.Api;

/// <summary>
/// The process's own measurements as Prometheus reads them (text format 0.0.4), at <c>/metrics</c>: requests and connections of the server,
/// the database pool, the runtime. Instruments come from the framework and Npgsql; this only listens, sums and prints. Open to the machine
/// itself and to API keys, because routes and rates tell outsiders more than they need.
/// </summary>
public sealed class Metrics : IDisposable
{
    /// <summary>Most series kept; further label combinations are counted together.</summary>
    private const int SeriesMax = 2_000;

    private static readonly HashSet<string> s_meters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime", "Rongtong"];

    /// <summary>Upper bounds of histograms, seconds: from an answer out of memory to a long import.</summary>
    private static readonly double[] s_bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> _series = new();

    /// <summary>Starts listening.</summary>
    public Metrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (s_meters.Contains(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All series, now.</summary>
    public string Print()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var group in _series.GroupBy(s => NameOf(s.Key.Instrument)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var kind = KindOf(group.First().Key.Instrument);
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {group.Key} {kind}\n");
            foreach (var ((_, labels), series) in group.OrderBy(s => s.Key.Labels, StringComparer.Ordinal)) series.Print(text, group.Key, labels, kind == "histogram");
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        if (_series.Count >= SeriesMax && !_series.ContainsKey((instrument, labels))) labels = "";
        var series = _series.GetOrAdd((instrument, labels), _ => new Series());
        if (instrument.IsObservable || instrument is Gauge<double> or Gauge<long> or Gauge<int>) series.Set(value);
        else series.Add(value);
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            foreach (var c in name) labels.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            labels.Append("=\"").Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }
        return labels.ToString();
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    private static string NameOf(Instrument instrument)
    {
        var name = string.Concat(instrument.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return (instrument.Unit, KindOf(instrument)) switch
        {
            ("s", _) => name + "_seconds",
            ("By", _) => name + "_bytes",
            (_, "counter") => name + "_total",
            _ => name,
        };
    }

    private sealed class Series
    {
        private readonly long[] _buckets = new long[s_bounds.Length];
        private readonly Lock _lock = new();
        private long _count;
        private double _sum;

        public void Set(double value)
        {
            lock (_lock) _sum = value;
        }

        public void Add(double value)
        {
            lock (_lock)
            {
                _count++;
                _sum += value;
                for (var i = s_bounds.Length - 1; i >= 0 && value <= s_bounds[i]; i--) _buckets[i]++;
            }
        }

        public void Print(StringBuilder text, string name, string labels, bool isHistogram)
        {
            lock (_lock)
            {
                var braces = labels.Length == 0 ? "" : "{" + labels + "}";
                if (!isHistogram)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {_sum:R}\n");
                    return;
                }
                var comma = labels.Length == 0 ? "" : ",";
                for (var i = 0; i < s_bounds.Length; i++) text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{s_bounds[i]}\"}} {_buckets[i]}\n");
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {_count}\n{name}_sum{braces} {_sum:R}\n{name}_count{braces} {_count}\n");
            }
        }
    }
}

/// <summary>The endpoint that Prometheus scrapes.</summary>
public static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // Made here, so that it listens from the first request on and not from the first scrape.
        var metrics = endpoints.ServiceProvider.GetRequiredService<Metrics>();
        endpoints.MapGet("/metrics", (HttpContext http) =>
        {
            var isNear = http.Connection.RemoteIpAddress is not { } address || System.Net.IPAddress.IsLoopback(address);
            return isNear || http.Actor().Kind is ActorKind.Machine ? Results.Text(metrics.Print(), "text/plain; version=0.0.4; charset=utf-8") : Results.NotFound();
        }).ExcludeFromDescription();
    }
}
