using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Bench;

/// <summary>One gigabyte of CSV through the import kit in constant memory.</summary>
internal static class ImportBenches
{
    private const long FileBytes = 1L << 30;

    /// <summary>Twice: into a sink that keeps nothing, which is the kit alone; then as case counts, with staging, merge and everything derived.</summary>
    public static Task<IReadOnlyList<BenchResult>> StreamAsync() => HostBenches.WithHostAsync(async app =>
    {
        var kit = new ImportService(app.Services.GetRequiredService<Database>(), [new CountingKind()]);
        var product = app.Services.GetRequiredService<ImportService>();
        var cases = product.Kinds.Single(k => k.Name == "cases");
        await RunAsync(kit, kit.Kinds[0], FileBytes / 64);
        await RunAsync(product, cases, FileBytes / 64);
        var before = PeakMegabytes();
        var kitSpeed = await RunAsync(kit, kit.Kinds[0], FileBytes);
        var kitPeak = PeakMegabytes();
        var caseSpeed = await RunAsync(product, cases, FileBytes);
        var casePeak = PeakMegabytes();
        const string Peer = "the same process after files of 1/64 GB";
        return
        [
            new("import-stream, 1 GB CSV, the kit alone", kitSpeed, "MB/s"),
            new("import-stream, the kit alone, peak memory", kitPeak, "MB", Peer, before, before / kitPeak),
            new("import-stream, 1 GB CSV of case counts", caseSpeed, "MB/s"),
            new("import-stream, case counts, peak memory", casePeak, "MB", Peer, before, before / casePeak),
        ];
    });

    /// <summary>Megabytes per second.</summary>
    private static async Task<double> RunAsync(ImportService imports, IImportKind kind, long bytes)
    {
        await using var file = new RepeatedRows(bytes);
        var watch = Stopwatch.StartNew();
        var report = await imports.RunAsync(kind, file, "repeated.csv", new ImportOptions(), Actor.System);
        if (report.Rejected > 0) throw new InvalidOperationException($"{report.Rejected} rows were rejected, the first at line {report.Rejects[0].Line}: {report.Rejects[0].TextKey}.");
        return file.Length / 1e6 / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Highest resident memory of this process so far; the database server is another process.</summary>
    private static double PeakMegabytes()
    {
        using var myself = Process.GetCurrentProcess();
        return myself.PeakWorkingSet64 / 1e6;
    }

    /// <summary>Reads every field as a kind of the product does, and keeps nothing: what is measured is the kit.</summary>
    private sealed class CountingKind : IImportKind
    {
        public string Name => "counting";

        public string Permission => "bench.import";

        public IReadOnlyList<ImportColumn> Columns { get; } =
            [new("date", true), new("province", true), new("city", true), new("cityCode", true), new("confirmed", true), new("cured", true), new("dead", true), new("note", true)];

        public IImportSink Begin(ImportContext context) => new Sink();

        public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => Task.CompletedTask;

        private sealed class Sink : IImportSink
        {
            private long _rows;

            public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
            {
                row.Day("date");
                foreach (var text in (string[])["province", "city", "cityCode", "note"]) row.Text(text);
                foreach (var count in (string[])["confirmed", "cured", "dead"]) row.Count(count);
                if (row.Rejects.Count == 0) _rows++;
                return ValueTask.CompletedTask;
            }

            public Task<ImportOutcome> CompleteAsync(CancellationToken cancel) => Task.FromResult(new ImportOutcome(_rows, 0, 0, []));
        }
    }

    /// <summary>A header and then the same 10,000 rows again and again, so that a gigabyte needs no disk.</summary>
    private sealed class RepeatedRows : Stream
    {
        private readonly byte[] _header = "date,province,city,cityCode,confirmed,cured,dead,note\r\n"u8.ToArray();
        private readonly byte[] _block;
        private long _position;

        public RepeatedRows(long bytes)
        {
            var text = new StringBuilder();
            for (var i = 0; i < 10_000; i++)
                text.Append(CultureInfo.InvariantCulture, $"{new DateOnly(2020, 1, 1).AddDays(i % 90):O},湖北省,武汉市,4201,{i % 90 * 7},{i % 90 * 3},{i % 90},\"核减 {i} 例, 说\"\"明\"\"\"\r\n");
            _block = Encoding.UTF8.GetBytes(text.ToString());
            Length = _header.Length + bytes / _block.Length * _block.Length;
        }

        public override long Length { get; }
        public override long Position { get => _position; set => _position = value; }
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;

        public override int Read(Span<byte> buffer)
        {
            var from = _position < _header.Length ? _header.AsSpan((int)_position) : _block.AsSpan((int)((_position - _header.Length) % _block.Length));
            var read = (int)Math.Min(Math.Min(buffer.Length, from.Length), Length - _position);
            from[..read].CopyTo(buffer);
            _position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
