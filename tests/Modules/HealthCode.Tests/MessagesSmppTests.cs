using System.Text;
using System.Threading.Channels;
using FsCheck;
using FsCheck.Fluent;
using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.Messages.Smpp;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

public sealed class MessagesSmppTests : IAsyncLifetime
{
    private SmppTestServer _centre = null!;
    private readonly Channel<SmppMessage> _received = Channel.CreateUnbounded<SmppMessage>();

    public Task InitializeAsync()
    {
        _centre = SmppTestServer.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _centre.DisposeAsync();

    [Fact]
    public async Task The_client_binds_as_a_transceiver_of_version_3_4_and_unbinds()
    {
        await using (await BindAsync()) (await NextAsync(_centre.Binds)).ShouldBe(("rongtong", "secret", (byte)0x34));
        _centre.HasUnbound.ShouldBeTrue();
    }

    [Fact]
    public async Task A_refused_bind_says_what_to_check()
    {
        _centre.BindStatus = 0x0E;
        (await Should.ThrowAsync<SmppException>(BindAsync())).Message.ShouldContain("Password");
    }

    [Fact]
    public async Task A_short_Chinese_message_goes_as_UCS2()
    {
        await using var line = await BindAsync();
        (await SubmitAsync(line, "打卡成功")).ShouldStartWith("ref-");
        var message = await NextAsync(_centre.Messages);
        (message.From, message.To, message.EsmClass, message.Coding).ShouldBe(("10690000", "13800001234", (byte)0, (byte)8));
        message.Content.ShouldBe([0x62, 0x53, 0x53, 0x61, 0x62, 0x10, 0x52, 0x9F]);
    }

    [Fact]
    public async Task A_plain_message_goes_in_one_byte_a_character()
    {
        await using var line = await BindAsync();
        await SubmitAsync(line, "OK 36.5");
        var message = await NextAsync(_centre.Messages);
        (message.Coding, Encoding.ASCII.GetString(message.Content)).ShouldBe(((byte)0, "OK 36.5"));
    }

    [Fact]
    public async Task A_long_message_goes_in_parts_that_a_telephone_joins()
    {
        await using var line = await BindAsync();
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"湖{i}"));
        await SubmitAsync(line, text);
        var joined = new StringBuilder();
        for (var part = 1; part <= 3; part++)
        {
            var message = await NextAsync(_centre.Messages);
            message.EsmClass.ShouldBe((byte)0x40);
            // 3GPP TS 23.040 9.2.3.24.1: header length, element 0, its length, reference, parts, number of this part.
            message.Content[..6].ShouldBe([5, 0, 3, 7, 3, (byte)part]);
            message.Content.Length.ShouldBeLessThanOrEqualTo(140);
            joined.Append(Encoding.BigEndianUnicode.GetString(message.Content.AsSpan(6)));
        }
        joined.ToString().ShouldBe(text);
    }

    [Fact]
    public async Task A_long_message_goes_whole_where_the_centre_wants_it_so()
    {
        await using var line = await BindAsync();
        var text = new string('省', 200);
        foreach (var message in SmppMessage.For("10690000", "13800001234", text, LongMessages.Payload, 7)) await line.SubmitAsync(message, default);
        var sent = await NextAsync(_centre.Messages);
        sent.Content.ShouldBeEmpty();
        Encoding.BigEndianUnicode.GetString(sent.Payload!).ShouldBe(text);
    }

    [Fact]
    public void No_part_splits_a_character_and_all_parts_make_the_text()
    {
        var character = Gen.Elements("省", "a", "😷", "é", "1");
        Check.QuickThrowOnFailure(Prop.ForAll((from n in Gen.Choose(0, 600) from c in character.ArrayOf(n) select string.Concat(c)).ToArbitrary(), text =>
        {
            var parts = SmppMessage.For("1", "2", text, LongMessages.Segments, 1);
            string.Concat(parts.Select(p => p.Text())).ShouldBe(text);
            parts.ShouldAllBe(p => p.Content.Length <= 160 && !p.Text().Contains('\uFFFD'));
            parts.Select(p => SmppMessage.Read(p.ToBody())).ShouldAllBe(p => p.From == "1" && p.To == "2");
        }));
    }

    [Theory]
    [InlineData(8, "打卡 36.5")]
    [InlineData(15, "打卡 36.5")]
    [InlineData(0, "CXMYD#1234")]
    public async Task A_delivered_message_is_read_in_its_coding_and_answered(byte coding, string text)
    {
        await using var line = await BindAsync();
        var content = coding switch
        {
            8 => Encoding.BigEndianUnicode.GetBytes(text),
            15 => CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(text),
            _ => Encoding.ASCII.GetBytes(text),
        };
        (await _centre.DeliverAsync("8613800001234", content, coding)).ShouldBe(0u);
        var message = await NextAsync(_received);
        (message.From, message.Text()).ShouldBe(("+8613800001234", text));
    }

    [Fact]
    public async Task What_we_could_not_keep_the_centre_is_asked_to_deliver_again()
    {
        await using var line = await BindAsync((_, _) => Task.FromResult(false));
        (await _centre.DeliverAsync("8613800001234", "x"u8.ToArray(), 0)).ShouldBe(0x64u);
    }

    [Fact]
    public async Task A_receipt_is_answered_and_is_no_message()
    {
        await using var line = await BindAsync();
        (await _centre.DeliverAsync("8613800001234", "id:1 stat:DELIVRD"u8.ToArray(), 0, esmClass: 0x04)).ShouldBe(0u);
        _received.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_client_says_that_it_lives_and_asks_the_centre()
    {
        await using var line = await BindAsync(options: Options with { EnquireEvery = TimeSpan.FromMilliseconds(50) });
        (await _centre.EnquireAsync()).ShouldBe(0u);
        await NextAsync(_centre.Enquiries);
    }

    [Fact]
    public async Task A_line_whose_other_end_is_dead_is_closed()
    {
        _centre.AnswersEnquiries = false;
        await using var line = await BindAsync(options: Options with { EnquireEvery = TimeSpan.FromMilliseconds(20), AnswerWithin = TimeSpan.FromSeconds(3) });
        await line.Ended.WaitAsync(Patience.Long);
        await Should.ThrowAsync<IOException>(SubmitAsync(line, "x"));
    }

    [Fact]
    public async Task Whoever_waits_when_the_line_is_cut_is_told()
    {
        await using var line = await BindAsync();
        await NextAsync(_centre.Binds);
        _centre.Cut();
        await line.Ended.WaitAsync(Patience.Long);
        await Should.ThrowAsync<IOException>(SubmitAsync(line, "x"));
    }

    [Theory]
    [InlineData("0000000F0000001500000000000000AA")]
    [InlineData("FFFFFFFF0000001500000000000000AA")]
    [InlineData("485454502F312E3120343030204261640D0A")]
    public async Task What_is_no_SMPP_ends_the_line_and_nothing_else(string hex)
    {
        await using var line = await BindAsync();
        await _centre.SendRawAsync(Convert.FromHexString(hex));
        await line.Ended.WaitAsync(Patience.Long);
    }

    [Fact]
    public void No_body_breaks_the_reader()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), body =>
        {
            try
            {
                _ = SmppMessage.Read(body).Text();
            }
            catch (SmppException)
            {
                // Said so, which is what is asked for.
            }
        }));
    }

    [Fact]
    public async Task A_resident_asks_by_SMPP_and_is_answered_also_after_the_line_was_cut()
    {
        await using var host = await TravelHost.StartAsync(("Sms:Gateway", "smpp"), ("Sms:Smpp:Host", "127.0.0.1"), ("Sms:Smpp:Port", _centre.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("Sms:Smpp:SystemId", "rongtong"), ("Sms:Smpp:Password", "secret"), ("Sms:Smpp:From", "10690000"));
        host.WithRisk("420106", RiskTier.High);
        await host.AddStayAsync(await host.AddPersonAsync(), "420106", 3, 2);
        for (var round = 0; round < 2; round++)
        {
            await NextAsync(_centre.Binds);
            (await _centre.DeliverAsync("86" + TravelHost.Phone, Encoding.ASCII.GetBytes($"cxmyd {TravelHost.LastFour()}"), 0)).ShouldBe(0u);
            var first = await NextAsync(_centre.Messages);
            first.To.ShouldBe(TravelHost.Phone);
            var text = Encoding.BigEndianUnicode.GetString(first.EsmClass == 0x40 ? first.Content.AsSpan(6) : first.Content);
            if (first.EsmClass == 0x40)
            {
                for (var part = 2; part <= first.Content[4]; part++) text += Encoding.BigEndianUnicode.GetString((await NextAsync(_centre.Messages)).Content.AsSpan(6));
            }
            text.ShouldContain("湖北省武汉市武昌区*");
            _centre.Cut();
        }
    }

    private SmppOptions Options => new("127.0.0.1", _centre.Port, "rongtong", "secret", "", "10690000", UseTls: false, LongMessages.Segments);

    private Task<SmppConnection> BindAsync(Func<SmppMessage, CancellationToken, Task<bool>>? deliver = null, SmppOptions? options = null) =>
        SmppConnection.BindAsync(options ?? Options, deliver ?? ((message, _) => Task.FromResult(_received.Writer.TryWrite(message))), default).WaitAsync(Patience.Long);

    private static async Task<string> SubmitAsync(SmppConnection line, string text)
    {
        var reference = "";
        foreach (var message in SmppMessage.For("10690000", "13800001234", text, LongMessages.Segments, 7)) reference = (await line.SubmitAsync(message, default)).Reference;
        return reference;
    }

    private static Task<T> NextAsync<T>(Channel<T> channel) => channel.Reader.ReadAsync().AsTask().WaitAsync(Patience.Long);
}
