using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Domain.Coordination;

/// <summary>
/// The supervisors that an entity has to do with: whose sessions it is told the end of, and whose mailboxes remember what it has said. A tie
/// is kept up for a while after its last use, since most are soon used again, and then given up, so that nothing grows for ever.
/// </summary>
/// <param name="self">The entity.</param>
/// <param name="changes">Where changed rows are noted.</param>
/// <param name="limits">For how long.</param>
internal sealed class Ties(EntityKey self, RowChanges changes, CoordinationLimits limits)
{
    public const char RowKind = 't';

    private readonly Dictionary<string, Tie> _ties = new(StringComparer.Ordinal);

    /// <summary>When ties are to be looked at again, in Unix milliseconds; null where there are none.</summary>
    public long? Due { get; private set; }

    public void Load(string supervisor, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        _ties.Add(supervisor, new Tie { Session = row.Number(), HasHeard = row.Flag() });
        Due = 0;
    }

    public bool Write(string supervisor, IBufferWriter<byte> value)
    {
        if (!_ties.TryGetValue(supervisor, out var tie))
        {
            return false;
        }

        new RowWriter(value).Number(tie.Session).Flag(tie.HasHeard);
        return true;
    }

    /// <summary>Sees to it that the entity is told when a supervisor's session ends.</summary>
    public void Attach(string supervisor, long session, long now, List<Effect> effects)
    {
        var tie = Use(supervisor, now);
        if (tie.Session < session)
        {
            tie.Session = session;
            changes.Touch(RowKey.Of(RowKind, supervisor));
            effects.Add(new Effect.Send(new OutboxMessage.Attach(supervisor, session, self)));
        }
    }

    /// <summary>Puts a message into a supervisor's mailbox.</summary>
    public void Post(OutboxMessage.Post message, long now, List<Effect> effects)
    {
        var tie = Use(message.Mailbox, now);
        if (!tie.HasHeard)
        {
            tie.HasHeard = true;
            changes.Touch(RowKey.Of(RowKind, message.Mailbox));
        }

        effects.Add(new Effect.Send(message));
    }

    /// <summary>Gives up what has not been used for a while and is not needed.</summary>
    public void Sweep(long now, Func<string, bool> isNeeded, List<Effect> effects)
    {
        if (Due is not { } due || due > now)
        {
            return;
        }

        var patience = (long)limits.TiesFor.TotalMilliseconds;
        Due = null;
        foreach (var (supervisor, tie) in _ties.ToArray())
        {
            // Read from the store a moment ago, it is not known when it was used.
            tie.UsedAt = tie.UsedAt == 0 || isNeeded(supervisor) ? now : tie.UsedAt;
            var at = tie.UsedAt + patience;
            if (at > now)
            {
                Due = Due is { } other && other < at ? other : at;
                continue;
            }

            GiveUp(supervisor, tie, effects);
        }
    }

    /// <summary>Gives up everything, since the entity itself goes.</summary>
    public void GiveUpAll(List<Effect> effects)
    {
        foreach (var (supervisor, tie) in _ties.ToArray())
        {
            GiveUp(supervisor, tie, effects);
        }

        Due = null;
    }

    private Tie Use(string supervisor, long now)
    {
        if (!_ties.TryGetValue(supervisor, out var tie))
        {
            _ties.Add(supervisor, tie = new Tie());
        }

        tie.UsedAt = now;
        Due ??= now + (long)limits.TiesFor.TotalMilliseconds;
        return tie;
    }

    private void GiveUp(string supervisor, Tie tie, List<Effect> effects)
    {
        _ties.Remove(supervisor);
        changes.Touch(RowKey.Of(RowKind, supervisor));
        if (tie.Session > 0)
        {
            effects.Add(new Effect.Send(new OutboxMessage.Detach(supervisor, self)));
        }

        if (tie.HasHeard)
        {
            effects.Add(new Effect.Send(new OutboxMessage.Farewell(supervisor)));
        }
    }

    private sealed class Tie
    {
        /// <summary>The session to whose end it is attached; 0 where to none.</summary>
        public long Session { get; set; }

        public bool HasHeard { get; set; }

        public long UsedAt { get; set; }
    }
}
