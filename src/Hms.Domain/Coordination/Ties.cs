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
        var tie = new Tie { Session = row.Number(), HasHeard = row.Flag(), UsedAt = row.Number() };
        _ties.Add(supervisor, tie);
        LookBy(tie.UsedAt + Patience);
    }

    public bool Write(string supervisor, IBufferWriter<byte> value)
    {
        if (!_ties.TryGetValue(supervisor, out var tie))
        {
            return false;
        }

        new RowWriter(value).Number(tie.Session).Flag(tie.HasHeard).Number(tie.UsedAt);
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

    /// <summary>
    /// Notes that a supervisor's sessions up to a number have ended, and the entity was told so: should it rely on one of them again, since
    /// it was shown alive a moment before, it must be told again.
    /// </summary>
    public void Ended(string supervisor, long upTo)
    {
        if (_ties.TryGetValue(supervisor, out var tie) && tie.Session > 0 && tie.Session <= upTo)
        {
            tie.Session = 0;
            changes.Touch(RowKey.Of(RowKind, supervisor));
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

        // All are looked at each time, so that is not done for each by itself: those that are a little early wait for the others.
        var soonest = now + (Patience / 4);
        Due = null;
        foreach (var (supervisor, tie) in _ties.ToArray())
        {
            tie.UsedAt = isNeeded(supervisor) ? now : tie.UsedAt;
            var at = tie.UsedAt + Patience;
            if (at > now)
            {
                LookBy(Math.Max(at, soonest));
            }
            else
            {
                GiveUp(supervisor, tie, effects);
            }
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

    private long Patience => (long)limits.TiesFor.TotalMilliseconds;

    private Tie Use(string supervisor, long now)
    {
        if (!_ties.TryGetValue(supervisor, out var tie))
        {
            _ties.Add(supervisor, tie = new Tie());
        }

        tie.UsedAt = now;
        LookBy(now + Patience);
        return tie;
    }

    private void LookBy(long at) => Due = Due is { } other && other < at ? other : at;

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

        /// <summary>When it was used last. The row has what it was when that was written, which may be earlier: then it is given up a little soon.</summary>
        public long UsedAt { get; set; }
    }
}
