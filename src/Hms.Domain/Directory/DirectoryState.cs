using System.Buffers;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Directory;

/// <summary>One part of the directory: the supervisors whose id falls to it, and when each was last heard of.</summary>
public sealed partial class DirectoryState : IEntityState
{
    private const char SupervisorRow = 's';
    private const char NumberRow = 'n';

    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private readonly DirectoryLimits _limits;
    private readonly SeenMessages _seen;
    private List<Effect> _effects = [];
    private long _lastNumber;
    private DateTimeOffset? _startedAt;

    /// <summary>A part in which nobody is registered, into which rows may be loaded.</summary>
    /// <param name="limits">What it may hold.</param>
    public DirectoryState(DirectoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        _seen = new SeenMessages(Changes, limits.Common);
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <summary>Who was heard of when is known in memory only.</summary>
    public bool IsQuiescent => false;

    /// <summary>How many are registered.</summary>
    public int Supervisors => _members.Count;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        if (key.Kind == NumberRow)
        {
            _lastNumber = new RowReader(value).Number();
            return;
        }

        // Rows of one kind, told apart by whether they have a name.
        if (key is { Kind: SeenMessages.RowKind, Name: null })
        {
            _seen.Load(key.Number, value);
            return;
        }

        _members.Add(key.Name!, Member.Read(key.Name!, value));
        _ids.Add(key.Name!);
    }

    /// <inheritdoc/>
    public void Loaded()
    {
        _seen.Loaded();

        // Before sessions had numbers, they had none.
        foreach (var member in _members.Values.Where(member => member.Number == 0))
        {
            member.Number = NextNumber();
            Changes.Touch(RowKey.Of(SupervisorRow, member.Id));
        }
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (key.Kind == NumberRow)
        {
            new RowWriter(value).Number(_lastNumber);
            return true;
        }

        if (key is { Kind: SeenMessages.RowKind, Name: null })
        {
            return _seen.Write(key.Number, value);
        }

        if (!_members.TryGetValue(key.Name!, out var member))
        {
            return false;
        }

        member.Write(value);
        return true;
    }

    internal List<Effect> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    internal Step<DirectoryReply> Register(DirectoryCommand.Register command, DateTimeOffset now)
    {
        if (Before(command.By, now) is { } repeated)
        {
            return repeated;
        }

        var created = !_members.TryGetValue(command.Id, out var before);
        if (created && _members.Count >= _limits.SupervisorsMax)
        {
            return Step<DirectoryReply>.Refuse(new Fault(ErrorCode.RateLimited, "the directory holds as many supervisors as it may"));
        }

        var isDead = before is not null && LivenessOf(before, now) == Liveness.Dead;
        var keepsSession = before is not null && !command.Registration.Restart && !isDead;
        if (before is { IsOver: false } && !keepsSession)
        {
            EndSession(before);
        }

        var member = new Member
        {
            Id = command.Id,
            Registration = command.Registration with { Restart = false },
            Session = keepsSession ? before!.Session : command.NewSession,
            Number = keepsSession ? before!.Number : NextNumber(),
            RegisteredAt = before?.RegisteredAt ?? now,
            LastSeen = now,
            LastHeartbeat = before?.LastHeartbeat,
        };
        _members[command.Id] = member;
        _ids.Add(command.Id);
        LookLater(member);
        Changes.Touch(RowKey.Of(SupervisorRow, command.Id));
        Remember(command.By, now);

        _effects.Add(new Effect.Send(new OutboxMessage.OpenMailbox(command.Id)));
        if (!command.Answer.IsEmpty)
        {
            _effects.Add(new Effect.Send(new OutboxMessage.Post(command.Id, command.Answer)));
        }

        return Step<DirectoryReply>.Of(new DirectoryReply.Registered(created, Shown(member, now)));
    }

    internal Step<DirectoryReply> Deregister(DirectoryCommand.Deregister command, DateTimeOffset now)
    {
        if (Before(command.By, now) is { } repeated)
        {
            return repeated;
        }

        if (!_members.Remove(command.Id, out var member))
        {
            return NotRegistered(command.Id);
        }

        _ids.Remove(command.Id);
        Changes.Touch(RowKey.Of(SupervisorRow, command.Id));
        Remember(command.By, now);
        _effects.Add(new Effect.Send(new OutboxMessage.CloseMailbox(command.Id)));
        if (!member.IsOver)
        {
            _effects.Add(new Effect.Send(new OutboxMessage.EndSession(command.Id, member.Number)));
        }

        return Step<DirectoryReply>.Of(DirectoryReply.Done.Instance);
    }

