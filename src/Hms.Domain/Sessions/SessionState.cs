using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Domain.Sessions;

/// <summary>Which of a supervisor's sessions have ended, and who wants to know of the end of the one that goes on.</summary>
/// <param name="supervisor">The supervisor.</param>
public sealed class SessionState(string supervisor) : IEntityState
{
    private const char HeaderRow = 'h';
    private const char AttachedRow = 'a';

    private readonly Dictionary<EntityKey, Attached> _attached = [];
    private long _endedUpTo = -1;

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => null;

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <summary>How many are attached.</summary>
    public int Count => _attached.Count;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        if (key.Kind == HeaderRow)
        {
            _endedUpTo = row.Number();
            return;
        }

        _attached.Add(EntityKey.Parse(key.Name!), new Attached(row.Number(), row.Number()));
    }

    /// <inheritdoc/>
    public void Loaded()
    {
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (key.Kind == HeaderRow)
        {
            new RowWriter(value).Number(_endedUpTo);
            return true;
        }

        if (!_attached.TryGetValue(EntityKey.Parse(key.Name!), out var attached))
        {
            return false;
        }

        new RowWriter(value).Number(attached.Session).Number(attached.Order);
        return true;
    }

    internal Step<SessionReply> Attach(SessionCommand.Attach command)
    {
        if (command.Number <= _endedUpTo)
        {
            return Told([command.For]);
        }

        if (!_attached.TryGetValue(command.For, out var before) || before.Order < command.Order)
        {
            Set(command.For, new Attached(command.Number, command.Order));
        }

        return Step<SessionReply>.Of(SessionReply.Done);
    }

    internal Step<SessionReply> Detach(SessionCommand.Detach command)
    {
        if (_attached.TryGetValue(command.For, out var attached) && attached.Order < command.Order)
        {
            Set(command.For, null);
        }

        return Step<SessionReply>.Of(SessionReply.Done);
    }

    internal Step<SessionReply> End(SessionCommand.End command)
    {
        if (command.UpTo <= _endedUpTo)
        {
            return Step<SessionReply>.Of(SessionReply.Done);
        }

        _endedUpTo = command.UpTo;
        Changes.Touch(RowKey.Of(HeaderRow));
        var told = _attached.Where(attached => attached.Value.Session <= _endedUpTo).Select(attached => attached.Key).ToArray();
        foreach (var entity in told)
        {
            Set(entity, null);
        }

        return Told(told);
    }

    private void Set(EntityKey entity, Attached? attached)
    {
        if (attached is { } now)
        {
            _attached[entity] = now;
        }
        else
        {
            _attached.Remove(entity);
        }

        Changes.Touch(RowKey.Of(AttachedRow, entity.ToString()));
    }

    private Step<SessionReply> Told(IReadOnlyList<EntityKey> entities) => Step<SessionReply>.Of(SessionReply.Done) with
    {
        Effects = [.. entities.Select(entity => new Effect.Send(new OutboxMessage.SessionEnded(entity, supervisor, _endedUpTo)))],
    };

    private readonly record struct Attached(long Session, long Order);
}
