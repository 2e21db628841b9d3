namespace Hms.Bench.Sockets;

/// <summary>What one socket does: which frames it sends, and what those that come mean.</summary>
internal abstract class SocketWorker
{
    /// <summary>Whose socket it is.</summary>
    public abstract string Supervisor { get; }

    /// <summary>An answer is still to come.</summary>
    public abstract bool Waiting { get; }

    /// <summary>There is nothing left to send; the driver ends when this is so for all, and nothing is waited for.</summary>
    public virtual bool Finished => false;

    /// <summary>It only serves the others: it goes on while they take their last answers, and nobody waits for it.</summary>
    public virtual bool Serves => false;

    /// <summary>When it wants to send next even though nothing has come by then, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public virtual long ReadyAt => long.MaxValue;

    /// <summary>Sends what is wanted now; called after every read, and whenever another socket has been read from.</summary>
    public abstract void Fill(SocketConnection connection, long now);

    /// <summary>Takes one message; it may send at once, and is valid only during the call.</summary>
    public abstract void Received(in SocketAnswer answer, SocketConnection connection, long now);
}
