using System.Text;

namespace Rongtong.Allocation.Files;

/// <summary>Numbers names from 0 in the order of their first appearance, looked up by their bytes.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<Name, int>.AlternateLookup<ReadOnlySpan<byte>> _ids = new Dictionary<Name, int>(new ByBytes()).GetAlternateLookup<ReadOnlySpan<byte>>();
    private readonly List<string> _names = [];
    private byte[] _lastBytes = [];
    private int _last = -1;

    public int Count => _names.Count;

    public string this[int id] => _names[id];

    public int Add(ReadOnlySpan<byte> name)
    {
        if (_ids.TryGetValue(name, out var id)) return id;
        _ids.TryAdd(name, _names.Count);
        _names.Add(Encoding.UTF8.GetString(name));
        return _names.Count - 1;
    }

    /// <summary>The number of a name, or -1. Rows of one place stand together mostly, so the last name is tried first.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        if (_last >= 0 && name.SequenceEqual(_lastBytes)) return _last;
        if (!_ids.TryGetValue(name, out var id)) return -1;
        (_last, _lastBytes) = (id, name.ToArray());
        return id;
    }

    private readonly record struct Name(byte[] Bytes);

    private sealed class ByBytes : IEqualityComparer<Name>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Name>
    {
        public Name Create(ReadOnlySpan<byte> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<byte> alternate, Name other) => alternate.SequenceEqual(other.Bytes);

        public bool Equals(Name x, Name y) => x.Bytes.AsSpan().SequenceEqual(y.Bytes);

        public int GetHashCode(Name obj) => GetHashCode(obj.Bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
