using System.Collections.Concurrent;
using System.Globalization;

namespace Hms.Http.Tests.Events;

/// <summary>Makes a fake mailbox behave: what is put in is delivered once, held until it is settled, and counted.</summary>
internal sealed class LiveMailbox
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _ready = new();
    private readonly HashSet<string> _held = [];
    private readonly FakeMailbox _mailbox;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;

    public LiveMailbox(FakeMailbox mailbox)
    {
        _mailbox = mailbox;
        mailbox.OnReceive = ReceiveAsync;
        mailbox.OnAwaitSettled = (receipts, wait, cancellationToken) => SettledAsync(receipts, wait, cancellationToken);
    }

    /// <summary>Most messages that were held at once.</summary>
    public int MostHeld { get; private set; }

    /// <summary>Every request for messages.</summary>
    public ConcurrentQueue<ReceiveRequest> Asked { get; } = new();

    public static Delivery Delivery(long sequence, ReadOnlyMemory<byte> message) => new(
        $"r{sequence.ToString(CultureInfo.InvariantCulture)}", sequence, 1, FakeFabric.Time.AddSeconds(30), null, null, message);

    public void Put(params IEnumerable<string> messages)
    {
        lock (_gate)
        {
            foreach (var message in messages)
            {
                _ready.Enqueue(System.Text.Encoding.UTF8.GetBytes(message));
            }
        }

        Changed();
    }

    /// <summary>Acknowledges, or otherwise ends the holding.</summary>
    public void Settle(params IEnumerable<string> receipts)
    {
        lock (_gate)
        {
            _held.ExceptWith(receipts);
        }

        Changed();
    }

    private async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var request = _mailbox.Received!;
        Asked.Enqueue(request);
        return await WhenAsync(request.Wait, () => Take(request), cancellationToken);
    }

    private ValueTask<IReadOnlyList<string>> SettledAsync(IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken) =>
        WhenAsync<string>(wait, () => [.. receipts.Where(receipt => !_held.Contains(receipt))], cancellationToken);

    private List<Delivery> Take(ReceiveRequest request)
    {
        var taken = new List<Delivery>();
        while (taken.Count < request.Max && _ready.TryDequeue(out var message))
        {
            var delivery = Delivery(++_sequence, message);
            taken.Add(delivery);
            _held.Add(request.AutoAck ? "" : delivery.Receipt);
        }

        _held.Remove("");
        MostHeld = Math.Max(MostHeld, _held.Count);
        return taken;
    }

    // Waits for ever where it waits at all: no test here lets the time run out.
    private async ValueTask<IReadOnlyList<T>> WhenAsync<T>(TimeSpan wait, Func<IReadOnlyList<T>> find, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (_gate)
            {
                var found = find();
                if (found.Count > 0 || wait == TimeSpan.Zero)
                {
                    return found;
                }

                change = _change.Task;
            }

            await change.WaitAsync(TestFront.Patience, cancellationToken);
        }
    }

    private void Changed()
    {
        TaskCompletionSource change;
        lock (_gate)
        {
            (change, _change) = (_change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        change.SetResult();
    }
}
