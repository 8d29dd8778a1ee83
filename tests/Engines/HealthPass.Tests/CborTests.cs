using System.Formats.Cbor;

namespace Rongtong.HealthPass.Tests;

/// <summary>Our reader and writer beside the framework's, which is the oracle.</summary>
public sealed class CborTests
{
    /// <summary>What ours refuses on purpose and the framework's takes.</summary>
    private static readonly string[] s_stricter = ["nested deeper", "without meaning", "out of range", "are allowed"];

    [Theory]
    [InlineData("00", "0")]
    [InlineData("1bffffffffffffffff", null)]
    [InlineData("1b7fffffffffffffff", "9223372036854775807")]
    [InlineData("3b7fffffffffffffff", "-9223372036854775808")]
    [InlineData("3b8000000000000000", null)]
    [InlineData("20", "-1")]
    [InlineData("3903e7", "-1000")]
    [InlineData("f93e00", "1.5")]
    [InlineData("fa47c35000", "100000")]
    [InlineData("fb3ff199999999999a", "1.1")]
    [InlineData("f4", "false")]
    [InlineData("f6", "null")]
    [InlineData("f0", null)]
    [InlineData("62c3bc", "ü")]
    [InlineData("61ff", null)]
    [InlineData("7f657374726561646d696e67ff", "streaming")]
    [InlineData("7f41ffff", null)]
    [InlineData("5f42010243030405ff", "0102030405")]
    [InlineData("9f0102ff", "[1 2]")]
    [InlineData("83010203", "[1 2 3]")]
    [InlineData("bf61610161629f0203ffff", "{a 1 b [2 3]}")]
    [InlineData("bf6161ff", null)]
    [InlineData("a2616101616102", null)]
    [InlineData("a201010102", null)]
    [InlineData("a20101613102", "{1 1 1 2}")]
    [InlineData("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z")]
    [InlineData("c11a514b67b0", "2013-03-21T20:04:00Z")]
    [InlineData("c1fb41d452d9ec200000", "2013-03-21T20:04:00Z")]
    [InlineData("d74401020304", "01020304")]
    [InlineData("9b7fffffffffffffff00", null)]
    [InlineData("bb4000000000000000", null)]
    [InlineData("5a7fffffff", null)]
    [InlineData("", null)]
    [InlineData("18", null)]
    [InlineData("1c", null)]
    [InlineData("ff", null)]
    [InlineData("0000", null)]
    [InlineData("818181818181818181818181818100", null)]
    public void Each_kind_of_item_is_read_or_refused(string hex, string? meaning)
    {
        var (node, fault) = CborNode.Read(Convert.FromHexString(hex));
        (node is null ? null : Show(node)).ShouldBe(meaning, fault);
        (fault is null).ShouldBe(meaning is not null);
    }

    [Fact]
    public void Of_a_hundred_thousand_spoiled_payloads_ours_accepts_what_the_framework_accepts_and_says_the_same()
    {
        var random = new System.Random(20200220);
        var output = new CborOutput();
        PassClaims.Write(output, World.Content(World.Colour(PassColour.Red), World.Test()));
        var sound = output.Written.ToArray();
        var accepted = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = (byte[])sound.Clone();
            for (var j = random.Next(4); j >= 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(5) == 0) bytes = bytes[random.Next(bytes.Length)..];
            var (node, fault) = CborNode.Read(bytes);
            if (fault is not null && s_stricter.Any(fault.Contains)) continue;
            var theirs = ReadByFramework(bytes);
            (node is not null).ShouldBe(theirs is not null, $"{fault} {Convert.ToHexString(bytes)}");
            if (theirs is null) continue;
            accepted++;
            // Tags become other items with us, which the table above tries one by one.
            if (!theirs.Contains("tag", StringComparison.Ordinal)) Show(node!).ShouldBe(theirs);
        }
        accepted.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void What_ours_writes_is_canonical_and_what_the_framework_writes()
    {
        long[] numbers = [0, 1, 23, 24, 255, 256, 65535, 65536, uint.MaxValue, 1L + uint.MaxValue, long.MaxValue, -1, -24, -25, -256, -257, -65537, long.MinValue];
        var (ours, theirs) = (new CborOutput(), new CborWriter(CborConformanceMode.Strict));
        ours.Array(numbers.Length + 3);
        theirs.WriteStartArray(numbers.Length + 3);
        foreach (var number in numbers)
        {
            ours.Integer(number);
            theirs.WriteInt64(number);
        }
        foreach (var length in new[] { 0, 300, 70_000 })
        {
            var text = new string('融', length);
            ours.Map(1);
            theirs.WriteStartMap(1);
            ours.Text(text);
            theirs.WriteTextString(text);
            ours.Bytes(new byte[length]);
            theirs.WriteByteString(new byte[length]);
            theirs.WriteEndMap();
        }
        theirs.WriteEndArray();
        ours.Written.SequenceEqual(theirs.Encode()).ShouldBeTrue();
    }

    private static string? ReadByFramework(byte[] bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Strict);
            var shown = Walk(reader);
            return reader.BytesRemaining == 0 ? shown : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static string Walk(CborReader reader)
    {
        var items = new List<string>();
        switch (reader.PeekState())
        {
            case CborReaderState.Tag:
                return $"tag {reader.ReadTag()} {Walk(reader)}";
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray) items.Add(Walk(reader));
                reader.ReadEndArray();
                return $"[{string.Join(' ', items)}]";
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap) items.Add(Walk(reader));
                reader.ReadEndMap();
                return $"{{{string.Join(' ', items)}}}";
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return reader.ReadTextString();
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                return Convert.ToHexString(reader.ReadByteString());
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return reader.ReadInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
            case CborReaderState.Boolean:
                return reader.ReadBoolean() ? "true" : "false";
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble().ToString(System.Globalization.CultureInfo.InvariantCulture);
            default:
                reader.SkipValue();
                return "null";
        }
    }

    private static string Show(CborNode node) => node.Kind switch
    {
        CborKind.Integer => node.Integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
        CborKind.Float => node.Float.ToString(System.Globalization.CultureInfo.InvariantCulture),
        CborKind.Text => node.Text,
        CborKind.Bytes => Convert.ToHexString(node.Bytes.Span),
        CborKind.Boolean => node.Integer != 0 ? "true" : "false",
        CborKind.Array => $"[{string.Join(' ', node.Items.Select(Show))}]",
        CborKind.Map => $"{{{string.Join(' ', node.Items.Select(Show))}}}",
        _ => "null",
    };
}
