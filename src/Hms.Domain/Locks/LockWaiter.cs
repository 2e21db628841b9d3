using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <summary>Who waits for a lock: a caller with a ticket, known in memory as long as it says so, or a message, kept in a row.</summary>
internal sealed class LockWaiter
{
    public required LockBid Bid { get; init; }

    public required long Session { get; set; }

    /// <summary>When it came, in ticks; who came first is served first.</summary>
    public required long Since { get; init; }

    /// <summary>When it waits no longer: the ticket's end, or the message's.</summary>
    public required long Until { get; set; }

    /// <summary>The caller's ticket; 0 for a message.</summary>
    public ulong Ticket { get; init; }

    /// <summary>The number of the message's row.</summary>
    public long Row { get; init; }

    /// <summary>The message; null for a caller.</summary>
    public LockMessage? By { get; init; }

    public bool IsSameAs(LockHolder holder) => Bid.Owner == holder.Owner && Bid.Instance == holder.Instance;

    /// <summary>Writes the row of one that waits by message.</summary>
    public void Write(RowWriter row) => row
        .Text(Bid.Owner).Text(Bid.Instance ?? "").Number(Bid.LeaseMs).Number(Bid.LockDelayMs)
        .Number(Session).Number(Since).Number(Until)
        .Number((long)By!.Stamp.Id.High).Number(By.Stamp.Id.Low).Number((long)By.Priority).Text(By.CorrelationId).Text(By.Answers);

    public static LockWaiter Read(long number, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        var owner = row.Text();
        var instance = row.Text();
        return new LockWaiter
        {
            Row = number,
            Bid = new LockBid(owner, row.Number()) { Instance = instance.Length > 0 ? instance : null, LockDelayMs = row.Number() },
            Session = row.Number(),
            Since = row.Number(),
            Until = row.Number(),
            By = ReadMessage(ref row),
        };
    }

    private static LockMessage ReadMessage(ref RowReader row)
    {
        // What it came with is not asked for again: whether it is a repetition was decided when it came.
        var stamp = new Stamp(new Fingerprint((ulong)row.Number(), (uint)row.Number()), 0, null);
        var priority = (Priority)row.Number();
        return new LockMessage(stamp, row.Text(), row.Text(), priority);
    }
}
