using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <summary>What a lock answers.</summary>
public abstract record LockReply
{
    private LockReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : LockReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>What came of asking for it.</summary>
    /// <param name="Value">Granted or not.</param>
    /// <param name="Since">When whoever waits began to, in ticks; 0 where it does not wait.</param>
    public sealed record Answer(LockAnswer Value, long Since) : LockReply;

    /// <summary>The <c>lock_response</c> to a message whose sender waits for it.</summary>
    /// <param name="Message">The answer.</param>
    /// <param name="IsDuplicate">Whether the message was there before.</param>
    /// <param name="FirstId">The id that it came with first, where a key stands for it.</param>
    public sealed record Told(ReadOnlyMemory<byte> Message, bool IsDuplicate, string? FirstId) : LockReply;

    /// <summary>Whether a token is current.</summary>
    public sealed record Checked(bool Current) : LockReply;

    /// <summary>How it stands.</summary>
    public sealed record Described(LockRecord Record) : LockReply;

    /// <summary>The message was there before, and had its effect then.</summary>
    public sealed record Repeated(string? FirstId) : LockReply;
}
