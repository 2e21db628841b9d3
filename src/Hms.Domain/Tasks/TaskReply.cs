using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <summary>What a task answers.</summary>
public abstract record TaskReply
{
    private TaskReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : TaskReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>How it stands.</summary>
    /// <param name="Record">The record.</param>
    /// <param name="Created">Whether it was made by this.</param>
    public sealed record Described(TaskRecord Record, bool Created) : TaskReply;

    /// <summary>The message was there before, and had its effect then.</summary>
    public sealed record Repeated(string? FirstId) : TaskReply;

    /// <summary>There is no such task.</summary>
    public sealed record Unknown : TaskReply
    {
        /// <summary>The one there is.</summary>
        public static Unknown Instance { get; } = new();
    }
}
