using System.Globalization;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>Messages that the fabric makes, in the part of the Meta-Supervisor.</summary>
internal static class FabricMessages
{
    /// <summary>Tells the source of a message that its ttl ran out before it was delivered.</summary>
    /// <param name="expired">The message.</param>
    /// <param name="mailbox">Where it waited.</param>
    /// <param name="sequence">Its number there.</param>
    /// <param name="at">When it expired.</param>
    public static byte[] Expiry(Envelope expired, string mailbox, long sequence, DateTimeOffset at)
    {
        var fault = new Fault(ErrorCode.MessageTimeout, $"the message expired in the mailbox of {mailbox} before it was delivered")
        {
            SourceMessageId = expired.Id,
        };

        // The id follows from what happened, so that telling it twice makes no two messages.
        var where = Fingerprint.OfId(mailbox, sequence.ToString(CultureInfo.InvariantCulture)).High;
        return ErrorResponse($"expired_{where:x16}_{at.ToUnixTimeMilliseconds()}", expired, fault, at);
    }

    /// <summary>Tells a subscriber what a topic's retention removed before it reached the mailbox.</summary>
    public static byte[] Loss(string supervisor, string topic, long first, long last, DateTimeOffset at)
    {
        var fault = new Fault(ErrorCode.MessageTimeout, $"{last - first + 1} messages of the topic {topic} were removed by its retention, unread")
        {
            Record = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["topic"] = topic,
                ["count"] = last - first + 1,
                ["first_sequence"] = first,
                ["last_sequence"] = last,
            }),
        };
        var where = Fingerprint.OfId(supervisor, topic).High;
        return new FabricMessage($"lost_{where:x16}_{last}", supervisor, "error_response", topic, at).Write(fault.WriteTo);
    }

    /// <summary>An <c>error_response</c> (section 5.1) to the source of a message.</summary>
    public static byte[] ErrorResponse(string id, Envelope about, Fault fault, DateTimeOffset now) =>
        Answer(id, about, "error_response", now, fault.WriteTo);

    /// <summary>A message to the source of another, with that one's correlation and priority.</summary>
    public static byte[] Answer(string id, Envelope about, string messageType, DateTimeOffset now, Action<Utf8JsonWriter> writeContent) =>
        new FabricMessage(id, about.Source, messageType, about.ReplyCorrelation, now) { Priority = about.Priority }.Write(writeContent);

    /// <summary>What a mailbox needs to know of a message that an entity says, or passes on.</summary>
    /// <param name="message">The message.</param>
    /// <param name="answers">Which request it answers, where its own correlation id does not say so.</param>
    public static EnqueueRequest ToEnqueue(ReadOnlyMemory<byte> message, string answers = "")
    {
        if (!EnvelopeReader.TryRead(message, out var envelope, out var fault))
        {
            throw new InvalidOperationException($"the fabric made a message that is none: {fault.Message}");
        }

        using (envelope)
        {
            CompressedMessage.Reopen(envelope);
            var request = ToEnqueue(envelope);
            return answers.Length > 0 ? request with { CorrelationId = answers } : request;
        }
    }

    /// <summary>What a mailbox needs to know of a message.</summary>
    public static EnqueueRequest ToEnqueue(Envelope envelope) => new(envelope.Bytes, envelope.Source, envelope.Id)
    {
        CorrelationId = envelope.Routed.CorrelationId,
        BodyHash = Fingerprint.OfBytes(envelope.Bytes.Span),
        Priority = envelope.Routed.Priority,
        TtlMs = envelope.Routed.TtlMs,
    };
}
