using Hms.Fabric;
using Hms.Fabric.Messages;
using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The way of a message for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.messages-front")]
internal sealed class MessagesFront(SiloEngine silo) : Grain, IMessagesFront
{
    private FabricService Fabric => silo.Fabric;

    public ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken) =>
        Fabric.SendManyAsync(requests, cancellationToken);

    public async ValueTask<LeasedReply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        // Neither is disposed of here: who asked acknowledges it, or hands it back.
        var reply = await Fabric.RequestAsync(request, wait, cancellationToken);
        return reply switch
        {
            HeldReply held => new LeasedReply(held.Requester, held.Delivery, held.Error, held.Durability, HandedFor: null),
            HandedReply handed => new LeasedReply(handed.Requester, Unleased(handed.Message), null, handed.Durability, handed.Answers),
            _ => throw new InvalidOperationException($"a reply is not a {reply.GetType().Name}"),
        };
    }

    public async ValueTask HandBackAsync(LeasedReply reply, CancellationToken cancellationToken)
    {
        if (reply.HandedFor is { } answers)
        {
            await new HandedReply(reply.Requester, Fabric.MailboxOf(reply.Requester), reply.Reply.Message, answers).DisposeAsync();
        }
        else if (reply.Reply.Receipt.Length > 0)
        {
            await Fabric.Mailbox(reply.Requester).ReturnAsync([reply.Reply.Receipt], cancellationToken);
        }
    }

    public ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        Fabric.ValidateAsync(message, cancellationToken);

    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) => Fabric.ProblemAsync(cancellationToken);

    public ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken) => Fabric.StatusAsync(cancellationToken);

    private static Delivery Unleased(ReadOnlyMemory<byte> message) => new("", 0, 1, default, null, null, message);
}