    internal Step<DirectoryReply> Beat(DirectoryCommand.Beat command, DateTimeOffset now)
    {
        if (!_members.TryGetValue(command.Id, out var member))
        {
            return NotRegistered(command.Id);
        }

        if (LivenessOf(member, now) == Liveness.Dead)
        {
            return Step<DirectoryReply>.Of(new DirectoryReply.Over(Shown(member, now)));
        }

        member.LastSeen = now;
        member.LastHeartbeat = command.Heartbeat;
        if (member.IsAsked)
        {
            member.IsAsked = false;
            LookLater(member);
        }

        return Step<DirectoryReply>.Of(new DirectoryReply.Found(Shown(member, now)), Rest.Memory);
    }

    internal Step<DirectoryReply> Configure(DirectoryCommand.Configure command, DateTimeOffset now)
    {
        if (!_members.TryGetValue(command.Id, out var member))
        {
            return NotRegistered(command.Id);
        }

        if (command.IntervalMs is { } interval && interval != member.Registration.HeartbeatIntervalMs)
        {
            member.Registration = member.Registration with { HeartbeatIntervalMs = interval };
            member.ToldAt = now;
            member.IsAsked = false;
            LookLater(member);
            Changes.Touch(RowKey.Of(SupervisorRow, command.Id));
        }

        _effects.Add(new Effect.Send(new OutboxMessage.Post(command.Id, command.Message)));
        return Step<DirectoryReply>.Of(new DirectoryReply.Found(Shown(member, now)));
    }

    internal Step<DirectoryReply> Get(DirectoryCommand.Get command, DateTimeOffset now) =>
        _members.TryGetValue(command.Id, out var member)
            ? Step<DirectoryReply>.Of(new DirectoryReply.Found(Shown(member, now)))
            : NotRegistered(command.Id);

    internal Step<DirectoryReply> ViewSessions(DirectoryCommand.ViewSessions command, DateTimeOffset now) =>
        Step<DirectoryReply>.Of(new DirectoryReply.Sessions([.. command.Ids.Select(id => ViewOf(id, now))]));

    internal Step<DirectoryReply> FindAble(DirectoryCommand.FindAble command, DateTimeOffset now)
    {
        var best = _members.Values
            .Where(member => !command.Except.Contains(member.Id)
                && LivenessOf(member, now) == Liveness.Alive
                && command.Traits.Meets(new Traits(member.Registration.Roles, member.Registration.Capabilities)))
            .OrderBy(member => member.LastHeartbeat?.Load ?? 0)
            .ThenBy(member => member.Id, StringComparer.Ordinal)
            .FirstOrDefault();
        return Step<DirectoryReply>.Of(best is null ? DirectoryReply.Nobody.Instance : new DirectoryReply.Found(Shown(best, now)));
    }

    internal Step<DirectoryReply> List(DirectoryCommand.List command, DateTimeOffset now)
    {
        const string afterAllNames = "\uFFFF";
        var listed = new List<RegisteredSupervisor>();
        foreach (var id in _ids.GetViewBetween(command.After, afterAllNames))
        {
            if (listed.Count == command.Limit)
            {
                break;
            }

            var member = _members[id];
            if (id != command.After
                && (command.Role is null || member.Registration.Roles.Contains(command.Role))
                && (command.Liveness is null || LivenessOf(member, now) == command.Liveness))
            {
                listed.Add(Shown(member, now));
            }
        }

        return Step<DirectoryReply>.Of(new DirectoryReply.Listed(listed));
    }

    internal Step<DirectoryReply> Count() => Step<DirectoryReply>.Of(new DirectoryReply.Counted(_members.Count), Rest.Memory);

    /// <summary>What a message is told that was there before: a repeated one neither begins a session nor ends one.</summary>
    private Step<DirectoryReply>? Before(Stamp? by, DateTimeOffset now) =>
        by is null || _seen.Find(by, now.ToUnixTimeMilliseconds()) is not { } before ? null
        : before.SameBody ? Step<DirectoryReply>.Of(new DirectoryReply.Repeated(before.FirstId))
        : Step<DirectoryReply>.Refuse(new Fault(ErrorCode.Conflict, "the id was used for another message"));

    private void Remember(Stamp? by, DateTimeOffset now)
    {
        if (by is not null)
        {
            _seen.Add(by, now.ToUnixTimeMilliseconds());
        }
    }

    private static Step<DirectoryReply> NotRegistered(string id) =>
        Step<DirectoryReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"no supervisor {id} is registered"));

    private long NextNumber()
    {
        Changes.Touch(RowKey.Of(NumberRow));
        return ++_lastNumber;
    }

    private SessionView ViewOf(string id, DateTimeOffset now) => _members.TryGetValue(id, out var member)
        ? new SessionView(id, member.Number, LivenessOf(member, now) != Liveness.Dead)
        : new SessionView(id, 0, false);

    private RegisteredSupervisor Shown(Member member, DateTimeOffset now) => new(
        member.Id, member.Registration, member.Session, member.Number, member.RegisteredAt, member.LastSeen, LivenessOf(member, now), member.LastHeartbeat);
}
