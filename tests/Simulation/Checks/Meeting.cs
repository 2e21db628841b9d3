using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>One barrier as its participants know it: who has come when, and what all were told of each use of its id.</summary>
internal sealed class Meeting(SimWorld world, string id)
{
    private readonly SortedDictionary<long, MeetingUse> _uses = [];
    private readonly List<Coming> _comings = [];

    public string Id => id;

    /// <summary>The latest use that anybody knows of; 0 where nobody knows any.</summary>
    public long Latest => _uses.Count == 0 ? 0 : _uses.Keys.Last();

    /// <summary>Whether somebody knows that there is such a barrier.</summary>
    public bool IsKnown => _uses.Count > 0;

    /// <summary>Who called for the latest use.</summary>
    public string? Initiator => IsKnown ? _uses[Latest].Initiator : null;

    private long Step => world.Scheduler.Step;

    /// <summary>Notes what came of a call that began at a step.</summary>
    public void Called(long begun, Answer<BarrierCreation> answer)
    {
        if (!answer.IsDone)
        {
            return;
        }

        See(begun, answer.Value.Record);
        var use = UseOf(answer.Value.Record.Generation);
        if (answer.Value.Created && use.Called != 0)
        {
            Fail(use, "was called into being twice");
        }

        use.Called = answer.Value.Created ? begun : use.Called;
    }

    /// <summary>Notes that somebody comes, by a call or by a message.</summary>
    public Coming Come(string participant, bool ready, long? generation, Sent? message = null)
    {
        var coming = new Coming(participant, ready, generation, message) { Begun = Step };
        _comings.Add(coming);
        return coming;
    }

    /// <summary>Notes what a call to come was answered.</summary>
    public void Came(Coming coming, Answer<BarrierRecord> answer)
    {
        coming.Ended = answer.IsUnknown ? Sent.Never : Step;
        coming.IsRefused = answer.Fault is not null;
        if (answer.Fault is { Code: ErrorCode.DestinationNotFound } && IsKnownSince(coming.Begun))
        {
            world.Fail($"the barrier {id} is known, and {coming.Who} found none");
        }

        if (answer.IsDone)
        {
            var record = answer.Value;
            coming.CountedFor = record.Generation;
            coming.IsCounted = true;
            See(coming.Begun, record);
            if (coming.Ready ? !record.Ready.Contains(coming.Who) : record.Phase != BarrierPhase.Aborted)
            {
                Fail(UseOf(record.Generation), $"took that {coming.Who} came, ready {coming.Ready}, and is {Text(record)}");
            }
        }
    }

    /// <summary>Sees a record that somebody asked for at a step.</summary>
    public void See(long begun, BarrierRecord record)
    {
        var use = UseOf(record.Generation);
        if (_uses.Values.Any(other => other.Generation > use.Generation && other.Seen < begun))
        {
            Fail(use, $"is shown after the {Latest}th");
        }

        use.Participants ??= record.Call.Participants;
        use.Initiator ??= record.Call.Initiator;
        if (!use.Participants.SequenceEqual(record.Call.Participants) || use.Initiator != record.Call.Initiator)
        {
            Fail(use, $"was called by {use.Initiator} for {string.Join(", ", use.Participants)}, and is {Text(record)}");
        }

        if (record.Ready.FirstOrDefault(who => !MayHaveCome(use, who, Step)) is { } early)
        {
            Fail(use, $"has {early}, who has not come");
        }

        if (_comings.Any(coming => coming.IsCounted && coming.CountedFor == use.Generation && coming.Ready && coming.Ended < begun && !record.Ready.Contains(coming.Who)))
        {
            Fail(use, $"has forgotten who came: {Text(record)}");
        }

        if (record.Phase != BarrierPhase.Waiting)
        {
            Outcome(use, record.Phase == BarrierPhase.Released, record.Reason);
        }
        else if (use.Ended < begun)
        {
            Fail(use, $"had ended, and is {Text(record)}");
        }
    }

