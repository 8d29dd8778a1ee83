using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests.Imports;

/// <summary>Good, odd and hostile files against a toy kind with a table of its own.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private ImportService _imports = null!;
    private readonly ToyKind _kind = new();

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("CREATE TABLE public.toy (name text, amount int, batch_id bigint)", connection);
        await command.ExecuteNonQueryAsync();
        _imports = new ImportService(_database.Database, [_kind]);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("name,amount\n甲,1\n乙,2\n", "utf-8")]
    [InlineData("\uFEFF名称,数量\r\n甲,1\r\n乙,2\r\n", "utf-8")]
    [InlineData("名称,数量\n甲,1\n乙,2\n", "GB18030")]
    [InlineData("NAME;Amount\n\"甲\";1\n乙;2", "utf-8")]
    [InlineData("name\tamount\r甲\t1\r乙\t2\r", "utf-8")]
    [InlineData("{\"name\":\"甲\",\"amount\":1}\n{\"amount\":2,\"name\":\"乙\"}\n", "utf-8")]
    [InlineData("\uFEFF{\"名称\":\"甲\",\"数量\":\"1\"}\r\n\r\n{\"数量\":2,\"名称\":\"乙\"}", "utf-8")]
    public async Task Encodings_separators_and_headers_are_understood(string text, string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var report = await RunAsync(Encoding.GetEncoding(encoding).GetBytes(text));
        (report.New, report.Rejected).ShouldBe((2, 0));
        (await NamesAsync()).ShouldBe(["甲", "乙"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_bad_row_is_reported_with_its_place_and_the_good_ones_are_kept()
    {
        var report = await RunAsync("name,amount\nA,1\n\"B\nb\",x\nC,3,4\nD,4\n"u8.ToArray());
        (report.New, report.Rejected).ShouldBe((2, 2));
        report.Rejects[0].ShouldBe(new ImportReject(3, "amount", "x", "import.expected.count"));
        report.Rejects[1].Line.ShouldBe(5);
        (await NamesAsync()).ShouldBe(["A", "D"], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_JSON_lines_those_that_are_no_object_or_say_too_much_are_rejected_each_by_itself()
    {
        var lines = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{{\"name\":\"N{i}\",\"amount\":{i}}}\n"));
        var report = await RunAsync(Encoding.UTF8.GetBytes(lines + "{\"name\":\n[1]\n{\"name\":\"X\",\"amount\":1,\"more\":2}\n{\"amount\":7,\"name\":\"Z\"}\n"));
        (report.New, report.Rejected).ShouldBe((1_001, 3));
        report.Rejects.Select(r => r.Line).ShouldBe([1_001, 1_002, 1_003]);
    }

    [Fact]
    public async Task Strict_means_all_or_nothing()
    {
        (await FailsAsync("name,amount\nA,1\nB,x\n"u8.ToArray(), new ImportOptions { IsStrict = true })).ShouldBe("import.file.strict");
        (await NamesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "import.file.empty")]
    [InlineData("name,amount\n", "import.file.no-rows")]
    [InlineData("name,other\nA,1\n", "import.file.missing-columns")]
    [InlineData("name,amount,数量\nA,1,2\n", "import.file.duplicate-column")]
    [InlineData("name,amount\nA,1\n\"B,2\n", "import.file.truncated")]
    [InlineData("{\"name\":\"A\"}\n", "import.file.missing-columns")]
    public async Task A_file_that_cannot_be_used_says_why_and_loads_nothing(string text, string key)
    {
        (await FailsAsync(Encoding.UTF8.GetBytes(text))).ShouldBe(key);
        (await NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_of_a_hundred_megabytes_is_refused_without_being_kept()
    {
        await using var endless = new RepeatingStream("name,amount\nA,1\n", 'x', 100_000_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        (await Should.ThrowAsync<ImportFileException>(() => _imports.RunAsync(_kind, endless, "long.csv", new ImportOptions(), Actor.System))).TextKey.ShouldBe("import.file.record-too-long");
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(20_000_000);
    }

    [Fact]
    public async Task A_zip_bomb_and_a_broken_workbook_are_refused()
    {
        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        await using (var sheet = await zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.SmallestSize).OpenAsync())
        {
            for (var i = 0; i < 300; i++) await sheet.WriteAsync(new byte[100_000]);
        }
        (await FailsAsync(bomb.ToArray())).ShouldBe("import.file.bomb");
        (await FailsAsync([.. "PK\u0003\u0004"u8, 1, 2, 3])).ShouldBe("import.file.broken-workbook");
        (await NamesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public async Task A_workbook_cut_off_on_its_way_is_refused_and_nothing_of_it_is_loaded(double share)
    {
        var whole = Workbook([["name", "amount"], .. Enumerable.Range(0, 5_000).Select(i => new[] { $"N{i}", $"{i}" })]);
        (await FailsAsync(whole[..(int)(whole.Length * share)])).ShouldBe("import.file.broken-workbook");
        (await NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_workbook_is_read_like_a_text()
    {
        var report = await RunAsync(Workbook(["name", "amount"], ["甲", "1"], ["line\nbreak", "2"]));
        report.New.ShouldBe(2);
        (await NamesAsync()).ShouldBe(["甲", "line\nbreak"], ignoreOrder: true);
    }

    [Fact]
    public async Task Killing_the_connection_in_the_middle_leaves_nothing_and_the_next_run_works()
    {
        _kind.OnRow = async session => await ExecuteAsSuperuserAsync($"SELECT pg_terminate_backend({session.Connection.ProcessID})");
        (await FailsAsync("name,amount\nA,1\nB,2\n"u8.ToArray())).ShouldBe("import.database.lost");
        _kind.OnRow = null;
        (await NamesAsync()).ShouldBeEmpty();
        (await RunAsync("name,amount\nA,1\nB,2\n"u8.ToArray())).New.ShouldBe(2);
    }

    [Fact]
    public async Task An_import_can_be_undone_once()
    {
        var report = await RunAsync("name,amount\nA,1\n"u8.ToArray());
        (await _imports.UndoAsync(report.BatchId, Actor.System)).ShouldBeTrue();
        (await NamesAsync()).ShouldBeEmpty();
        (await _imports.UndoAsync(report.BatchId, Actor.System)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_mapping_is_used_and_kept_for_the_next_file()
    {
        var mapping = new ImportOptions { Mapping = new Dictionary<string, string> { ["品名"] = "name", ["件数"] = "amount" }, SaveMappingAs = "hospital" };
        (await RunAsync(Encoding.UTF8.GetBytes("品名,件数\nA,1\n"), mapping)).New.ShouldBe(1);
        (await RunAsync(Encoding.UTF8.GetBytes("品名,件数\nB,2\n"), new ImportOptions { MappingName = "hospital" })).New.ShouldBe(1);
    }

    [Fact]
    public void What_a_writer_quotes_the_reader_reads()
    {
        var cell = Gen.Elements("", "a", "甲", "x,y", "say \"hi\"", "two\nlines", " spaced ", "cr\rinside").Where(c => c != "cr\rinside" || true);
        var tables = cell.ArrayOf(3).NonEmptyListOf().ToArbitrary();
        Prop.ForAll(tables, rows =>
        {
            var text = string.Join("\r\n", rows.Select(r => string.Join(',', r.Select(c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")))) + "\r\n";
            var reader = new CsvRecords(new StringReader(text));
            foreach (var row in rows)
                if (!reader.Read() || !reader.Fields.SequenceEqual(row)) return false;
            return !reader.Read();
        }).QuickCheckThrowOnFailure();
    }

    private async Task<ImportReport> RunAsync(byte[] content, ImportOptions? options = null)
    {
        using var stream = new MemoryStream(content);
        return await _imports.RunAsync(_kind, stream, "file.csv", options ?? new ImportOptions(), Actor.System);
    }

    private async Task<string> FailsAsync(byte[] content, ImportOptions? options = null) => (await Should.ThrowAsync<ImportFileException>(() => RunAsync(content, options))).TextKey;

    private async Task<IReadOnlyList<string>> NamesAsync()
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        return await session.QueryAsync<string>("SELECT name FROM public.toy");
    }

    private async Task ExecuteAsSuperuserAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static byte[] Workbook(params string[][] rows)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = new StreamWriter(zip.CreateEntry("xl/worksheets/sheet1.xml").Open());
            writer.Write("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
            foreach (var row in rows) writer.Write("<row>" + string.Concat(row.Select(c => $"<c t=\"inlineStr\"><is><t>{c}</t></is></c>")) + "</row>");
            writer.Write("</sheetData></worksheet>");
        }
        return bytes.ToArray();
    }

    private sealed class ToyKind : IImportKind
    {
        public Func<Session, Task>? OnRow { get; set; }
        public string Name => "toy";

        public string Permission => "toy.import";
        public IReadOnlyList<ImportColumn> Columns { get; } = [new("name", true, "名称"), new("amount", true, "数量")];
        public IImportSink Begin(ImportContext context) => new Sink(context, this);
        public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => session.ExecuteAsync("DELETE FROM public.toy WHERE batch_id = @batchId", new { batchId }, cancel);

        private sealed class Sink(ImportContext context, ToyKind kind) : IImportSink
        {
            private long _rows;

            public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
            {
                var (name, amount) = (row.Text("name"), row.Count("amount"));
                if (row.Rejects.Count > 0) return;
                await context.Session.ExecuteAsync("INSERT INTO public.toy VALUES (@name, @amount, @BatchId)", new { name, amount, context.BatchId }, cancel);
                if (kind.OnRow is not null) await kind.OnRow(context.Session);
                _rows++;
            }

            public Task<ImportOutcome> CompleteAsync(CancellationToken cancel) => Task.FromResult(new ImportOutcome(_rows, 0, 0, []));
        }
    }

    /// <summary>A beginning, then one character for ever, so that a huge file needs no disk.</summary>
    private sealed class RepeatingStream(string start, char repeated, long length) : Stream
    {
        private readonly byte[] _start = Encoding.UTF8.GetBytes(start);
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var n = (int)Math.Min(count, length - Position);
            for (var i = 0; i < n; i++, Position++) buffer[offset + i] = Position < _start.Length ? _start[Position] : (byte)repeated;
            return n;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = offset;
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
