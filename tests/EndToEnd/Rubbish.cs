using System.IO.Compression;
using System.Text;

namespace Hms.EndToEnd.Tests;

/// <summary>Bodies that are nearly right, and bodies that are nothing.</summary>
internal static class Rubbish
{
    private static readonly string[] Valid =
    [
        """{"id":"m1","source":"a","destination":"b","message_type":"task_assignment","content":{"task_id":"t","task_type":"x","parameters":{},"priority":"high"},"timestamp":"2025-05-01T14:30:00Z","ttl":60000,"priority":"high","version":"1.0"}""",
        """{"id":"m2","source":"a","destination":"meta_supervisor","message_type":"supervisor_registration","content":{"supervisor_type":"x","heartbeat_interval_ms":1000},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        """{"supervisor_type":"x","roles":["r"],"capabilities":["c"],"heartbeat_interval_ms":100,"metadata":{}}""",
        """{"receipts":["1.1a.1.0","x"],"delay_ms":10,"lease_ms":10,"dead_letter":true,"reason":"r","sequences":[1,2]}""",
        """{"status":"fine","load":0.5,"metrics":{"a":1}}""",
        """{"schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1,"pattern":"^a+$"}},"required":["a"]},"category":"c"}""",
        """{"id":"f1","source":"a","destination":"topic:fuzz.a","message_type":"note","content":{"n":1},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        """{"id":"f2","source":"a","destination":"*","message_type":"note","content":[1,2],"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        """{"id":"f3","source":"a","destination":"b","message_type":"message_batch","content":[{"id":"i1","source":"a","destination":"b","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"},7],"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        $$"""{"id":"f4","source":"a","destination":"b","message_type":"compressed:note","content":"{{Packed("""{"id":"f4","source":"a","destination":"b","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""")}}","timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        """{"from":"earliest"}""",
    ];

    private static readonly string[] Splinters =
    [
        "1e999", "-1e-999", "99999999999999999999999999", "-0", "0.1e1", "null", "true", "\"\"", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"",
        "\"id\":1,\"id\":2", new string('[', 200), new string('{', 50), "\"" + new string('x', 70_000) + "\"", "\u0000", "\"HIGH\"", "{\"$ref\":\"#\"}",
        "{\"pattern\":\"(a+)+$\"}", "9007199254740993", "\"2025-13-45T99:99:99Z\"", ",", ":", "}", "]",
    ];

    /// <summary>The next one.</summary>
    public static byte[] Body(Random random) => Body(random, Valid[random.Next(Valid.Length)]);

    /// <summary>The next one made of a text that is right.</summary>
    public static byte[] Body(Random random, string valid)
    {
        var text = new StringBuilder(valid);
        switch (random.Next(5))
        {
            case 0:
                var bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                text.Length = random.Next(text.Length);
                break;
            case 2:
                text.Insert(random.Next(text.Length), Splinters[random.Next(Splinters.Length)]);
                break;
            case 3:
                ReplaceValue(text, random);
                break;
            default:
                var flipped = Encoding.UTF8.GetBytes(text.ToString());
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Puts something else where a member's value stood: still JSON more often than not.</summary>
    private static void ReplaceValue(StringBuilder text, Random random)
    {
        var whole = text.ToString();
        var colons = whole.Index().Where(character => character.Item == ':').Select(character => character.Index).ToArray();
        var start = colons[random.Next(colons.Length)] + 1;
        var end = whole.AsSpan(start).IndexOfAny(",}]");
        text.Remove(start, end < 0 ? whole.Length - start : end).Insert(start, Splinters[random.Next(Splinters.Length)]);
    }

    public static string Shown(byte[] body) => Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 400)));

    private static string Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return Convert.ToBase64String(packed.ToArray());
    }
}
