using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Rongtong.Platform.Tests.Queues;

/// <summary>As much of MQTT 3.1.1 as a meter's gateway speaks: CONNECT, one PUBLISH of QoS 1, DISCONNECT.</summary>
internal static class MqttSender
{
    private const byte Connect = 0x10, ConnectAcknowledged = 0x20, PublishOnce = 0x32, PublishAcknowledged = 0x40, Disconnect = 0xE0;

    /// <summary>Publishes and returns when the broker has taken responsibility for the message.</summary>
    public static async Task PublishAsync(int port, string topic, byte[] body)
    {
        using var line = new TcpClient();
        await line.ConnectAsync("127.0.0.1", port);
        await using var stream = line.GetStream();
        // Protocol MQTT, level 4, clean session with user name and password, keep alive 60 s.
        await SendAsync(stream, Connect, [.. Field("MQTT"), 4, 0b1100_0010, 0, 60, .. Field("gateway"), .. Field("guest"), .. Field("guest")]);
        await ExpectAsync(stream, ConnectAcknowledged, [0, 0]);
        await SendAsync(stream, PublishOnce, [.. Field(topic), 0, 1, .. body]);
        await ExpectAsync(stream, PublishAcknowledged, [0, 1]);
        await SendAsync(stream, Disconnect, []);
    }

    private static byte[] Field(string text)
    {
        var field = new byte[2 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)(field.Length - 2));
        Encoding.UTF8.GetBytes(text, field.AsSpan(2));
        return field;
    }

    private static async Task SendAsync(NetworkStream stream, byte kind, byte[] content)
    {
        var head = new List<byte> { kind };
        var rest = content.Length;
        do
        {
            head.Add((byte)(rest % 128 | (rest > 127 ? 128 : 0)));
            rest /= 128;
        }
        while (rest > 0);
        await stream.WriteAsync((byte[])[.. head, .. content]);
    }

    private static async Task ExpectAsync(NetworkStream stream, byte kind, byte[] content)
    {
        var packet = new byte[4];
        await stream.ReadExactlyAsync(packet);
        packet.ShouldBe([kind, 2, .. content]);
    }
}
