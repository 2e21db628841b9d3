namespace Hms.Bench.Load;

/// <summary>What one connection does: which request comes next, and what its answer means.</summary>
internal abstract class Worker
{
    /// <summary>No request is wanted until somebody sets an earlier time.</summary>
    public const long Never = long.MaxValue;

    /// <summary>When the next request may leave, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public long ReadyAt { get; set; }

    /// <summary>There is nothing left to do; the driver ends when this is so for all.</summary>
    public bool Finished { get; protected set; }

    /// <summary>It only serves the others: it goes on while they take their last answers, and nobody waits for it.</summary>
    public virtual bool Serves => false;

    /// <summary>The whole request, valid until the next call.</summary>
    public abstract ReadOnlySpan<byte> Request(long now);

    public abstract void Answered(in HttpAnswer answer, long sentAt, long now);
}
