using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Directory;

/// <content>Who is alive, and what follows when one is not.</content>
public sealed partial class DirectoryState
{
    private const int LookedAtOnce = 256;

    // Where one was heard of since, it stands here too early, and is put back when its turn comes.
    private readonly PriorityQueue<(Member Member, long At), long> _toLookAt = new();
    private long _lookedAt;

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => _toLookAt.TryPeek(out _, out var at)
        ? new DateTimeOffset(Math.Max(at, _lookedAt + _limits.Slack.Ticks), TimeSpan.Zero)
        : null;

    /// <summary>Who was heard of when is not stored: after a start, all are looked at from then on.</summary>
    public DateTimeOffset? DurableWake => _toLookAt.Count > 0 ? DateTimeOffset.UnixEpoch : null;

    /// <summary>Ends the sessions of those who have not been heard of for too long, and asks after those who are late.</summary>
    internal void Begin(DateTimeOffset now)
    {
        if (_startedAt is null)
        {
            _startedAt = now;
            foreach (var member in _members.Values)
            {
                member.LastSeen = now;
                LookLater(member);
            }
        }

        var acted = 0;
        while (acted < LookedAtOnce && _toLookAt.TryPeek(out var next, out var at) && at <= now.UtcTicks)
        {
            _toLookAt.Dequeue();
            if (next.Member.LookedAt == next.At && _members.GetValueOrDefault(next.Member.Id) == next.Member)
            {
                acted += LookAt(next.Member, now) ? 1 : 0;
            }

            _lookedAt = now.UtcTicks;
        }
    }

    /// <summary>Looks at one whose time has come; whether there was anything to do.</summary>
    private bool LookAt(Member member, DateTimeOffset now)
    {
        member.LookedAt = long.MaxValue;
        switch (LivenessOf(member, now))
        {
            case Liveness.Dead when !member.IsOver:
                EndSession(member);
                TellOfDeath(member, now);
                return true;
            case Liveness.Suspect when !member.IsAsked:
                member.IsAsked = true;
                AskAfter(member, now);
                LookLater(member);
                return true;
            default:
                LookLater(member);
                return false;
        }
    }

    /// <summary>Sees to it that one is looked at when it would become suspect, or dead.</summary>
    private void LookLater(Member member)
    {
        if (member.IsOver || member.Registration.HeartbeatIntervalMs is not { } interval)
        {
            return;
        }

        var missed = member.IsAsked ? _limits.DeadAfter : _limits.SuspectAfter;
        var at = (member.SilentSince + TimeSpan.FromMilliseconds(missed * interval)).UtcTicks;
        if (at < member.LookedAt)
        {
            member.LookedAt = at;
            _toLookAt.Enqueue((member, at), at);
        }
    }

    /// <summary>All that depends on the session is told: receivers lose their leases, and whoever is attached hears of it.</summary>
    private void EndSession(Member member)
    {
        member.IsOver = true;
        Changes.Touch(RowKey.Of(SupervisorRow, member.Id));
        _effects.Add(new Effect.Send(new OutboxMessage.EndLeases(member.Id)));
        _effects.Add(new Effect.Send(new OutboxMessage.EndSession(member.Id, member.Number)));
    }

    private void TellOfDeath(Member member, DateTimeOffset now)
    {
        var message = new FabricMessage(
            $"dead_{Fingerprint.OfName(member.Id):x16}_{member.Number}", $"{Names.TopicPrefix}health", "health_notification", member.Id, now)
        {
            Priority = Priority.High,
        };
        var bytes = message.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("component_id"u8, member.Id);
            json.WriteString("status"u8, "Critical");
            json.WriteString("message"u8, $"no sign of life since {JsonText.Timestamp(member.LastSeen)}: its session has ended");
            json.WriteString("timestamp"u8, JsonText.Timestamp(now));
            json.WriteEndObject();
        });
        _effects.Add(new Effect.Send(new OutboxMessage.Publish("health", bytes)));
    }

    private void AskAfter(Member member, DateTimeOffset now)
    {
        var message = new FabricMessage(
            $"ask_{Fingerprint.OfName(member.Id):x16}_{member.Number}_{member.SilentSince.ToUnixTimeMilliseconds()}",
            member.Id,
            "supervisor_status_request",
            member.Id,
            now)
        {
            Priority = Priority.High,
        };
        var bytes = message.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("supervisor_id"u8, member.Id);
            json.WriteString("last_seen"u8, JsonText.Timestamp(member.LastSeen));
            json.WriteEndObject();
        });
        _effects.Add(new Effect.Send(new OutboxMessage.Post(member.Id, bytes)));
    }

    private Liveness LivenessOf(Member member, DateTimeOffset now)
    {
        if (member.IsOver)
        {
            return Liveness.Dead;
        }

        if (member.Registration.HeartbeatIntervalMs is not { } interval)
        {
            return Liveness.Alive;
        }

        var missed = (now - member.SilentSince).TotalMilliseconds / interval;
        return missed >= _limits.DeadAfter ? Liveness.Dead : missed >= _limits.SuspectAfter ? Liveness.Suspect : Liveness.Alive;
    }
}
