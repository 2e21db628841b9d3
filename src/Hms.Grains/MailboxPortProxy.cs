using Hms.Domain.Entities;
using Hms.Grains.Entities;

namespace Hms.Grains;

/// <summary>One supervisor's mailbox from another silo, or from this one, as other parts of the fabric use it.</summary>
internal sealed class MailboxPortProxy(
    string supervisor,
    ISupervisorGrain grain,
    Funnels<EnqueueRequest, EnqueueOutcome> funnels,
    LocalGrains local,
    Deaths deaths,
    TimeProvider time)
    : RemoteMailbox(grain, time), IMailboxPort
{
    private readonly ISupervisorGrain _grain = grain;

    public async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        var outcome = (await EnqueueManyAsync([request], cancellationToken))[0];
        return outcome.Fault is { } fault ? throw new FaultException(fault) : outcome.Result;
    }

    // A mailbox that is on this silo decides in the order of calls, however many are under way; a call to a grain would come to the same, later. What went
    // out as one before has its turn first.
    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default) =>
        !funnels.IsBusy(supervisor) && local.Find<SupervisorGrain>(EntityKey.Mailbox(supervisor)) is { } here
            ? here.EnqueueHereAsync(requests, cancellationToken)
            : funnels.SendAsync(supervisor, requests, cancellationToken);

    // A mailbox that has moved does not know that anybody waits, and the reply may have come in between.
    public ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default) => WaitAsync(
        wait,
        (left, wasLost) => _grain.AwaitReplyAsync(wasLost ? ticket with { Earlier = true } : ticket, left, cancellationToken),
        static reply => reply is not null,
        isRepeatable: true,
        cancellationToken);

    public ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default) =>
        _grain.ForgetReplyAsync(ticket, cancellationToken);

    public override ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default) =>
        deaths.AskAsync(() => _grain.RedeliverAsync(after, max, lease, cancellationToken), cancellationToken);

    protected override ValueTask<IReadOnlyList<Delivery>> AskAsync(ReceiveRequest request, CancellationToken cancellationToken) =>
        deaths.AskAsync(() => _grain.ReceiveAsync(request, cancellationToken), cancellationToken);

    public ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default) => _grain.CountAsync(cancellationToken);

    public ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken = default) =>
        _grain.SubscribeAsync(topic, from, cancellationToken);

    public ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken = default) => _grain.UnsubscribeAsync(topic, cancellationToken);

    public ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken = default) =>
        _grain.HearAsync(feed, durable, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) => _grain.AcceptAsync(delivery, cancellationToken);
}
