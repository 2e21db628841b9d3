using Hms.Domain.Coordination;
using Hms.Domain.Mailboxes;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Barriers;

/// <summary>What can be asked of a barrier.</summary>
public abstract record BarrierCommand
{
    private BarrierCommand()
    {
    }

    /// <summary>Calls participants to it.</summary>
    /// <param name="Call">Who, and for how long.</param>
    /// <param name="Sessions">What the directory said of the participants, and of the initiator where it is registered.</param>
    public sealed record Create(BarrierCall Call, IReadOnlyList<SessionView> Sessions) : BarrierCommand
    {
        /// <summary>Of the idempotency key; null where there is none.</summary>
        public Fingerprint? Key { get; init; }

        /// <summary>Set where it is called for by message.</summary>
        public Stamp? By { get; init; }

        /// <summary>What the outcome is known by to whoever waits for it as the answer to that message; <c>""</c> where nobody does.</summary>
        public string Answers { get; init; } = "";
    }

    /// <summary>A participant has come.</summary>
    /// <param name="Participant">Who.</param>
    /// <param name="Ready">Whether it can go on.</param>
    /// <param name="Generation">Which use of the id it means; null for the current one.</param>
    public sealed record Arrive(string Participant, bool Ready, long? Generation) : BarrierCommand
    {
        /// <summary>Set where it says so by message.</summary>
        public Stamp? By { get; init; }

        /// <summary>Where the message goes on to; <c>""</c> where it does not.</summary>
        public string PassTo { get; init; } = "";

        /// <summary>The message as it came.</summary>
        public ReadOnlyMemory<byte> Message { get; init; }
    }

    /// <summary>Asks how it stands.</summary>
    public sealed record Describe : BarrierCommand;

    /// <summary>A supervisor's sessions up to a number have ended.</summary>
    public sealed record EndSession(string Supervisor, long UpTo) : BarrierCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : BarrierCommand;
}

/// <summary>What a barrier answers.</summary>
public abstract record BarrierReply
{
    private BarrierReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : BarrierReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>How it stands.</summary>
    /// <param name="Record">The record.</param>
    /// <param name="Created">Whether it was called into being by this.</param>
    public sealed record Described(BarrierRecord Record, bool Created) : BarrierReply;

    /// <summary>The message was there before, and had its effect then.</summary>
    public sealed record Repeated(string? FirstId) : BarrierReply;
}
