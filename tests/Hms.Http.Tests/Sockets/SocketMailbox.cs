using System.Collections.Concurrent;
using System.Text;

namespace Hms.Http.Tests.Sockets;

/// <summary>A mailbox in memory that keeps to the rules, and counts how many messages are out.</summary>
internal sealed class SocketMailbox : IMailbox
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, byte[]> _ready = [];
    private readonly Dictionary<string, (long Sequence, byte[] Message)> _leased = [];
    private readonly List<TaskCompletionSource> _waiting = [];
    private long _sequences;
    private int _receipts;

    public int OutMax { get; private set; }

    public ConcurrentQueue<ReceiveRequest> Asked { get; } = new();

    public ConcurrentQueue<string> Acked { get; } = new();

    public ConcurrentQueue<NackRequest> Nacked { get; } = new();

    public ConcurrentQueue<(IReadOnlyList<string> Receipts, TimeSpan Lease)> Extended { get; } = new();

    public ConcurrentQueue<string> Returned { get; } = new();

    public ConcurrentQueue<IReadOnlyList<string>> Watched { get; } = new();

    /// <summary>What every receive fails with; null where none does.</summary>
    public Fault? Trouble { get; set; }

    /// <summary>What every ack fails with; null where none does.</summary>
    public Fault? AckTrouble { get; set; }

    /// <summary>What every ack waits for.</summary>
    public Task AckPause { get; set; } = Task.CompletedTask;

    public int Out
    {
        get
        {
            lock (_gate)
            {
                return _leased.Count;
            }
        }
    }

    public int Ready
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>The mailbox of a front, with messages in it.</summary>
    public static SocketMailbox On(TestFront front, int count, int bytes = 0)
    {
        var mailbox = new SocketMailbox();
        mailbox.Put(count, bytes);
        front.Fabric.OtherMailbox = mailbox;
        return mailbox;
    }

    public void Put(int count, int bytes = 0)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                var sequence = ++_sequences;
                _ready.Add(sequence, Encoding.UTF8.GetBytes($"{{ \"id\":\"m{sequence}\",\"content\":\"{new string('x', bytes)}\" }}"));
            }

            Wake();
        }
    }

    /// <summary>Ends the leases of receipts, as time or another receiver does.</summary>
    public void Lapse(params string[] receipts)
    {
        lock (_gate)
        {
            GiveBack(receipts);
        }
    }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        Asked.Enqueue(request);
        while (true)
        {
            TaskCompletionSource waiting;
            lock (_gate)
            {
                if (Trouble is not null)
                {
                    throw new FaultException(Trouble);
                }

                if (_ready.Count > 0)
                {
                    return Lease(request);
                }

                waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(waiting);
            }

            await waiting.Task.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        if (AckTrouble is not null)
        {
            throw new FaultException(AckTrouble);
        }

        var result = Settle(receipts, receipt => Acked.Enqueue(receipt));
        await AckPause;
        return result;
    }

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default)
    {
        Nacked.Enqueue(request);
        lock (_gate)
        {
            var stale = request.Receipts.Where(receipt => !_leased.ContainsKey(receipt)).ToArray();
            GiveBack(request.Receipts, behind: true);
            return new(new AckResult(request.Receipts.Count - stale.Length, stale));
        }
    }

    public ValueTask<AckResult> ExtendAsync(IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Extended.Enqueue((receipts, lease));
        lock (_gate)
        {
            var stale = receipts.Where(receipt => !_leased.ContainsKey(receipt)).ToArray();
            return new(new AckResult(receipts.Count - stale.Length, stale));
        }
    }

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            GiveBack(receipts);
            foreach (var receipt in receipts)
            {
                Returned.Enqueue(receipt);
            }

            return new(new AckResult(receipts.Count, []));
        }
    }

    public ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public async ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        Watched.Enqueue(receipts);
        while (true)
        {
            TaskCompletionSource waiting;
            lock (_gate)
            {
                var settled = receipts.Where(receipt => !_leased.ContainsKey(receipt)).ToArray();
                if (settled.Length > 0)
                {
                    return settled;
                }

                waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(waiting);
            }

            await waiting.Task.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private Delivery[] Lease(ReceiveRequest request)
    {
        var deliveries = new List<Delivery>();
        foreach (var (sequence, message) in _ready.Take(request.Max).ToArray())
        {
            var receipt = $"r{++_receipts}";
            _ready.Remove(sequence);
            _leased.Add(receipt, (sequence, message));
            deliveries.Add(new Delivery(receipt, sequence, 1, FakeFabric.Time.AddSeconds(sequence), null, null, message));
        }

        OutMax = Math.Max(OutMax, _leased.Count);
        return [.. deliveries];
    }

    private AckResult Settle(IReadOnlyList<string> receipts, Action<string> settled)
    {
        lock (_gate)
        {
            var stale = new List<string>();
            foreach (var receipt in receipts)
            {
                if (_leased.Remove(receipt))
                {
                    settled(receipt);
                }
                else
                {
                    stale.Add(receipt);
                }
            }

            Wake();
            return new AckResult(receipts.Count - stale.Count, stale);
        }
    }

    private void GiveBack(IReadOnlyList<string> receipts, bool behind = false)
    {
        foreach (var receipt in receipts)
        {
            if (_leased.Remove(receipt, out var leased))
            {
                _ready.Add(behind ? ++_sequences : leased.Sequence, leased.Message);
            }
        }

        Wake();
    }

    private void Wake()
    {
        foreach (var waiting in _waiting)
        {
            waiting.SetResult();
        }

        _waiting.Clear();
    }
}
