using Hms.Protocol;

namespace Hms.Domain.Entities;

/// <summary>What a reply rests on, and so must wait for.</summary>
public enum Rest
{
    /// <summary>All that this entity has decided so far must be durable.</summary>
    Durable,

    /// <summary>Nothing that could be lost: the reply may leave at once.</summary>
    Memory,
}

/// <summary>What a machine decided: a reply or a fault, and what is to be done besides.</summary>
/// <param name="Reply">The reply; null with a fault.</param>
/// <param name="Fault">Why not; null with a reply.</param>
/// <param name="Effects">What is to be said to others once the decision is durable, and signals that may go at once.</param>
/// <param name="Rest">What the reply must wait for.</param>
/// <typeparam name="TReply">The machine's replies.</typeparam>
public readonly record struct Step<TReply>(TReply? Reply, Fault? Fault, IReadOnlyList<Effect> Effects, Rest Rest)
    where TReply : class
{
    /// <summary>A reply, and nothing else.</summary>
    public static Step<TReply> Of(TReply reply, Rest rest = Rest.Durable) => new(reply, null, [], rest);

    /// <summary>A refusal.</summary>
    public static Step<TReply> Refuse(Fault fault) => new(null, fault, [], Rest.Durable);
}

/// <summary>What a decision asks of its host besides the reply.</summary>
public abstract record Effect
{
    private protected Effect()
    {
    }

    /// <summary>
    /// Goes out after the commit, at least once and in order; written with the decision, so that a crash cannot lose it. The recipient
    /// remembers the highest number that it has seen from each sender, so a repeat has no second effect.
    /// </summary>
    /// <param name="Message">What to say, and to whom.</param>
    public sealed record Send(OutboxMessage Message) : Effect;

    /// <summary>Wakes those who wait in this process for something that the state now has. Lost in a crash, as they are.</summary>
    /// <param name="What">What they wait for: <see cref="Ready"/>, <see cref="Ended"/>, or the fingerprint of a request.</param>
    public sealed record Signal(ulong What) : Effect
    {
        /// <summary>There is something to take: it wakes one of those who wait.</summary>
        public const ulong Ready = 0;

        /// <summary>Something that was held is held no more: it wakes all who wait.</summary>
        public const ulong Ended = 2;
    }
}
