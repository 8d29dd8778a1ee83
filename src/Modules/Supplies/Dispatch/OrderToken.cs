using System.Globalization;
using System.Text;
using Rongtong.HealthPass;

namespace Rongtong.Supplies.Dispatch;

/// <summary>A consignment as the paper of the truck names it.</summary>
internal sealed record OrderLine(long Consignment, string ItemCode, long Quantity, string ToFacility);

/// <summary>
/// What the code on the paper says, readable and checkable without a network:
/// <code>
/// 1|order|supplier|carrier|plate|issued|due        seconds since 1970
/// consignment|item|quantity|receiver               one line each
/// </code>
/// as a COSE_Sign1 message of the domain "rongtong.dispatch", in hexadecimal digits, which a QR code holds densely and an address holds unchanged.
/// </summary>
internal sealed record OrderToken(long Order, string From, string Carrier, string Plate, DateTimeOffset IssuedAt, DateTimeOffset DueAt, IReadOnlyList<OrderLine> Lines)
{
    /// <summary>Longest token: what a QR code takes, less the address in front of it.</summary>
    public const int LengthMax = QrSymbol.LengthMax - 100;

    public static ReadOnlySpan<byte> Domain => "rongtong.dispatch"u8;

    public string Sign(SigningKey key)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"1|{Order}|{From}|{Carrier}|{Plate}|{IssuedAt.ToUnixTimeSeconds()}|{DueAt.ToUnixTimeSeconds()}");
        foreach (var line in Lines) text.Append(CultureInfo.InvariantCulture, $"\n{line.Consignment}|{line.ItemCode}|{line.Quantity}|{line.ToFacility}");
        return Convert.ToHexString(SignedMessage.Sign(key, Domain, Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The order, where this key signed the token; else null.</summary>
    public static OrderToken? Open(string token, ReadOnlyMemory<byte> publicKey)
    {
        if (token.Length is 0 or > LengthMax || token.Length % 2 != 0 || !token.All(char.IsAsciiHexDigit)) return null;
        if (SignedMessage.Open(publicKey.ToArray(), Domain, Convert.FromHexString(token)) is not { } payload) return null;
        // The signature is ours, so the text is in the form above.
        string[] rows = Encoding.UTF8.GetString(payload.Span).Split('\n');
        string[] head = rows[0].Split('|');
        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
        return new(Number(head[1]), head[2], head[3], head[4], DateTimeOffset.FromUnixTimeSeconds(Number(head[5])), DateTimeOffset.FromUnixTimeSeconds(Number(head[6])),
            [.. rows.Skip(1).Select(r => r.Split('|')).Select(c => new OrderLine(Number(c[0]), c[1], Number(c[2]), c[3]))]);
    }
}
