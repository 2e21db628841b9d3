using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Fabric.Entities;

/// <summary>Puts several messages into an entity that keeps their bodies: a mailbox, or a topic's log.</summary>
internal static class ManyMessages
{
    /// <summary>Decides commands that each bring a body; of what was not taken, the body goes again.</summary>
    /// <param name="host">The entity.</param>
    /// <param name="bodies">Where bodies are kept.</param>
    /// <param name="commands">The commands, each with the number of its body and the body.</param>
    /// <param name="resultOf">What a reply says.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueAsync<TState, TCommand, TReply>(
        EntityHost<TState, TCommand, TReply> host,
        BodyCache bodies,
        IReadOnlyList<(TCommand Command, long Id, MessageBody Body)> commands,
        Func<TReply, EnqueueResult> resultOf,
        CancellationToken cancellationToken)
        where TState : class, IEntityState
        where TCommand : class
        where TReply : class
    {
        var orders = new TCommand[commands.Count];
        for (var i = 0; i < orders.Length; i++)
        {
            orders[i] = commands[i].Command;
            bodies.Add(commands[i].Id, commands[i].Body);
        }

        IReadOnlyList<Decided<TReply>> decided;
        try
        {
            decided = await host.DecideManyAsync(orders, cancellationToken);
        }
        catch
        {
            bodies.Remove([.. commands.Select(command => command.Id)], stored: false);
            throw;
        }

        var outcomes = new EnqueueOutcome[orders.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = decided[i].Reply is { } reply ? new(resultOf(reply), null) : new(default, decided[i].Fault);
            if (outcomes[i] is not { Fault: null, Result.Duplicate: false })
            {
                bodies.Remove([commands[i].Id], stored: false);
            }
        }

        return outcomes;
    }
}
