using System.Security.Cryptography;

namespace Rongtong.HealthPass;

/// <summary>
/// A COSE_Sign1 message (RFC 9052): an array of protected header, unprotected header, payload, signature; with tag 18, with tags 61 and 18, or
/// without. What is signed is ["Signature1", protected, domain (empty for passes), payload]; nothing of the unprotected header is.
/// </summary>
internal sealed record CoseSign1(ReadOnlyMemory<byte> Protected, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature, long? Algorithm, ReadOnlyMemory<byte>? KeyId)
{
    public const long Es256 = -7;
    public const long Ps256 = -37;
    public const long Rs256 = -257;
    public const long AlgorithmLabel = 1;
    public const long KeyIdLabel = 4;

    private const ulong CwtTag = 61;
    private const ulong Sign1Tag = 18;

    /// <summary>Array of four, then the text "Signature1" of ten characters.</summary>
    private static readonly byte[] s_context = [0x84, 0x6A, .. "Signature1"u8];

    /// <summary>The message, or why the bytes are none.</summary>
    public static (CoseSign1? Message, string? Fault) Parse(ReadOnlyMemory<byte> bytes)
    {
        var cursor = new CborCursor(bytes);
        for (var tags = 0; cursor.Peek() == CborCursor.Tag; tags++)
        {
            if (cursor.ReadTag() is var tag && (tags == 2 || tag is not (CwtTag or Sign1Tag))) return (null, $"tag {tag} where COSE_Sign1 has 18 (or 61 and 18).");
        }
        var length = cursor.ReadArrayHead();
        if (cursor.Fault is null && length is not (4 or -1)) return (null, $"an array of {length} where COSE_Sign1 has four.");
        var protectedHeader = cursor.ReadBytes();
        var (algorithm, keyId) = ReadHeader(ref cursor);
        var payload = cursor.ReadBytes();
        var signature = cursor.ReadBytes();
        if (length == -1 && cursor.HasNext(-1, 4)) return (null, "an array of more than four where COSE_Sign1 has four.");
        cursor.ExpectEnd();
        if (cursor.Fault is null && protectedHeader.Length > 0)
        {
            // The protected header wins: the other can be changed by whoever carries the token.
            cursor = new CborCursor(protectedHeader);
            var (signedAlgorithm, signedKeyId) = ReadHeader(ref cursor);
            cursor.ExpectEnd();
            (algorithm, keyId) = (signedAlgorithm ?? algorithm, signedKeyId ?? keyId);
        }
        return cursor.Fault is { } fault ? (null, "not a COSE_Sign1 message: " + fault) : (new(protectedHeader, payload, signature, algorithm, keyId), null);
    }

    /// <summary>Whether the key signed this message. Whatever the algorithm named, a key is used only as its own type allows.</summary>
    /// <param name="key">The public key.</param>
    /// <param name="domain">External data that was signed along without being in the message; none for passes.</param>
    public bool IsSignedBy(VerificationKey key, ReadOnlySpan<byte> domain = default)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashToSign(Protected.Span, domain, Payload.Span, hash);
        return key.Verify(Algorithm, hash, Signature.Span);
    }

    /// <summary>The message as bytes with tag 18, algorithm and key id in the protected header.</summary>
    public static byte[] Sign(SigningKey key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> domain = default)
    {
        // d2 84 | 58 nn protected | a0 | 59 nn nn payload | 58 40 signature
        var protectedHeader = key.ProtectedHeader;
        var message = new byte[2 + HeadLength(protectedHeader.Length) + protectedHeader.Length + 1 + HeadLength(payload.Length) + payload.Length + 2 + SigningKey.SignatureBytes];
        message[0] = 0xD2;
        message[1] = 0x84;
        var at = 2 + WriteBytes(protectedHeader, message.AsSpan(2));
        message[at++] = 0xA0;
        at += WriteBytes(payload, message.AsSpan(at));
        message[at++] = 0x58;
        message[at++] = SigningKey.SignatureBytes;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashToSign(protectedHeader, domain, payload, hash);
        key.Sign(hash, message.AsSpan(at));
        return message;
    }

    private static void HashToSign(ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> payload, Span<byte> hash)
    {
        var length = s_context.Length + HeadLength(protectedHeader.Length) + protectedHeader.Length + HeadLength(domain.Length) + domain.Length + HeadLength(payload.Length) + payload.Length;
        var structure = length <= 2048 ? stackalloc byte[length] : new byte[length];
        s_context.CopyTo(structure);
        var at = s_context.Length;
        at += WriteBytes(protectedHeader, structure[at..]);
        at += WriteBytes(domain, structure[at..]);
        WriteBytes(payload, structure[at..]);
        SHA256.HashData(structure, hash);
    }

    private static int HeadLength(int length) => length < 24 ? 1 : length < 256 ? 2 : length < 65536 ? 3 : 5;

    private static int WriteBytes(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        var head = HeadLength(bytes.Length);
        if (head == 1) to[0] = (byte)(0x40 | bytes.Length);
        else
        {
            to[0] = (byte)(head switch { 2 => 0x58, 3 => 0x59, _ => 0x5A });
            for (var i = 1; i < head; i++) to[i] = (byte)(bytes.Length >> (8 * (head - 1 - i)) & 0xFF);
        }
        bytes.CopyTo(to[head..]);
        return head + bytes.Length;
    }

    private static (long? Algorithm, ReadOnlyMemory<byte>? KeyId) ReadHeader(ref CborCursor cursor)
    {
        long? algorithm = null;
        ReadOnlyMemory<byte>? keyId = null;
        var length = cursor.ReadMapHead();
        for (var read = 0; cursor.HasNext(length, read); read++)
        {
            var label = cursor.ReadNode();
            if (label is { Kind: CborKind.Integer, Integer: AlgorithmLabel } && cursor.Peek() == CborCursor.NegativeInteger) algorithm = cursor.ReadInteger();
            else if (label is { Kind: CborKind.Integer, Integer: KeyIdLabel } && cursor.Peek() == CborCursor.ByteString) keyId = cursor.ReadBytes();
            else cursor.Skip();
        }
        return (algorithm, keyId);
    }
}
