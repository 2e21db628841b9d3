namespace Hms.Simulation.World;

/// <summary>All the chance there is in a run. Its own arithmetic (SplitMix64), so that a seed means the same on every runtime.</summary>
internal sealed class Dice(long seed)
{
    private ulong _state = (ulong)seed;

    public bool Chance(double probability) => probability > 0 && (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    public int Between(int from, int to) => from + Below(to - from + 1);

    public T Pick<T>(IReadOnlyList<T> of) => of[Below(of.Count)];

    /// <summary>A time up to a longest one, of which short ones are much more likely than long ones.</summary>
    public TimeSpan Delay(TimeSpan longest)
    {
        var share = (Next() >> 11) * (1.0 / (1UL << 53));
        return longest * (share * share * share);
    }

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next());
        return new Guid(bytes);
    }

    private ulong Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
