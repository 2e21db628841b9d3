namespace Hms.Bench.Load;

/// <summary>Every answer that should not have been: all are counted, the first few are kept to be shown.</summary>
internal sealed class Failures
{
    private const int Kept = 5;
    private readonly List<string> samples = [];

    public long Count { get; private set; }

    public IReadOnlyList<string> Samples => samples;

    public void Add(string what)
    {
        Count++;
        if (samples.Count < Kept)
            samples.Add(what);
    }
}
