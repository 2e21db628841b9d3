namespace Hms.Domain.Tests.Locks.Model;

/// <summary>One step of a random run. Owners are numbers: 0 to 2 are registered, 3 is not. Its text is C# that makes it again.</summary>
internal abstract record LockOp
{
    private LockOp()
    {
    }

    /// <summary>What is known of the session of who waits first: nothing, the truth, or the truth of another.</summary>
    public int View { get; init; }

    public sealed record Try(int Owner, long Lease) : LockOp
    {
        public override string ToString() => $"new LockOp.Try({Owner}, {Lease}) {{ View = {View} }}";
    }

    /// <summary>A ticket belongs to the owner of its number modulo 4; those from 5 on are of another instance.</summary>
    public sealed record Wait(int Ticket, long Lease) : LockOp
    {
        public override string ToString() => $"new LockOp.Wait({Ticket}, {Lease}) {{ View = {View} }}";
    }

    public sealed record Request(int Owner, long Lease, long WaitMs) : LockOp
    {
        public override string ToString() => $"new LockOp.Request({Owner}, {Lease}, {WaitMs}) {{ View = {View} }}";
    }

    /// <summary>Sends the latest request once more.</summary>
    public sealed record Repeat : LockOp
    {
        public override string ToString() => $"new LockOp.Repeat {{ View = {View} }}";
    }

    /// <summary>With the token that is current, less an offset.</summary>
    public sealed record Renew(int Owner, int Offset, long Lease) : LockOp
    {
        public override string ToString() => $"new LockOp.Renew({Owner}, {Offset}, {Lease}) {{ View = {View} }}";
    }

    public sealed record Release(int Owner, int Offset) : LockOp
    {
        public override string ToString() => $"new LockOp.Release({Owner}, {Offset}) {{ View = {View} }}";
    }

    public sealed record Leave(int Ticket) : LockOp
    {
        public override string ToString() => $"new LockOp.Leave({Ticket}) {{ View = {View} }}";
    }

    public sealed record Look : LockOp
    {
        public override string ToString() => $"new LockOp.Look {{ View = {View} }}";
    }

    /// <summary>A session ends; the lock is not told yet.</summary>
    public sealed record Die(int Owner) : LockOp
    {
        public override string ToString() => $"new LockOp.Die({Owner})";
    }

    public sealed record Register(int Owner) : LockOp
    {
        public override string ToString() => $"new LockOp.Register({Owner})";
    }

    /// <summary>The lock is told which sessions have ended.</summary>
    public sealed record Tell(int Owner) : LockOp
    {
        public override string ToString() => $"new LockOp.Tell({Owner}) {{ View = {View} }}";
    }

    public sealed record Advance(long Ms) : LockOp
    {
        public override string ToString() => $"new LockOp.Advance({Ms})";
    }

    /// <summary>All decided so far becomes durable, and is told.</summary>
    public sealed record Commit : LockOp
    {
        public override string ToString() => "new LockOp.Commit()";
    }

    /// <summary>What is not durable is lost, and was never told; the rest is read anew.</summary>
    public sealed record Crash : LockOp
    {
        public override string ToString() => "new LockOp.Crash()";
    }
}

/// <summary>A whole run.</summary>
internal sealed record LockRun(bool CommitsEachStep, LockOp[] Ops)
{
    public override string ToString() => $"\na commit each step {CommitsEachStep}:\n    {string.Join(",\n    ", (object[])Ops)}\n";
}
