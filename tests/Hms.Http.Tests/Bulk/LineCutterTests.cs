using System.Buffers;
using System.Text;
using Hms.Http.Bulk;

namespace Hms.Http.Tests.Bulk;

/// <summary>However a body comes in, its lines are the same.</summary>
public sealed class LineCutterTests
{
    private const int LineMax = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Lines_do_not_depend_on_the_pieces_in_which_they_come(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var body = RandomBody(random);
            var bodyMax = random.Next(2) == 0 ? 100_000 : random.Next(1, 2_500);
            Assert.Equal(Expected(body, bodyMax), Cut(body, bodyMax, random));
        }
    }

    private static string RandomBody(Random random)
    {
        var body = new StringBuilder();
        for (var lines = random.Next(12); lines > 0; lines--)
        {
            var length = random.Next(4) switch { 0 => 0, 1 => random.Next(LineMax - 2, LineMax + 4), 2 => random.Next(600), _ => random.Next(10) };
            body.Append(random.Next(5) == 0 ? new string(" \t\r"[random.Next(3)], length) : new string((char)random.Next('a', 'd'), length));
            body.Append(random.Next(3) switch { 0 => "\r\n", 1 => "\n", _ when lines == 1 => "", _ => "\n" });
        }

        return body.ToString();
    }

    // The rules once more, in the simplest way, over the whole body.
    private static List<string> Expected(string body, int bodyMax)
    {
        var (found, counted) = (new List<string>(), 0);
        var lines = body.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var isLast = i == lines.Length - 1;
            var bytes = lines[i].Length + (isLast ? 0 : 1);
            var line = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];
            var isTooLong = line.Length > LineMax;
            var isBlank = line.Trim(' ', '\t', '\r').Length == 0;

            // A line is too long, or the body too large, whichever shows first.
            var isNamed = isTooLong && counted + Math.Min(bytes, LineMax + 2) <= bodyMax;
            if (isNamed)
            {
                found.Add("!line");
            }

            counted += isBlank ? bytes : Math.Max(bytes, 100);
            if (counted > bodyMax)
            {
                return isNamed ? found : [.. found, "!body"];
            }

            if (!isNamed && !isBlank)
            {
                found.Add(line);
            }
        }

        return found;
    }

    private static List<string> Cut(string body, int bodyMax, Random random)
    {
        var cutter = new LineCutter(LineMax, bodyMax);
        var found = new List<string>();
        var held = Array.Empty<byte>();
        for (var at = 0; !cutter.IsOver;)
        {
            var piece = random.Next(1, 200);
            held = [.. held, .. Encoding.ASCII.GetBytes(body[at..Math.Min(body.Length, at + piece)])];
            at = Math.Min(body.Length, at + piece);
            var rest = Sequence(held, random);
            while (cutter.TryTake(ref rest, at == body.Length, out var line, out var fault))
            {
                found.Add(fault is null ? Encoding.ASCII.GetString(line)
                    : fault.Message.StartsWith("the line", StringComparison.Ordinal) ? "!line" : "!body");
            }

            held = rest.ToArray();
            if (at == body.Length)
            {
                break;
            }
        }

        return found;
    }

    private static ReadOnlySequence<byte> Sequence(byte[] bytes, Random random)
    {
        var cut = random.Next(bytes.Length + 1);
        var first = new Segment(bytes.AsMemory(0, cut), 0);
        var last = new Segment(bytes.AsMemory(cut), cut);
        first.Append(last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public void Append(Segment next) => Next = next;
    }
}
