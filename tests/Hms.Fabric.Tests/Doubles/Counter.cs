using System.Buffers;
using System.Buffers.Binary;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Doubles;

internal abstract record CounterCommand
{
    public sealed record Add(long By) : CounterCommand;

    /// <summary>Adds, and does not wait for the disk.</summary>
    public sealed record AddQuickly(long By) : CounterCommand;

    public sealed record Read : CounterCommand;

    /// <summary>Adds and refuses in one.</summary>
    public sealed record Refuse(long By) : CounterCommand;

    public sealed record Say(params string[] To) : CounterCommand;

    /// <summary>Says something for which its sender does not wait.</summary>
    public sealed record SayQuickly(string To) : CounterCommand;

    /// <summary>Adds, and then throws, as only a bug would.</summary>
    public sealed record Break(long By) : CounterCommand;

    public sealed record Wake : CounterCommand;
}

internal sealed record CounterReply(long Value);

/// <summary>The smallest machine that has everything which a host must care for: a number in one row.</summary>
internal sealed class CounterState : IEntityState
{
    private static readonly RowKey Row = RowKey.Of('c');
    private long _value;

    public RowChanges Changes { get; } = new();

    public DateTimeOffset? NextWake { get; init; }

    public DateTimeOffset? DurableWake => null;

    public bool IsQuiescent => true;

    public static Step<CounterReply> Decide(CounterState state, CounterCommand command, DateTimeOffset now) => command switch
    {
        CounterCommand.Add add => state.Step(add.By),
        CounterCommand.AddQuickly add => state.Step(add.By) with { Rest = Rest.Memory },
        CounterCommand.Refuse refuse => state.Step(refuse.By) with { Reply = null, Fault = new Fault(ErrorCode.Conflict, "no") },
        CounterCommand.Say say => state.Step(1) with { Effects = [.. say.To.Select(to => new Effect.Send(new OutboxMessage.OpenMailbox(to)))] },
        CounterCommand.SayQuickly say => state.Step(1) with
        {
            Effects = [new Effect.Send(new OutboxMessage.OpenMailbox(say.To))],
            Rest = Rest.Memory,
        },
        CounterCommand.Break broken => throw new InvalidOperationException($"broken at {state.Step(broken.By).Reply!.Value}"),
        _ => state.Step(0),
    };

    public void Load(RowKey key, ReadOnlyMemory<byte> value) => _value = BinaryPrimitives.ReadInt64LittleEndian(value.Span);

    public void Loaded()
    {
    }

    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(value.GetSpan(sizeof(long)), _value);
        value.Advance(sizeof(long));
        return true;
    }

    private Step<CounterReply> Step(long by)
    {
        _value += by;
        if (by != 0)
        {
            Changes.Touch(Row);
        }

        return Step<CounterReply>.Of(new CounterReply(_value));
    }
}
