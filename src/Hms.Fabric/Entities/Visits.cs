namespace Hms.Fabric.Entities;

/// <summary>
/// Counts the calls that are inside an entity but not yet in its host, since they ask somebody else first. It may not leave the memory
/// meanwhile: another object would take its place, and not hear of what such a call then decides.
/// </summary>
internal sealed class Visits
{
    private int _count;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Begins one, which ends when this is disposed of.</summary>
    public Visit Begin()
    {
        Interlocked.Increment(ref _count);
        return new Visit(this);
    }

    internal readonly struct Visit(Visits visits) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref visits._count);
    }
}
