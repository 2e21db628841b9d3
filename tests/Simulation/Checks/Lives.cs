using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>The sessions of supervisors as they and others know them, and who was told of their ends.</summary>
internal sealed class Lives(SimWorld world)
{
    private const int MissedMax = 4;

    // An entity that is only read compares after that time whether another has committed.
    private static readonly TimeSpan CompareAfter = TimeSpan.FromSeconds(6);
    private static readonly string Health = $"{Names.TopicPrefix}health";

    private readonly Dictionary<(string Supervisor, string Session), (long At, TimeSpan? Interval)> _signs = [];
    private readonly Dictionary<(string Supervisor, string Session), long> _registered = [];
    private readonly Dictionary<(string Supervisor, string Session), long> _dead = [];
    private readonly Dictionary<(string Inbox, string Supervisor), HashSet<string>> _deathsTold = [];
    private readonly HashSet<(string Supervisor, string LastSeen)> _suspected = [];
    private readonly Dictionary<(string Supervisor, string LastSeen), int> _asked = [];

    /// <summary>For how long a commit of another may go unnoticed.</summary>
    private TimeSpan Unnoticed => CompareAfter + (2 * world.Faults.SlowestWay);

    /// <summary>Notes that a supervisor gave a sign of life, at that time or later.</summary>
    public void NoteSign(string supervisor, string session, long at, TimeSpan? interval)
    {
        if (!_signs.TryGetValue((supervisor, session), out var before) || before.At < at)
        {
            _signs[(supervisor, session)] = (at, interval);
        }
    }

    /// <summary>Notes that a supervisor was told its session, some time after that step.</summary>
    public void NoteRegistered(string supervisor, string session, long begun) => _registered[(supervisor, session)] = begun;

    /// <summary>Notes that a session is over, since nothing was heard of it: that cannot be before its time.</summary>
    public void NoteDeath(string supervisor, ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        NoteDeath(supervisor, json.RootElement.GetProperty("session").GetString()!);
    }

    /// <summary>Sees what a record says.</summary>
    public void See(SupervisorRecord record, long begun)
    {
        switch (record.Liveness)
        {
            case Liveness.Dead:
                NoteDeath(record.Id, record.Session);
                break;
            case Liveness.Suspect:
                _suspected.Add((record.Id, JsonText.Timestamp(record.LastSeen)));
                break;
        }

        if (record.Liveness != Liveness.Dead)
        {
            CheckGoesOn(record.Id, record.Session, begun);
        }
    }

    /// <summary>A session that is over stays so.</summary>
    public void CheckGoesOn(string supervisor, string session, long begun)
    {
        if (_dead.TryGetValue((supervisor, session), out var seen) && seen < begun && !world.HasSplit)
        {
            world.Fail($"the session {session} of {supervisor} was over at step {seen}, and goes on");
        }
    }

    /// <summary>Hears what the fabric says of sessions; false where it speaks of something else.</summary>
    public bool Hear(Inbox inbox, JsonElement message)
    {
        var content = message.GetProperty("content");
        switch (message.GetProperty("message_type").GetString())
        {
            case "health_notification" when message.GetProperty("destination").GetString() == Health:
                var key = (inbox.Name, content.GetProperty("component_id").GetString()!);
                (_deathsTold.TryGetValue(key, out var told) ? told : _deathsTold[key] = []).Add(message.GetProperty("id").GetString()!);
                return true;
            case "supervisor_status_request" when content.GetProperty("supervisor_id").GetString() == inbox.Name:
                var about = (inbox.Name, content.GetProperty("last_seen").GetString()!);
                _asked[about] = _asked.GetValueOrDefault(about) + 1;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Checks what must have been told when all is over.</summary>
    public void Check()
    {
        foreach (var suspected in _suspected.Where(suspected => world.Ledger.InboxOf(suspected.Supervisor).IsSteady))
        {
            if (_asked.GetValueOrDefault(suspected) != 1)
            {
                world.Fail($"{suspected.Supervisor} was suspect, last seen at {suspected.LastSeen}, and was asked {_asked.GetValueOrDefault(suspected)} times how it is");
            }
        }

        foreach (var inbox in world.Ledger.Inboxes.Where(inbox => inbox.IsSteady))
        {
            foreach (var dead in _dead.Keys.Where(dead => HearsOf(inbox, dead)).GroupBy(dead => dead.Supervisor))
            {
                var told = _deathsTold.GetValueOrDefault((inbox.Name, dead.Key))?.Count ?? 0;
                if (told < dead.Count())
                {
                    world.Fail($"{dead.Key} died {dead.Count()} times, of which {inbox.Name} heard {told} times");
                }
            }
        }
    }

    /// <summary>Whether one subscribes to the health of all since before that session died.</summary>
    private bool HearsOf(Inbox inbox, (string Supervisor, string Session) dead) =>
        _registered.TryGetValue(dead, out var begun) && inbox.InterestsIn("health").Any(interest => interest.Covers(begun));

    private void NoteDeath(string supervisor, string session)
    {
        var isSeen = _dead.TryAdd((supervisor, session), world.Scheduler.Step);

        // A sign of life is kept in memory only: it may have gone to one who does not know yet of a commit by which the session had ended.
        if (isSeen && _signs.TryGetValue((supervisor, session), out var sign) && sign.At - Unnoticed.Ticks > world.LateCommitAt
            && (sign.Interval is not { } interval || world.Scheduler.Now < sign.At + (MissedMax * interval).Ticks) && !world.HasSplit)
        {
            world.Fail($"the session {session} of {supervisor} is over, and it was heard of {TimeSpan.FromTicks(world.Scheduler.Now - sign.At)} ago");
        }
    }
}
