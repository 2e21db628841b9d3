using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Locks;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>One lock: the machine in its host, those who wait, and the look at the session of who is next.</summary>
public sealed partial class LockEntity : ILockPort, IResident
{
    private readonly EntityHost<LockState, LockCommand, LockReply> _host;
    private readonly IEntities _entities;
    private readonly EntityServices _services;
    private readonly Signals _signals;
    private readonly Visits _visits = new();
    private readonly Errand _offer;
    private volatile Seen _heir = Seen.Nobody;
    private volatile Seen _keeper = Seen.Nobody;

    /// <summary>The lock of that name.</summary>
    public LockEntity(string name, IEntities entities, EntityServices services, LockLimits limits)
    {
        ArgumentNullException.ThrowIfNull(services);
        Name = name;
        _entities = entities;
        _services = services;
        _signals = new Signals(services.Background);
        _offer = new Errand(services.Background, OfferAsync, NotOffered);
        _host = new(EntityKey.Lock(name), services, () => new LockState(name, limits), LockMachine.Decide, new LockCommand.Wake());
        _host.Signalled += Hear;
        _host.Reset += _signals.RaiseAll;
        _host.Observed += Observe;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsKnown { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<LockStanding> AcquireAsync(
        LockBid bid, LockTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bid);
        using var visit = _visits.Begin();
        var deadline = _services.Clock.Now + wait;
        while (true)
        {
            using var waiter = ticket.Number == 0 ? null : _signals.Wait(ticket.Number);
            var session = await SessionOfAsync(bid.Owner, cancellationToken);
            if (ticket.Session > 0 && ticket.Session != session)
            {
                throw new FaultException(ErrorCode.Conflict, $"the session in which {bid.Owner} waited has ended");
            }

            var command = new LockCommand.Acquire(bid, session)
            {
                Ticket = ticket.Number,
                Since = ticket.Since,
                Head = await LookAsync(_heir, cancellationToken),
            };
            var answer = (LockReply.Answer)await _host.DecideAsync(command, cancellationToken);
            ticket = ticket with { Since = answer.Since, Session = session };
            var left = deadline - _services.Clock.Now;
            if (answer.Value.Granted || waiter is null || left <= TimeSpan.Zero || !await IsRaisedAsync(waiter, left, cancellationToken))
            {
                return new LockStanding(answer.Value, answer.Since, session);
            }

            waiter.Use();
        }
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(ulong ticket, CancellationToken cancellationToken = default)
    {
        using var visit = _visits.Begin();
        await _host.DecideAsync(new LockCommand.Leave(ticket) { Head = await LookAsync(_heir, cancellationToken) }, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<LockAnswer> RenewAsync(
        string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        using var visit = _visits.Begin();
        var command = new LockCommand.Renew(owner, fencingToken, (long)lease.TotalMilliseconds)
        {
            Holder = await LookAsync(_keeper, cancellationToken),
            Head = await LookAsync(_heir, cancellationToken),
        };
        return ((LockReply.Answer)await _host.DecideAsync(command, cancellationToken)).Value;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(
        string owner, long fencingToken, DateTimeOffset? unlessRenewed, CancellationToken cancellationToken = default)
    {
        using var visit = _visits.Begin();
        var command = new LockCommand.Release(owner, fencingToken)
        {
            UnlessRenewed = unlessRenewed?.ToUnixTimeMilliseconds(),
            Head = await LookAsync(_heir, cancellationToken),
        };
        await _host.DecideAsync(command, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CheckAsync(long fencingToken, CancellationToken cancellationToken = default)
    {
        using var visit = _visits.Begin();
        var command = new LockCommand.Check(fencingToken)
        {
            Holder = await LookAsync(_keeper, cancellationToken),
            Head = await LookAsync(_heir, cancellationToken),
        };
        return ((LockReply.Checked)await _host.DecideAsync(command, cancellationToken)).Current;
    }

    /// <inheritdoc/>
    public async ValueTask<LockRecord> DescribeAsync(CancellationToken cancellationToken = default) =>
        ((LockReply.Described)await _host.DecideAsync(new LockCommand.Describe(), cancellationToken)).Record;

    /// <inheritdoc/>
    public async ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> RequestAsync(
        LockRequest request, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(message);
        using var visit = _visits.Begin();
        var by = new LockMessage(Stamps.Of(message), message.CorrelationId ?? Name, message.CorrelationId ?? message.Id, message.Priority, isAsked);
        LockCommand command = request.Action switch
        {
            LockAction.Acquire => new LockCommand.Acquire(request.Bid, await SessionOfAsync(message.Source, cancellationToken))
            {
                By = by,
                WaitMs = request.WaitMs,
            },
            LockAction.Renew => new LockCommand.Renew(message.Source, request.FencingToken, request.Bid.LeaseMs) { By = by },
            LockAction.Release => new LockCommand.Release(message.Source, request.FencingToken) { By = by },
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Action, "no such action"),
        };
        var reply = await _host.DecideAsync(
            command with { Holder = await LookAsync(_keeper, cancellationToken), Head = await LookAsync(_heir, cancellationToken) },
            cancellationToken);
        return reply switch
        {
            LockReply.Told told => (new Moved(true, told.IsDuplicate, told.FirstId), told.Message),
            LockReply.Repeated repeated => (new Moved(true, true, repeated.FirstId), default),
            _ => (Moved.Now, default),
        };
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var said = OutboxMessage.Decode(delivery.Payload) as OutboxMessage.SessionEnded
            ?? throw new InvalidOperationException("a lock takes nothing but the end of sessions");
        await _host.DecideAsync(new LockCommand.EndSession(said.Supervisor, said.UpTo), cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _signals.IsEmpty && _visits.IsEmpty && _host.TryPassivate();

    /// <summary>The number of the owner's session; 0 where it is not registered, and so has none.</summary>
    private async ValueTask<long> SessionOfAsync(string owner, CancellationToken cancellationToken)
    {
        var view = await _entities.ViewSessionAsync(owner, cancellationToken);
        return view.Number == 0 || view.IsAlive
            ? view.Number
            : throw new FaultException(ErrorCode.Conflict, $"the session of {owner} has ended: it must register again");
    }

    /// <summary>
    /// Looks at a session beforehand: of who is next, so that the lock can pass on in the decision that frees it; of the holder, so that nobody
    /// relies on one that has ended.
    /// </summary>
    private ValueTask<SessionView?> LookAsync(Seen whom, CancellationToken cancellationToken)
    {
        return whom.Session is { } session ? ViewAsync(session) : new ValueTask<SessionView?>((SessionView?)null);

        async ValueTask<SessionView?> ViewAsync(SessionView known)
        {
            var view = await _entities.ViewSessionAsync(known.Supervisor, cancellationToken);

            // Whoever is not registered any more says of no other session than this one that it has ended.
            return view.Number == 0 ? known with { IsAlive = false } : view;
        }
    }

    private void Observe(LockState? state)
    {
        IsKnown = state is { IsKnown: true };
        if (state?.Heir != _heir.Session)
        {
            _heir = new Seen(state?.Heir);
        }

        if (state?.Keeper != _keeper.Session)
        {
            _keeper = new Seen(state?.Keeper);
        }
    }

    private void Hear(ulong signal)
    {
        if (signal != LockState.OfferSignal)
        {
            _signals.Raise(signal);
        }
        else
        {
            _offer.Ask();
        }
    }

    /// <summary>The lock is free, and kept for who is next: its session is looked at, and the lock told what was found.</summary>
    private async Task OfferAsync()
    {
        using var visit = _visits.Begin();
        if (await LookAsync(_heir, CancellationToken.None) is { } view)
        {
            await _host.DecideAsync(new LockCommand.Wake { Head = view });
        }
    }

    private void NotOffered(Exception e)
    {
        LogNotOffered(_services.Logger, e, Name);
        _host.RetryLater();
    }

    private async ValueTask<bool> IsRaisedAsync(Signals.Waiter waiter, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Source.Task.WaitAsync(wait, _services.Clock.Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lock {Name} could not be offered to who waits, and tries again")]
    private static partial void LogNotOffered(ILogger logger, Exception e, string name);

    /// <summary>Who is next, or holds the lock, as it was after the latest decision.</summary>
    private sealed record Seen(SessionView? Session)
    {
        public static Seen Nobody { get; } = new((SessionView?)null);
    }
}