    /// <summary>Hears a message that the fabric made; false where it is not of this barrier.</summary>
    public bool Hear(Inbox inbox, string type, JsonElement content)
    {
        var use = UseOf(content.GetProperty("generation").GetInt64());
        use.Initiator ??= content.GetProperty("initiator").GetString();
        if (use.Initiator != content.GetProperty("initiator").GetString())
        {
            Fail(use, $"was called by {use.Initiator}, and {inbox.Name} hears otherwise");
        }

        var told = type == "barrier_request" ? use.Requested : use.Continued;
        if (!told.Add(inbox.Name))
        {
            Fail(use, $"told {inbox.Name} a {type} twice");
        }

        if (type == "barrier_continue")
        {
            Outcome(use, content.GetProperty("all_ready").GetBoolean(), content.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
        }

        return true;
    }

    /// <summary>Checks what must hold when all is over: every use has ended, and everybody was told, once.</summary>
    public void Check()
    {
        foreach (var use in _uses.Values)
        {
            CheckOutcome(use);
            foreach (var inbox in world.Ledger.Inboxes)
            {
                CheckTold(use, inbox);
            }
        }
    }

    private static string Text(BarrierRecord record) => JsonSerializer.Serialize(record);

    private void CheckOutcome(MeetingUse use)
    {
        if (use.Ended == Sent.Never)
        {
            // All who were to be told have left: of who has not, it is checked that it was.
            return;
        }

        if (use.IsReleased && use.Participants?.FirstOrDefault(who => !MayHaveCome(use, who, use.Ended)) is { } early)
        {
            Fail(use, $"was released before {early} had come");
        }

        var counted = _comings.Where(coming => coming.IsCounted && coming.CountedFor == use.Generation).ToArray();
        var mustNot = counted.Any(coming => !coming.Ready);
        var must = use.Participants is not null && use.Participants.All(who => counted.Any(coming => coming.Who == who && coming.Ready));
        if (mustNot ? use.IsReleased : must && !use.IsReleased)
        {
            Fail(use, $"ended with all ready {use.IsReleased}, {use.Reason}, which is not what its participants said");
        }
    }

    private void CheckTold(MeetingUse use, Inbox inbox)
    {
        var takesPart = use.Participants?.Contains(inbox.Name);
        var isTold = takesPart == true || use.Initiator == inbox.Name;
        if ((takesPart == false && use.Requested.Contains(inbox.Name)) || (use.Participants is not null && !isTold && use.Continued.Contains(inbox.Name)))
        {
            Fail(use, $"told {inbox.Name}, which takes no part in it");
        }

        var isThere = inbox.IsSteady && inbox.Registered < use.Called && use.Called != 0;
        if (isThere && ((isTold && !use.Continued.Contains(inbox.Name)) || (takesPart == true && !use.Requested.Contains(inbox.Name))))
        {
            Fail(use, $"never told {inbox.Name} of its call or of its end");
        }
    }

    private void Outcome(MeetingUse use, bool isReleased, string? reason)
    {
        if (use.Ended == Sent.Never)
        {
            (use.Ended, use.IsReleased, use.Reason) = (Step, isReleased, reason);
            if (isReleased && use.Participants?.FirstOrDefault(who => !MayHaveCome(use, who, Step)) is { } early)
            {
                Fail(use, $"was released before {early} had come");
            }
        }
        else if (use.IsReleased != isReleased || use.Reason != reason)
        {
            Fail(use, $"ended with all ready {use.IsReleased}, {use.Reason}, and with {isReleased}, {reason}");
        }
    }

    private bool MayHaveCome(MeetingUse use, string who, long by) => _comings.Any(coming =>
        coming.Who == who && coming.Ready && coming.Begun <= by && coming.Ended >= use.Called && coming.MayCount
        && (coming.CountedFor ?? coming.Generation ?? use.Generation) == use.Generation);

    private bool IsKnownSince(long step) => _uses.Values.Any(use => use.Seen < step);

    private MeetingUse UseOf(long generation)
    {
        if (!_uses.TryGetValue(generation, out var use))
        {
            _uses.Add(generation, use = new MeetingUse(generation) { Seen = Step });
        }

        return use;
    }

    private void Fail(MeetingUse use, string what) => world.Fail($"the {use.Generation}th use of the barrier {id} {what}");
}
