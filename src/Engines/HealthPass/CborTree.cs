using System.Globalization;
using System.Text.Json;

namespace Rongtong.HealthPass;

/// <summary>Trees from JSON, to CBOR, and side by side.</summary>
internal static class CborTree
{
    public static CborNode Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => CborNode.OfText(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out var number) ? CborNode.OfInteger(number) : CborNode.OfFloat(json.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => CborNode.OfBoolean(json.GetBoolean()),
        JsonValueKind.Array => CborNode.OfArray([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => CborNode.OfMap([.. json.EnumerateObject().SelectMany(p => new[] { CborNode.OfText(p.Name), Of(p.Value) })]),
        _ => CborNode.Null,
    };

    public static byte[] Write(CborNode tree)
    {
        var output = new CborOutput();
        Write(output, tree);
        return output.Written.ToArray();
    }

    /// <summary>Where two trees first say different things; null where they say the same. Order in maps, composition of letters and spelling of times do not count.</summary>
    public static string? Difference(CborNode a, CborNode b, string path)
    {
        if (a.Kind == CborKind.Map && b.Kind == CborKind.Map)
        {
            if (a.Items.Length != b.Items.Length) return $"at {path}/: {a.Items.Length / 2} and {b.Items.Length / 2} keys";
            for (var i = 0; i + 1 < a.Items.Length; i += 2)
            {
                var key = a.Items[i];
                var name = key.Kind == CborKind.Text ? key.Text : key.Integer.ToString(CultureInfo.InvariantCulture);
                if ((key.Kind == CborKind.Text ? b[key.Text] : b[key.Integer]) is not { } other) return $"at {path}/{name}: the one has it, the other not";
                if (Difference(a.Items[i + 1], other, $"{path}/{name}") is { } inside) return inside;
            }
            return null;
        }
        if (a.Kind == CborKind.Array && b.Kind == CborKind.Array)
        {
            return a.Items.Length != b.Items.Length
                ? $"at {path}: {a.Items.Length} and {b.Items.Length} items"
                : a.Items.Zip(b.Items).Select((pair, i) => Difference(pair.First, pair.Second, $"{path}/{i}")).FirstOrDefault(d => d is not null);
        }
        return IsSame(a, b) ? null : $"at {path}: '{Show(a)}' and '{Show(b)}'";
    }

    private static bool IsSame(CborNode a, CborNode b)
    {
        if (IsNumber(a) && IsNumber(b)) return Number(a) == Number(b);
        if (a.Kind != b.Kind) return Instant(a) is { } one && Instant(b) == one;
        return a.Kind switch
        {
            CborKind.Text => a.Text.Normalize() == b.Text.Normalize() || Instant(a) is { } one && Instant(b) == one,
            CborKind.Bytes => a.Bytes.Span.SequenceEqual(b.Bytes.Span),
            CborKind.Boolean => a.Integer == b.Integer,
            _ => a.Kind == CborKind.Null,
        };
    }

    private static bool IsNumber(CborNode node) => node.Kind is CborKind.Integer or CborKind.Float;

    private static double Number(CborNode node) => node.Kind == CborKind.Integer ? node.Integer : node.Float;

    /// <summary>Whole seconds of a text or number that is a time; a bare date is its midnight.</summary>
    private static long? Instant(CborNode node)
    {
        var text = node.Kind switch { CborKind.Text => node.Text, CborKind.Integer => CertificateSchema.InstantText(node), _ => "" };
        return text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeSeconds() : null;
    }

    private static string Show(CborNode node) => node.Kind switch
    {
        CborKind.Text => node.Text,
        CborKind.Integer => node.Integer.ToString(CultureInfo.InvariantCulture),
        _ => node.Kind.ToString(),
    };

    private static void Write(CborOutput output, CborNode node)
    {
        switch (node.Kind)
        {
            case CborKind.Text:
                output.Text(node.Text);
                break;
            case CborKind.Integer:
                output.Integer(node.Integer);
                break;
            case CborKind.Float:
                output.Float(node.Float);
                break;
            case CborKind.Boolean:
                output.Boolean(node.Integer != 0);
                break;
            case CborKind.Bytes:
                output.Bytes(node.Bytes.Span);
                break;
            case CborKind.Array:
                output.Array(node.Items.Length);
                foreach (var item in node.Items) Write(output, item);
                break;
            case CborKind.Map:
                output.Map(node.Items.Length / 2);
                foreach (var item in node.Items) Write(output, item);
                break;
            default:
                output.Null();
                break;
        }
    }
}
