using Hms.Protocol.Coordination;

namespace Hms.Domain.Barriers;

/// <summary>What moves a barrier from one phase to another.</summary>
public enum BarrierEvent
{
    /// <summary>The last participant arrived, and all are ready.</summary>
    AllReady,

    /// <summary>A participant is not ready.</summary>
    NotReady,

    /// <summary>The session of a participant has ended.</summary>
    LoseSession,

    /// <summary>The time is over.</summary>
    TimeOut,

    /// <summary>The id is used again.</summary>
    CallAgain,
}

/// <summary>Every way in which a barrier's phase may change, and no other. The diagram in <c>docs/barriers.md</c> is made from it.</summary>
public static class BarrierTable
{
    /// <summary>From, event, to.</summary>
    public static IReadOnlyList<(BarrierPhase From, BarrierEvent Event, BarrierPhase To)> Rows { get; } =
    [
        (BarrierPhase.Waiting, BarrierEvent.AllReady, BarrierPhase.Released),
        (BarrierPhase.Waiting, BarrierEvent.NotReady, BarrierPhase.Aborted),
        (BarrierPhase.Waiting, BarrierEvent.LoseSession, BarrierPhase.Aborted),
        (BarrierPhase.Waiting, BarrierEvent.TimeOut, BarrierPhase.TimedOut),
        (BarrierPhase.Released, BarrierEvent.CallAgain, BarrierPhase.Waiting),
        (BarrierPhase.Aborted, BarrierEvent.CallAgain, BarrierPhase.Waiting),
        (BarrierPhase.TimedOut, BarrierEvent.CallAgain, BarrierPhase.Waiting),
    ];

    /// <summary>The phase that follows; null where the event is not possible.</summary>
    public static BarrierPhase? Next(BarrierPhase from, BarrierEvent happened)
    {
        foreach (var row in Rows)
        {
            if (row.From == from && row.Event == happened)
            {
                return row.To;
            }
        }

        return null;
    }
}
