using Hms.Domain.Mailboxes;

namespace Hms.Domain.Keys;

/// <summary>What can be asked of a part of what is known of idempotency keys.</summary>
public abstract record KeysCommand
{
    private KeysCommand()
    {
    }

    /// <summary>Says that a key stands for a name, unless it stands for another already.</summary>
    /// <param name="Key">Of the key, with what it is scoped to.</param>
    /// <param name="Name">The name of a task or a barrier.</param>
    /// <param name="BodyHash">What a repetition must agree with.</param>
    public sealed record Claim(Fingerprint Key, string Name, ulong BodyHash) : KeysCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : KeysCommand;
}

/// <summary>What the key stands for.</summary>
/// <param name="Name">The name with which it came first; <c>""</c> in answer to anything else.</param>
public sealed record KeysReply(string Name);
