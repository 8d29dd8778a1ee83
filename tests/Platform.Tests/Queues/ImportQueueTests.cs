using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Platform.Queues;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests.Queues;

/// <summary>Files by AMQP and MQTT through a real broker into a real database, with everything that can go away going away.</summary>
public sealed class ImportQueueTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>, IAsyncLifetime, IDisposable
{
    private readonly ListKind _kind = new();
    private readonly Metrics _metrics = new();
    private TestDatabase _database = null!;
    private readonly TestBroker _broker = fixture.Broker!;
    private ApiKeys _keys = null!;
    private string _key = "";

    public async Task InitializeAsync()
    {
        if (TestBroker.Absent is not null) return;
        _database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        await StoredAsync("CREATE TABLE public.list (name text, organisation text); GRANT ALL ON public.list TO rongtong");
        _keys = new ApiKeys(_database.Database);
        _key = await _keys.CreateAsync(Actor.System, "laboratory", ["officer"], ["3301"], TimeProvider.System.GetUtcNow().AddDays(1), "lab-1");
    }

    public async Task DisposeAsync()
    {
        if (TestBroker.Absent is not null) return;
        await using (var connection = await ConnectAsync())
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeleteAsync(ImportQueue.Name);
            await channel.QueueDeleteAsync(ImportQueue.RefusedName);
        }
        await _database.DisposeAsync();
    }

    public void Dispose() => _metrics.Dispose();

    [BrokerFact]
    public async Task A_file_sent_twice_arrives_once_in_the_name_of_the_key_and_again_after_it_was_taken_back()
    {
        await using var product = await StartAsync();
        await SendAsync("m-1", "list", "name\n甲\n乙\n");
        await SendAsync("m-1", "list", "name\n甲\n乙\n");
        await SendAsync("m-2", "list", "name\n甲\n乙\n");
        await UntilAsync(() => product.State.Taken == 3, "three messages to be taken");
        (await StoredAsync("SELECT count(*)::int FROM public.list WHERE organisation = 'lab-1'")).ShouldBe(2);
        (await StoredAsync("SELECT string_agg(file_name || ' ' || actor, ',') FROM platform.import_batch")).ShouldBe($"m-1 key:{_key.Split('_')[1]}");
        _metrics.Print().ShouldSatisfyAllConditions(m => m.ShouldContain("rongtong_queue_messages_total{outcome=\"taken\"}"), m => m.ShouldContain("rongtong_queue_connected 1"));

        await product.Imports.UndoAsync((long)(await StoredAsync("SELECT id FROM platform.import_batch"))!, Actor.System);
        await SendAsync("m-3", "list", "name\n甲\n乙\n");
        await UntilAsync(() => product.State.Taken == 4, "the file to be taken again");
        (await StoredAsync("SELECT count(*)::int FROM public.list")).ShouldBe(2);
    }

    [BrokerFact]
    public async Task A_broker_killed_between_the_commit_and_the_acknowledgement_delivers_again_and_the_file_is_in_once()
    {
        await using var product = await StartAsync();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Raised when the import has committed, before its caller goes on to acknowledge it.
        _database.Database.Announced += _ =>
        {
            if (killed.Task.IsCompleted) return;
            _broker.KillAsync().GetAwaiter().GetResult();
            killed.SetResult();
        };
        await SendAsync("m-1", "list", "name\n甲\n");
        await killed.Task.WaitAsync(Patience.Long);
        await UntilAsync(() => !product.State.IsConnected, "the loss to be seen");
        product.State.Taken.ShouldBe(0);
        _metrics.Print().ShouldContain("rongtong_queue_connected 0");
        await _broker.StartAgainAsync();
        await UntilAsync(() => product.State.Taken == 1, "the second delivery to be acknowledged");
        (await StoredAsync("SELECT count(*)::int FROM public.list")).ShouldBe(1);
        (await WaitingAsync(ImportQueue.Name)).ShouldBe(0u);
    }

    [BrokerFact]
    public async Task A_message_that_can_never_be_taken_is_put_aside_with_what_is_wrong_where_and_what_was_expected()
    {
        await using var product = await StartAsync();
        var (type, list) = ("text/csv", "name\n甲\n");
        await SendAsync("no-kind", null, list);
        await SendAsync("unknown", "toys", list);
        await SendAsync("forbidden", "secret", list);
        await SendAsync("picture", "list", list, "image/png");
        await SendAsync("columns", "list", "names\n甲\n", type);
        await SendAsync("rows", "list", $"name\n{ListKind.Wrong}\n{ListKind.Wrong}\n", type);
        await SendAsync("bug", "list", $"name\n{ListKind.Bug}\n", type);
        await SendAsync("partly", "list", $"name\n甲\n{ListKind.Wrong}\n", type);
        await UntilAsync(() => product.State.Taken + product.State.Refused == 8, "all messages to be dealt with");
        (product.State.Taken, product.State.Refused).ShouldBe((1, 7));

        var refused = await RefusedAsync();
        refused.Select(r => (r.Id, r.Headers["rongtong-reason"])).ShouldBe(
        [
            ("no-kind", "queue.refused.no-kind"), ("unknown", "queue.refused.unknown-kind"), ("forbidden", "queue.refused.not-permitted"), ("picture", "queue.refused.content-type"),
            ("columns", "import.file.missing-columns"), ("rows", "queue.refused.no-row"), ("bug", "queue.refused.failed"),
        ]);
        refused[1].Headers["rongtong-expected"].ShouldBe("list, secret");
        refused[1].Headers["rongtong-what"].ShouldSatisfyAllConditions(w => w.ShouldContain("没有“toys”"), w => w.ShouldContain("no such kind of file as 'toys'"));
        refused[4].Headers["rongtong-expected"].ShouldBe("name (required)");
        refused[5].Headers["rongtong-where"].ShouldContain($"line 2, column 'name', value '{ListKind.Wrong}'");
        refused[5].Headers["rongtong-expected"].ShouldContain("a day was expected");
        refused[5].Body.ShouldBe($"name\n{ListKind.Wrong}\n{ListKind.Wrong}\n");
        // Partly good is good: its bad row is in the report of the import.
        (await StoredAsync("SELECT line::int FROM platform.import_reject r JOIN platform.import_batch b ON b.id = r.batch_id WHERE b.file_name = 'partly'")).ShouldBe(3);
        (await StoredAsync("SELECT count(*)::int FROM public.list")).ShouldBe(1);
    }

    [BrokerFact]
    public async Task A_file_published_by_MQTT_arrives()
    {
        await using var product = await StartAsync();
        await MqttSender.PublishAsync(_broker.MqttPort, "rongtong/list", "name\n甲\n"u8.ToArray());
        await UntilAsync(() => product.State.Taken == 1, "the message to be taken");
        (await StoredAsync("SELECT name FROM public.list")).ShouldBe("甲");
    }

    [BrokerFact]
    public async Task A_message_waits_in_hand_while_the_database_is_away_or_the_key_is_not_valid_and_a_stopping_host_gives_it_back()
    {
        var broken = 0;
        _kind.OnRow = async session =>
        {
            if (++broken <= 2) await StoredAsync($"SELECT pg_terminate_backend({session.Connection.ProcessID})::text");
        };
        await using (var product = await StartAsync())
        {
            await SendAsync("m-1", "list", "name\n甲\n");
            await UntilAsync(() => product.State.Missing?.Contains("database", StringComparison.Ordinal) == true, "the loss to be told");
            await UntilAsync(() => product.State.Taken == 1, "the message to be taken when the database is back");
            product.State.Missing.ShouldBeNull();
            broken.ShouldBe(3);

            await _keys.RevokeAsync(Actor.System, _key.Split('_')[1]);
            await SendAsync("m-2", "list", "name\n乙\n");
            await UntilAsync(() => product.State.Missing?.Contains("Queues:Key", StringComparison.Ordinal) == true, "the key to be missed");
        }
        (await WaitingAsync(ImportQueue.Name)).ShouldBe(1u);
        _key = await _keys.CreateAsync(Actor.System, "laboratory", ["officer"], ["3301"], TimeProvider.System.GetUtcNow().AddDays(1), "lab-1");
        await using var next = await StartAsync();
        await UntilAsync(() => next.State.Taken == 1, "the successor to take it");
        (await StoredAsync("SELECT string_agg(name, '' ORDER BY name DESC) FROM public.list")).ShouldBe("甲乙");
    }

    [BrokerFact]
    public async Task A_host_that_stops_in_the_middle_of_an_import_leaves_nothing_behind_and_the_message_in_the_queue()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _kind.OnRow = _ =>
        {
            entered.TrySetResult();
            return Task.Delay(Timeout.Infinite, _kind.Cancel);
        };
        await using (await StartAsync())
        {
            await SendAsync("m-1", "list", "name\n甲\n");
            await entered.Task.WaitAsync(Patience.Long);
        }
        (await StoredAsync("SELECT count(*)::int FROM public.list")).ShouldBe(0);
        _kind.OnRow = null;
        await using var next = await StartAsync();
        await UntilAsync(() => next.State.Taken == 1, "the successor to take it");
        (await StoredAsync("SELECT count(*)::int FROM public.list")).ShouldBe(1);
    }

    [Fact]
    public async Task A_configuration_that_cannot_work_is_named_before_the_host_serves()
    {
        foreach (var (address, key, named) in new[] { ("localhost:5672", "rtk_a_b", "Queues:Address"), ("http://localhost", "rtk_a_b", "Queues:Address"), ("amqp://localhost", "", "Queues:Key") })
        {
            using var state = new ImportQueueState();
            using var consumer = new ImportQueueConsumer(Configuration(address, key), null!, state, TimeProvider.System, NullLogger<ImportQueueConsumer>.Instance);
            (await Should.ThrowAsync<InvalidOperationException>(() => consumer.StartAsync(default))).Message.ShouldContain(named);
        }
    }

    private static IConfiguration Configuration(string address, string key) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Queues:Address"] = address, ["Queues:Key"] = key }).Build();

    private async Task<Product> StartAsync()
    {
        var imports = new ImportService(_database.Database, [_kind, new SecretKind(_kind)]);
        var take = new TakeMessage(_database.Database, imports, _keys, new TextCatalogue([typeof(PlatformSchema).Assembly]), NullLogger<TakeMessage>.Instance);
        var state = new ImportQueueState();
        var product = new Product(new ImportQueueConsumer(Configuration(_broker.Address, _key), take, state, TimeProvider.System, NullLogger<ImportQueueConsumer>.Instance), state, imports);
        await product.Consumer.StartAsync(default);
        await UntilAsync(() => state.IsConnected, "the product to be connected");
        return product;
    }

    private async Task SendAsync(string id, string? kind, string text, string? contentType = "text/csv")
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var properties = new BasicProperties { MessageId = id, ContentType = contentType, Persistent = true };
        // The two ways of naming the kind.
        if (id.EndsWith('1')) properties.Type = kind;
        else if (kind is not null) properties.Headers = new Dictionary<string, object?> { ["kind"] = kind };
        await channel.BasicPublishAsync("", ImportQueue.Name, mandatory: true, properties, Encoding.UTF8.GetBytes(text));
    }

    private async Task<IReadOnlyList<(string Id, Dictionary<string, string> Headers, string Body)>> RefusedAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        var found = new List<(string, Dictionary<string, string>, string)>();
        while (await channel.BasicGetAsync(ImportQueue.RefusedName, autoAck: true) is { } message)
            found.Add((message.BasicProperties.MessageId!, message.BasicProperties.Headers!.Where(h => h.Value is byte[]).ToDictionary(h => h.Key, h => Encoding.UTF8.GetString((byte[])h.Value!)), Encoding.UTF8.GetString(message.Body.Span)));
        return found;
    }

    /// <summary>Messages that nobody has in hand.</summary>
    private async Task<uint> WaitingAsync(string queue)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(_broker.Address) }.CreateConnectionAsync();

    private async Task<object?> StoredAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(Patience.Long);
        while (!holds())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"waited for {what}");
            await tick.WaitForNextTickAsync();
        }
    }

    private sealed record Product(ImportQueueConsumer Consumer, ImportQueueState State, ImportService Imports) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Consumer.StopAsync(default);
            Consumer.Dispose();
            State.Dispose();
        }
    }

    /// <summary>Names that are only added, never merged: whatever ran twice shows.</summary>
    private sealed class ListKind : IImportKind
    {
        public const string Wrong = "wrong";
        public const string Bug = "bug";

        public Func<Session, Task>? OnRow { get; set; }
        public CancellationToken Cancel { get; private set; }
        public string Name => "list";
        public string Permission => "outbreak.import";
        public IReadOnlyList<ImportColumn> Columns { get; } = [new("name", true)];
        public IImportSink Begin(ImportContext context) => new Sink(context, this);
        public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => session.ExecuteAsync("DELETE FROM public.list", cancel: cancel);

        private sealed class Sink(ImportContext context, ListKind kind) : IImportSink
        {
            private long _rows;

            public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
            {
                var name = row.Text("name");
                if (name == Bug) throw new InvalidOperationException("A fault of the kind.");
                if (name == Wrong) row.Reject("name", "import.expected.day");
                if (row.Rejects.Count > 0) return;
                kind.Cancel = cancel;
                if (kind.OnRow is not null) await kind.OnRow(context.Session);
                await context.Session.ExecuteAsync("INSERT INTO public.list VALUES (@name, @Organisation)", new { name, context.Session.Actor.Organisation }, cancel);
                _rows++;
            }

            public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
            {
                if (_rows > 0) await context.Session.AnnounceAsync("list", cancel);
                return new(_rows, 0, 0, []);
            }
        }
    }

    private sealed class SecretKind(ListKind like) : IImportKind
    {
        public string Name => "secret";
        public string Permission => "health.record";
        public IReadOnlyList<ImportColumn> Columns => like.Columns;
        public IImportSink Begin(ImportContext context) => like.Begin(context);
        public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => like.UndoAsync(session, batchId, cancel);
    }
}

/// <summary>One broker for all tests of the class: it takes seconds to start.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    internal TestBroker? Broker { get; private set; }

    public async Task InitializeAsync() => Broker = TestBroker.Absent is null ? await TestBroker.StartAsync() : null;

    public async Task DisposeAsync()
    {
        if (Broker is not null) await Broker.DisposeAsync();
    }
}
