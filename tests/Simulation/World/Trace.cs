using System.Globalization;

namespace Hms.Simulation.World;

/// <summary>What happened, step by step: always as one number, and where somebody is to read it also as text.</summary>
/// <param name="linesKept">How many of the last lines are kept as text.</param>
internal sealed class Trace(int linesKept)
{
    private const ulong Prime = 1_099_511_628_211;
    private readonly Queue<string> _lines = new();
    private ulong _hash = 14_695_981_039_346_656_037;

    /// <summary>Two runs are the same where this is: FNV-1a, 64 bit, over every line.</summary>
    public string Hash => _hash.ToString("x16", CultureInfo.InvariantCulture);

    public IReadOnlyCollection<string> Lines => _lines;

    public void Add(long step, long ticks, string who, string what)
    {
        Mix((ulong)step);
        Mix((ulong)ticks);
        Mix(who);
        Mix(what);
        if (linesKept > 0)
        {
            if (_lines.Count == linesKept)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{step,6} {TimeSpan.FromTicks(ticks).TotalSeconds,12:F6} {who,-10} {what}"));
        }
    }

    private void Mix(ulong number)
    {
        for (var shift = 0; shift < 64; shift += 16)
        {
            _hash = (_hash ^ ((number >> shift) & 0xFFFF)) * Prime;
        }
    }

    private void Mix(string text)
    {
        foreach (var character in text)
        {
            _hash = (_hash ^ character) * Prime;
        }
    }
}
