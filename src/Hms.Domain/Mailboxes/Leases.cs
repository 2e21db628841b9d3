using System.Globalization;
using System.Runtime.InteropServices;

namespace Hms.Domain.Mailboxes;

/// <summary>What became of a message's latest delivery.</summary>
internal enum LeaseStatus : byte
{
    /// <summary>A receiver holds it.</summary>
    Held,

    /// <summary>Kept for a requester that waits for it and has not taken it yet.</summary>
    Reserved,

    /// <summary>The lease ran out; its receipt holds until the message is delivered again.</summary>
    Lapsed,

    /// <summary>Given back, to be delivered after a delay.</summary>
    Delayed,

    /// <summary>Given back.</summary>
    Returned,
}

/// <summary>The latest delivery of one message.</summary>
internal struct Lease
{
    /// <summary>
    /// How often it was delivered or given back since the mailbox was last loaded; a receipt names it. 0 where a receipt from before
    /// that was extended: then those go on holding.
    /// </summary>
    public int Number;
    public LeaseStatus Status;

    /// <summary>When the lease or the delay ends, in Unix milliseconds.</summary>
    public long Until;

    public readonly bool IsOut => Status is LeaseStatus.Held or LeaseStatus.Reserved;
}

/// <summary>
/// Who holds what. Kept in memory only: after a crash a message is simply deliverable again. A receipt therefore also names the
/// activation that gave it out; one from an earlier activation holds until this one has delivered the message.
/// </summary>
/// <param name="activation">What tells this activation of the mailbox from all others.</param>
internal sealed class Leases(long activation)
{
    private readonly Dictionary<long, Lease> _leases = [];

    /// <summary>How many messages are out.</summary>
    public int Out { get; private set; }

    /// <summary>How many deliveries are remembered.</summary>
    public int Count => _leases.Count;

    /// <summary>Whether a receiver holds a message.</summary>
    public bool IsHeld(long sequence) => _leases.TryGetValue(sequence, out var lease) && lease.Status == LeaseStatus.Held;

    /// <summary>The messages that receivers hold.</summary>
    public IEnumerable<long> Held() => _leases.Where(lease => lease.Value.Status == LeaseStatus.Held).Select(lease => lease.Key);

    public bool TryGet(long sequence, out Lease lease) => _leases.TryGetValue(sequence, out lease);

    /// <summary>When the lease or delay of a sequence ends; null where it has none that runs.</summary>
    public long? DueOf(long sequence) =>
        _leases.TryGetValue(sequence, out var lease) && (lease.IsOut || lease.Status == LeaseStatus.Delayed) ? lease.Until : null;

    /// <summary>Whether a message may be delivered now, as far as its latest delivery goes.</summary>
    public bool IsFree(long sequence) =>
        !_leases.TryGetValue(sequence, out var lease) || lease.Status is LeaseStatus.Lapsed or LeaseStatus.Returned;

    /// <summary>Notes what became of a message; with <paramref name="next"/>, all receipts given out for it become stale.</summary>
    /// <returns>The number that a new receipt carries.</returns>
    public int Set(long sequence, LeaseStatus status, long until, bool next)
    {
        ref var lease = ref CollectionsMarshal.GetValueRefOrAddDefault(_leases, sequence, out var exists);
        Out -= exists && lease.IsOut ? 1 : 0;
        lease.Number += next ? 1 : 0;
        lease.Status = status;
        lease.Until = until;
        Out += lease.IsOut ? 1 : 0;
        return lease.Number;
    }

    /// <summary>Forgets a message that is done with.</summary>
    public void Remove(long sequence)
    {
        if (_leases.Remove(sequence, out var lease) && lease.IsOut)
        {
            Out--;
        }
    }

    /// <summary>What acknowledges a delivery. The tag says which message it is, wherever else its sequence occurs.</summary>
    public string Receipt(long sequence, int number, uint tag) =>
        string.Create(CultureInfo.InvariantCulture, stackalloc char[64], $"{sequence}.{activation:x}.{number}.{tag:x}");

    /// <summary>The sequence that a receipt is for, where the receipt still holds for a message of that tag.</summary>
    public bool TryRead(string receipt, out long sequence, out uint tag)
    {
        Span<Range> parts = stackalloc Range[5];
        var text = receipt.AsSpan();
        if (text.Split(parts, '.') == 4
            && long.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out sequence)
            && long.TryParse(text[parts[1]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var given)
            && int.TryParse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && uint.TryParse(text[parts[3]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out tag))
        {
            return _leases.TryGetValue(sequence, out var lease) && lease.Number > 0
                ? given == activation && number == lease.Number
                : given != activation;
        }

        sequence = 0;
        tag = 0;
        return false;
    }
}
