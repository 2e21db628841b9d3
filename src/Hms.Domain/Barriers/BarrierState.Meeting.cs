using System.Text.Json;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Barriers;

/// <content>Calling, arriving, and the end, which is the same for all.</content>
public sealed partial class BarrierState
{
    internal Step<BarrierReply> Create(BarrierCommand.Create command)
    {
        if (command.By is { } by && _seen.Find(by, _now) is { } before)
        {
            return Repeated(before);
        }

        // What was called under the key may have ended, and the id have been used again since.
        var claim = command.Key is { } key ? new Stamp(key, 0, null) : null;
        if (_call is not null && claim is not null && (claim.Id == _key || _seen.Find(claim, _now) is not null))
        {
            return Step<BarrierReply>.Of(new BarrierReply.Described(Record(), Created: false));
        }

        if (IsWaiting && !IsSame(_call!, command.Call))
        {
            return Conflict($"the barrier {_id} waits for others");
        }

        if ((command.By ?? claim) is { } first)
        {
            _seen.Add(first, _now);
        }

        if (IsWaiting)
        {
            return Step<BarrierReply>.Of(new BarrierReply.Described(Record(), Created: false));
        }

        ClearReady();
        _phase = _generation == 0 || _call is null ? BarrierPhase.Waiting : BarrierTable.Next(_phase, BarrierEvent.CallAgain)!.Value;
        Take(command.Call);
        _key = command.Key ?? default;
        _createdAt = _now;
        _reason = "";
        _answers = command.Answers;
        _generation++;
        var sessions = command.Sessions.ToDictionary(session => session.Supervisor, StringComparer.Ordinal);
        _sessions = [.. command.Call.Participants.Select(participant => sessions.GetValueOrDefault(participant).Number)];
        _tellsInitiator = sessions.GetValueOrDefault(command.Call.Initiator).Number > 0;
        Changes.Touch(RowKey.Of(CallRow));
        Changes.Touch(RowKey.Of(HeaderRow));
        CallAll(sessions);
        return Step<BarrierReply>.Of(new BarrierReply.Described(Record(), Created: true));
    }

    internal Step<BarrierReply> Arrive(BarrierCommand.Arrive command)
    {
        if (command.By is { } by && _seen.Find(by, _now) is { } before)
        {
            return Repeated(before);
        }

        if (_call is null)
        {
            return Unknown();
        }

        if (!_places.ContainsKey(command.Participant))
        {
            return Step<BarrierReply>.Refuse(new Fault(ErrorCode.Forbidden, $"{command.Participant} takes no part in the barrier {_id}"));
        }

        if (!IsWaiting || (command.Generation is { } generation && generation != _generation))
        {
            return Conflict(IsWaiting ? $"the barrier {_id} is in use for the {_generation}th time" : $"the barrier {_id} has ended");
        }

        if (command.By is { } message)
        {
            _seen.Add(message, _now);
        }

        if (command.PassTo.Length > 0)
        {
            _ties.Post(new OutboxMessage.Post(command.PassTo, command.Message), _now, _effects);
        }

        if (!command.Ready)
        {
            End(BarrierEvent.NotReady, $"{command.Participant} is not ready");
        }
        else if (_ready.Add(command.Participant))
        {
            Changes.Touch(RowKey.Of(ReadyRow, command.Participant));
            if (_ready.Count == _call.Participants.Count)
            {
                End(BarrierEvent.AllReady, "");
            }
        }

        // Who arrives by message is answered by no record, which names all participants.
        return Step<BarrierReply>.Of(
            command.By is null ? new BarrierReply.Described(Record(), Created: false) : BarrierReply.Done.Instance);
    }

    internal Step<BarrierReply> Describe() =>
        _call is null ? Unknown() : Step<BarrierReply>.Of(new BarrierReply.Described(Record(), Created: false));

    internal Step<BarrierReply> EndSession(BarrierCommand.EndSession command)
    {
        _ties.Ended(command.Supervisor, command.UpTo);
        if (IsWaiting && _places.TryGetValue(command.Supervisor, out var place) && _sessions[place] <= command.UpTo)
        {
            End(BarrierEvent.LoseSession, $"the session of {command.Supervisor} has ended");
        }

        return Step<BarrierReply>.Of(BarrierReply.Done.Instance);
    }

    private void CallAll(Dictionary<string, SessionView> sessions)
    {
        foreach (var participant in _call!.Participants)
        {
            _ties.Post(_notices.Make(participant, "barrier_request", Priority.High, _now, WriteRequest, _call.TimeoutMs), _now, _effects);
        }

        foreach (var participant in _call.Participants)
        {
            var session = sessions.GetValueOrDefault(participant);
            if (!session.IsAlive)
            {
                End(BarrierEvent.LoseSession, $"the session of {participant} has ended");
                return;
            }

            _ties.Attach(participant, session.Number, _now, _effects);
        }
    }

    private void End(BarrierEvent happened, string reason)
    {
        _phase = BarrierTable.Next(_phase, happened)!.Value;
        _reason = reason;
        _endedAt = _now;
        Changes.Touch(RowKey.Of(HeaderRow));
        var told = _tellsInitiator && !_places.ContainsKey(_call!.Initiator) ? _call.Participants.Append(_call.Initiator) : _call!.Participants;
        foreach (var supervisor in told)
        {
            var notice = _notices.Make(supervisor, "barrier_continue", Priority.High, _now, WriteContinue);
            _ties.Post(supervisor == _call.Initiator ? notice with { Answers = _answers } : notice, _now, _effects);
        }

        _effects.Add(new Effect.Signal(Effect.Signal.Ended));
    }

    private void WriteRequest(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("barrier_id"u8, _id);
        json.WriteString("initiator"u8, _call!.Initiator);
        json.WriteNumber("timeout_ms"u8, _call.TimeoutMs);
        json.WriteNumber("generation"u8, _generation);
        json.WriteEndObject();
    }

    private void WriteContinue(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("barrier_id"u8, _id);
        json.WriteString("initiator"u8, _call!.Initiator);
        json.WriteBoolean("all_ready"u8, _phase == BarrierPhase.Released);
        if (_reason.Length > 0)
        {
            json.WriteString("reason"u8, _reason);
        }

        json.WriteNumber("generation"u8, _generation);
        json.WriteEndObject();
    }

    private static bool IsSame(BarrierCall one, BarrierCall other) =>
        one.Initiator == other.Initiator && one.TimeoutMs == other.TimeoutMs && one.Participants.SequenceEqual(other.Participants, StringComparer.Ordinal);

    private static Step<BarrierReply> Repeated(Seen before) => before.SameBody
        ? Step<BarrierReply>.Of(new BarrierReply.Repeated(before.FirstId))
        : Step<BarrierReply>.Refuse(new Fault(ErrorCode.Conflict, "the id was used for another message"));

    private Step<BarrierReply> Conflict(string message) =>
        Step<BarrierReply>.Refuse(new Fault(ErrorCode.Conflict, message) { Record = JsonText.Write(Record().WriteTo) });

    private Step<BarrierReply> Unknown() =>
        Step<BarrierReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"there is no barrier {_id}"));
}
