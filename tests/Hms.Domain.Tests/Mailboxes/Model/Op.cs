using System.Globalization;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <summary>One step of a random run. Its text is C# that makes it again.</summary>
internal abstract record Op
{
    private Op()
    {
    }

    /// <summary>Ids, bodies and replies are small numbers, so that they meet often.</summary>
    public sealed record Send(int Id, int Body, Priority Priority, long Ttl, bool Memory, bool ByKey, int Reply, bool Beyond) : Op
    {
        public override string ToString() =>
            $"new Op.Send({Id}, {Body}, Priority.{Priority}, {Ttl}, {Lower(Memory)}, {Lower(ByKey)}, {Reply}, {Lower(Beyond)})";
    }

    public sealed record Receive(int Max, long Lease) : Op
    {
        public override string ToString() => $"new Op.Receive({Max}, {Lease})";
    }

    /// <summary>
    /// Receipts are picked from those given out so far, counted from the latest: from 0 on; -1 to -19 are those of another mailbox, and
    /// lower numbers are garbage.
    /// </summary>
    public sealed record Ack(int[] Receipts) : Op
    {
        public override string ToString() => $"new Op.Ack({List(Receipts)})";
    }

    public sealed record Nack(int[] Receipts, long Delay, bool Dead, string? Reason) : Op
    {
        public override string ToString() =>
            $"new Op.Nack({List(Receipts)}, {Delay}, {Lower(Dead)}, {(Reason is null ? "null" : $"\"{Reason}\"")})";
    }

    public sealed record Return(int[] Receipts) : Op
    {
        public override string ToString() => $"new Op.Return({List(Receipts)})";
    }

    public sealed record Extend(int[] Receipts, long Lease) : Op
    {
        public override string ToString() => $"new Op.Extend({List(Receipts)}, {Lease})";
    }

    public sealed record Claim(int Request, int[] Replies, long Lease, bool Earlier) : Op
    {
        public override string ToString() => $"new Op.Claim({Request}, {List(Replies)}, {Lease}, {Lower(Earlier)})";
    }

    public sealed record Forget(int Request, int[] Replies) : Op
    {
        public override string ToString() => $"new Op.Forget({Request}, {List(Replies)})";
    }

    /// <summary>Sequences, or all where there are none.</summary>
    public sealed record Redrive(int[]? Sequences) : Op
    {
        public override string ToString() => $"new Op.Redrive({(Sequences is null ? "null" : List(Sequences))})";
    }

    public sealed record ListDead(int After, int Limit) : Op
    {
        public override string ToString() => $"new Op.ListDead({After}, {Limit})";
    }

    public sealed record Purge : Op
    {
        public override string ToString() => "new Op.Purge()";
    }

    public sealed record Count : Op
    {
        public override string ToString() => "new Op.Count()";
    }

    public sealed record Subscribe(string Topic, long? From) : Op
    {
        public override string ToString() => $"new Op.Subscribe(\"{Topic}\", {From?.ToString(CultureInfo.InvariantCulture) ?? "null"})";
    }

    public sealed record Unsubscribe(string Topic) : Op
    {
        public override string ToString() => $"new Op.Unsubscribe(\"{Topic}\")";
    }

    public sealed record Open : Op
    {
        public override string ToString() => "new Op.Open()";
    }

    public sealed record Close : Op
    {
        public override string ToString() => "new Op.Close()";
    }

    public sealed record Wake : Op
    {
        public override string ToString() => "new Op.Wake()";
    }

    /// <summary>Time goes by.</summary>
    public sealed record Advance(long Ms) : Op
    {
        public override string ToString() => $"new Op.Advance({Ms})";
    }

    /// <summary>All decided so far becomes durable.</summary>
    public sealed record Commit : Op
    {
        public override string ToString() => "new Op.Commit()";
    }

    /// <summary>What is not durable is lost; the rest is read anew.</summary>
    public sealed record Crash : Op
    {
        public override string ToString() => "new Op.Crash()";
    }

    private static string List(int[] items) => $"[{string.Join(", ", items)}]";

    private static string Lower(bool value) => value ? "true" : "false";
}

/// <summary>A whole run.</summary>
internal sealed record Run(bool Ageing, bool Tight, bool CommitsEachStep, Op[] Ops)
{
    public override string ToString() =>
        $"\nageing {Ageing}, tight limits {Tight}, a commit each step {CommitsEachStep}:\n    {string.Join(",\n    ", (object[])Ops)}\n";
}
