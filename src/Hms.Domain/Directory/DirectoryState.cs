using System.Buffers;
using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Directory;

/// <summary>One part of the directory: the supervisors whose id falls to it, and when each was last heard of.</summary>
/// <param name="limits">What it may hold.</param>
public sealed class DirectoryState(DirectoryLimits limits) : IEntityState
{
    private const char SupervisorRow = 's';
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private DateTimeOffset? _startedAt;

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => null;

    /// <summary>Who was heard of when is known in memory only.</summary>
    public bool IsQuiescent => false;

    /// <summary>How many are registered.</summary>
    public int Supervisors => _members.Count;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        using var json = JsonDocument.Parse(value, JsonText.Reading);
        var root = json.RootElement;
        _members[key.Name!] = new Member(
            Registration.Read(root),
            root.GetProperty("session"u8).GetString()!,
            DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("registered_at_ms"u8).GetInt64()));
        _ids.Add(key.Name!);
    }

    /// <inheritdoc/>
    public void Loaded()
    {
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (!_members.TryGetValue(key.Name!, out var member))
        {
            return false;
        }

        using var json = new Utf8JsonWriter(value, JsonText.Writing);
        json.WriteStartObject();
        member.Registration.WriteMembers(json);
        json.WriteString("session"u8, member.Session);
        json.WriteNumber("registered_at_ms"u8, member.RegisteredAt.ToUnixTimeMilliseconds());
        json.WriteEndObject();
        return true;
    }

    /// <summary>Since nothing is known of the time before, everybody counts as heard of when the part was loaded.</summary>
    internal void StartAt(DateTimeOffset now)
    {
        if (_startedAt is null)
        {
            _startedAt = now;
            foreach (var member in _members.Values)
            {
                member.LastSeen = now;
            }
        }
    }

    internal Step<DirectoryReply> Register(DirectoryCommand.Register command, DateTimeOffset now)
    {
        var created = !_members.TryGetValue(command.Id, out var before);
        if (created && _members.Count >= limits.SupervisorsMax)
        {
            return Step<DirectoryReply>.Refuse(new Fault(ErrorCode.RateLimited, "the directory holds as many supervisors as it may"));
        }

        var keepsSession = before is not null && !command.Registration.Restart && LivenessOf(before, now) != Liveness.Dead;
        var member = new Member(
            command.Registration with { Restart = false },
            keepsSession ? before!.Session : command.NewSession,
            before?.RegisteredAt ?? now)
        {
            LastSeen = now,
            LastHeartbeat = before?.LastHeartbeat,
        };
        _members[command.Id] = member;
        _ids.Add(command.Id);
        Changes.Touch(RowKey.Of(SupervisorRow, command.Id));

        var effects = new List<Effect>(2) { new Effect.Send(new OutboxMessage.OpenMailbox(command.Id)) };
        if (!command.Answer.IsEmpty)
        {
            effects.Add(new Effect.Send(new OutboxMessage.Post(command.Id, command.Answer)));
        }

        return Step<DirectoryReply>.Of(new DirectoryReply.Registered(created, Shown(command.Id, member, now))) with { Effects = effects };
    }

    internal Step<DirectoryReply> Deregister(DirectoryCommand.Deregister command)
    {
        if (!_members.Remove(command.Id))
        {
            return NotRegistered(command.Id);
        }

        _ids.Remove(command.Id);
        Changes.Touch(RowKey.Of(SupervisorRow, command.Id));
        return Step<DirectoryReply>.Of(DirectoryReply.Done.Instance) with
        {
            Effects = [new Effect.Send(new OutboxMessage.CloseMailbox(command.Id))],
        };
    }

    internal Step<DirectoryReply> Beat(DirectoryCommand.Beat command, DateTimeOffset now)
    {
        if (!_members.TryGetValue(command.Id, out var member))
        {
            return NotRegistered(command.Id);
        }

        member.LastSeen = now;
        member.LastHeartbeat = command.Heartbeat;
        return Step<DirectoryReply>.Of(new DirectoryReply.Found(Shown(command.Id, member, now)), Rest.Memory);
    }

    internal Step<DirectoryReply> Get(DirectoryCommand.Get command, DateTimeOffset now) =>
        _members.TryGetValue(command.Id, out var member)
            ? Step<DirectoryReply>.Of(new DirectoryReply.Found(Shown(command.Id, member, now)))
            : NotRegistered(command.Id);

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
                listed.Add(Shown(id, member, now));
            }
        }

        return Step<DirectoryReply>.Of(new DirectoryReply.Listed(listed));
    }

    internal Step<DirectoryReply> Count() => Step<DirectoryReply>.Of(new DirectoryReply.Counted(_members.Count), Rest.Memory);

    private static Step<DirectoryReply> NotRegistered(string id) =>
        Step<DirectoryReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"no supervisor {id} is registered"));

    private RegisteredSupervisor Shown(string id, Member member, DateTimeOffset now) => new(
        id, member.Registration, member.Session, member.RegisteredAt, member.LastSeen, LivenessOf(member, now), member.LastHeartbeat);

    private Liveness LivenessOf(Member member, DateTimeOffset now)
    {
        if (member.Registration.HeartbeatIntervalMs is not { } interval)
        {
            return Liveness.Alive;
        }

        var missed = (now - member.LastSeen).TotalMilliseconds / interval;
        return missed >= limits.DeadAfter ? Liveness.Dead : missed >= limits.SuspectAfter ? Liveness.Suspect : Liveness.Alive;
    }

    private sealed class Member(Registration registration, string session, DateTimeOffset registeredAt)
    {
        public Registration Registration { get; } = registration;

        public string Session { get; } = session;

        public DateTimeOffset RegisteredAt { get; } = registeredAt;

        public DateTimeOffset LastSeen { get; set; }

        public Heartbeat? LastHeartbeat { get; set; }
    }
}
