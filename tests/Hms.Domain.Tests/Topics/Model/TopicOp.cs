using System.Globalization;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>
/// One step of a random run of topics and mailboxes, which are numbered as in <see cref="TopicWorld"/>. Its text is C# that makes it again.
/// </summary>
internal abstract record TopicOp
{
    private TopicOp()
    {
    }

    /// <summary>Sources 0 to 2 have a mailbox, 3 has none.</summary>
    public sealed record Publish(int Topic, int Source, int Id, int Length, long Ttl, bool Memory) : TopicOp;

    /// <summary>Subscribes by the name of a topic, or by a pattern.</summary>
    public sealed record Subscribe(int Mailbox, string Topic, long? From) : TopicOp;

    public sealed record Unsubscribe(int Mailbox, string Topic) : TopicOp;

    public sealed record Open(int Mailbox) : TopicOp;

    public sealed record Close(int Mailbox) : TopicOp;

    public sealed record Receive(int Mailbox, int Max, long Lease) : TopicOp;

    /// <summary>Receipts are picked from those given out so far, counted from the latest.</summary>
    public sealed record Ack(int Mailbox, int Count, int Pick) : TopicOp;

    public sealed record Nack(int Mailbox, int Pick, bool Dead) : TopicOp;

    public sealed record Purge(int Mailbox) : TopicOp;

    public sealed record Redrive(int Mailbox) : TopicOp;

    /// <summary>All that an entity has decided becomes durable.</summary>
    public sealed record Commit(int Entity) : TopicOp;

    /// <summary>What an entity has not committed is lost; the rest is read anew.</summary>
    public sealed record Crash(int Entity) : TopicOp;

    /// <summary>The process ends and starts again.</summary>
    public sealed record CrashAll : TopicOp;

    /// <summary>Leaves the memory, where it may.</summary>
    public sealed record Passivate(int Entity) : TopicOp;

    /// <summary>
    /// One of those who have something to say to another says it; the other may be lost before it is durable, and that it was heard may be
    /// lost too.
    /// </summary>
    public sealed record Say(int Pick, bool Commits, bool Returns) : TopicOp;

    /// <summary>All that is to be said is said and heard.</summary>
    public sealed record SayAll : TopicOp;

    /// <summary>Begins to hand out.</summary>
    public sealed record BeginRound(int Topic) : TopicOp;

    /// <summary>Begins to note down cursors.</summary>
    public sealed record BeginSettling(int Topic) : TopicOp;

    /// <summary>Hands one of the feeds of what has begun to its mailbox; with <paramref name="Loses"/> the answer is lost.</summary>
    public sealed record Hand(int Topic, int Pick, bool Loses) : TopicOp;

    /// <summary>Ends what has begun; a feed that was not handed over is late.</summary>
    public sealed record End(int Topic) : TopicOp;

    /// <summary>A feed from before arrives, and perhaps will once more.</summary>
    public sealed record Late(int Pick, bool Again) : TopicOp;

    /// <summary>A whole round, and what follows from it.</summary>
    public sealed record Feed(int Topic) : TopicOp;

    public sealed record Settle(int Topic) : TopicOp;

    public sealed record Wake(int Entity) : TopicOp;

    public sealed record Advance(long Ms) : TopicOp;

    public sealed override string ToString() => $"new TopicOp.{GetType().Name}({string.Join(", ", GetType()
        .GetConstructors()[0].GetParameters().Select(parameter => Literal(GetType().GetProperty(parameter.Name!)!.GetValue(this))))})";

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

/// <summary>A whole run.</summary>
/// <param name="Tight">Whether mailboxes and logs hold little.</param>
/// <param name="Ops">Its steps.</param>
internal sealed record TopicRun(bool Tight, TopicOp[] Ops)
{
    public override string ToString() => $"\ntight limits {Tight}:\n    {string.Join(",\n    ", (object[])Ops)}\n";
}
