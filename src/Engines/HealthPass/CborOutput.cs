using System.Buffers.Binary;
using System.Text;

namespace Rongtong.HealthPass;

/// <summary>Writes CBOR with shortest heads and known lengths (RFC 8949, section 4.2.1) into a buffer that is used again and again.</summary>
internal sealed class CborOutput
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public CborOutput Restart()
    {
        _length = 0;
        return this;
    }

    public void Map(int pairs) => Head(CborCursor.Map, (ulong)pairs);

    public void Array(int items) => Head(CborCursor.Array, (ulong)items);

    public void Integer(long value) => Head(value < 0 ? CborCursor.NegativeInteger : CborCursor.UnsignedInteger, (ulong)(value < 0 ? -1 - value : value));

    public void Boolean(bool value) => Room(1)[0] = (byte)(value ? 0xF5 : 0xF4);

    public void Null() => Room(1)[0] = 0xF6;

    public void Float(double value)
    {
        var room = Room(9);
        room[0] = 0xFB;
        BinaryPrimitives.WriteDoubleBigEndian(room[1..], value);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Head(CborCursor.ByteString, (ulong)bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Head(CborCursor.TextString, (ulong)length);
        Encoding.UTF8.GetBytes(text, Room(length));
    }

    private void Head(int major, ulong value)
    {
        var first = (byte)(major << 5);
        if (value < 24) Room(1)[0] = (byte)(first | (int)value);
        else if (value <= byte.MaxValue)
        {
            var room = Room(2);
            (room[0], room[1]) = ((byte)(first | 24), (byte)value);
        }
        else if (value <= ushort.MaxValue)
        {
            var room = Room(3);
            room[0] = (byte)(first | 25);
            BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)value);
        }
        else if (value <= uint.MaxValue)
        {
            var room = Room(5);
            room[0] = (byte)(first | 26);
            BinaryPrimitives.WriteUInt32BigEndian(room[1..], (uint)value);
        }
        else
        {
            var room = Room(9);
            room[0] = (byte)(first | 27);
            BinaryPrimitives.WriteUInt64BigEndian(room[1..], value);
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _length < bytes) System.Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        var room = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return room;
    }
}
