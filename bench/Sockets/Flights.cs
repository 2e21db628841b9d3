namespace Hms.Bench.Sockets;

/// <summary>The frames of one socket that are not answered yet: each has a number of its own, and the time it left.</summary>
/// <remarks>Answers may come in any order; as a number has always eight digits, it can be patched into a rendered frame.</remarks>
internal sealed class Flights(int max = int.MaxValue)
{
    private const int Slots = 1 << 14;
    private readonly long[] leftAt = new long[Slots];
    private int next = FirstSeq;

    public static int FirstSeq => 10_000_000;

    public int Count { get; private set; }

    /// <summary>Whether one more may leave; also false while the answer to one long ago is missing.</summary>
    public bool MayStart => Count < max && leftAt[next % Slots] == 0;

    /// <summary>The number of the frame that leaves now.</summary>
    public int Start(long now)
    {
        Count++;
        leftAt[next % Slots] = now;
        return next++;
    }

    /// <summary>Ends the one that was answered; false for a number that is not under way.</summary>
    public bool TryEnd(int seq, out long began)
    {
        began = 0;
        if (seq < FirstSeq || seq >= next || seq < next - Slots)
            return false;
        began = leftAt[seq % Slots];
        leftAt[seq % Slots] = 0;
        Count -= began == 0 ? 0 : 1;
        return began != 0;
    }
}
