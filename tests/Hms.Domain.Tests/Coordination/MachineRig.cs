using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Domain.Tests.Entities;
using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Domain.Tests.Coordination;

/// <summary>
/// One machine with a clock and a store of its own. Whatever it says must be read back as it was said, and whatever message it makes must
/// keep to the schema of its type.
/// </summary>
internal abstract class MachineRig<TState, TCommand, TReply>
    where TState : class, IEntityState
    where TReply : class
{
    public const long Start = 1_800_000_000_000;
    private static readonly MessageValidator Validator = new(new MessageTypeSet(), strictTypes: true);

    protected MachineRig() => State = Create();

    public TState State { get; private set; }

    public MemoryStore Store { get; private set; } = new();

    /// <summary>The time, in Unix milliseconds.</summary>
    public long Now { get; set; } = Start;

    /// <summary>The effects of the latest decision.</summary>
    public IReadOnlyList<Effect> Effects { get; private set; } = [];

    /// <summary>What the latest decision said, in order.</summary>
    public IReadOnlyList<OutboxMessage> Sent => [.. Effects.OfType<Effect.Send>().Select(effect => effect.Message)];

    /// <summary>The messages that the latest decision put into mailboxes.</summary>
    public IReadOnlyList<Posted> Posts => [.. Sent.OfType<OutboxMessage.Post>().Select(Posted.Of)];

    /// <summary>What the latest decision signalled.</summary>
    public IReadOnlyList<ulong> Signals => [.. Effects.OfType<Effect.Signal>().Select(signal => signal.What)];

    public Step<TReply> Decide(TCommand command)
    {
        var step = Decide(State, command, DateTimeOffset.FromUnixTimeMilliseconds(Now));
        Assert.True(step.Reply is null != step.Fault is null, "a reply or a fault, and not both");
        Effects = step.Effects;
        foreach (var message in ChecksMessages ? Sent : [])
        {
            Assert.Equal(message.Encode(), OutboxMessage.Decode(message.Encode()).Encode());
            AssertValid(message);
        }

        // Whoever wakes it at the wanted time must not be asked to do so at once for ever.
        if (State.NextWake is { } next)
        {
            Assert.True(next.ToUnixTimeMilliseconds() > Now, $"wants to be woken at {next}, which was decided at already");
        }

        return step;
    }

    public T Ask<T>(TCommand command)
        where T : TReply
    {
        var step = Decide(command);
        Assert.Null(step.Fault);
        return Assert.IsType<T>(step.Reply);
    }

    public Fault Refused(TCommand command, ErrorCode code)
    {
        var fault = Assert.IsType<Fault>(Decide(command).Fault);
        Assert.Equal(code, fault.Code);
        return fault;
    }

    /// <summary>The record that a conflict shows.</summary>
    public JsonElement Conflict(TCommand command) => JsonDocument.Parse(Refused(command, ErrorCode.Conflict).Record).RootElement;

    /// <summary>Commits, and reads everything anew as after a restart.</summary>
    public void Restart()
    {
        Commit();
        Crash();
    }

    public void Commit() => Store.Commit(State);

    /// <summary>Forgets what is not committed, and reads everything anew.</summary>
    public void Crash() => State = Store.LoadInto(Create());

    /// <summary>Lets time pass until the state itself wants to be woken, and wakes it then.</summary>
    public void WakeWhenWanted()
    {
        var at = State.NextWake?.ToUnixTimeMilliseconds();
        Assert.NotNull(at);
        Now = Math.Max(Now, at.Value);
        Decide(Wake);
    }

    /// <summary>Random runs say the same things so often that it need not be looked at each time.</summary>
    public bool ChecksMessages { get; init; } = true;

    protected abstract TCommand Wake { get; }

    protected abstract TState Create();

    protected abstract Step<TReply> Decide(TState state, TCommand command, DateTimeOffset now);

    private static void AssertValid(OutboxMessage said)
    {
        var bytes = said switch
        {
            OutboxMessage.Post post => post.Message,
            OutboxMessage.Publish publish => publish.Message,
            _ => default,
        };
        if (!bytes.IsEmpty)
        {
            Assert.Empty(Validator.Validate(bytes));
        }
    }
}

/// <summary>A message that a machine put into a mailbox.</summary>
internal sealed record Posted(string To, string Type, string Id, string Source, string? Correlation, string Answers, JsonElement Content, JsonElement Message)
{
    public static Posted Of(OutboxMessage.Post post)
    {
        var message = JsonDocument.Parse(post.Message).RootElement;
        return new Posted(
            post.Mailbox,
            message.GetProperty("message_type").GetString()!,
            message.GetProperty("id").GetString()!,
            message.GetProperty("source").GetString()!,
            message.TryGetProperty("correlation_id", out var correlation) ? correlation.GetString() : null,
            post.Answers,
            message.GetProperty("content"),
            message);
    }

    public string? Text(string member) => Content.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Flag(string member) => Content.GetProperty(member).GetBoolean();

    public long Number(string member) => Content.GetProperty(member).GetInt64();
}
