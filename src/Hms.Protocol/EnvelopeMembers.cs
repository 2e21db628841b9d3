using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hms.Protocol;

/// <summary>The members of one envelope as they stand in the JSON, located in one pass and then checked one by one.</summary>
internal struct EnvelopeMembers
{
    private JsonElement? _id, _source, _destination, _messageType, _content, _timestamp, _correlationId, _ttl, _priority;
    private JsonElement? _contentHash, _signature, _encrypted, _encryptionMethod, _encryptionKeyId;

    public JsonElement? Version { get; private set; }

    /// <summary>The id where it can be told, for the error that names the message.</summary>
    public readonly string ReadableId =>
        _id is { ValueKind: JsonValueKind.String } id && id.GetString() is { } text && Names.IsMessageId(text) ? text : "";

    public void Locate(JsonElement message)
    {
        foreach (var member in message.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (name.Contains((byte)'\\'))
            {
                Place(System.Text.Encoding.UTF8.GetBytes(member.Name), member.Value);
            }
            else
            {
                Place(name, member.Value);
            }
        }
    }

    public readonly Envelope Build(JsonDocument document, ReadOnlyMemory<byte> utf8, List<Problem> problems)
    {
        var check = new MemberCheck(problems);
        var id = check.Text(_id, "/id", Names.IsMessageId, "must be 1 to 256 printable characters");
        var source = check.Text(_source, "/source", Names.IsName, MemberCheck.NameRule);
        var destination = check.Destination(_destination);
        var messageType = check.Text(_messageType, "/message_type", Names.IsName, MemberCheck.NameRule);
        var content = check.Required(_content, "/content");
        var timestamp = check.Obeying(_timestamp, "/timestamp", Rfc3339.IsDateTime, "must be a date and time of RFC 3339 with its offset");
        check.Obeying(Version, "/version", static text => text.Length > 0, "must not be empty");
        check.OptionalText(_contentHash, "/content_hash");
        check.OptionalText(_signature, "/signature");
        check.OptionalText(_encryptionMethod, "/encryption_method");
        check.OptionalText(_encryptionKeyId, "/encryption_key_id");
        return new Envelope(document, utf8)
        {
            Id = id,
            Source = source,
            Destination = destination,
            MessageType = messageType,
            Content = content,
            CorrelationId = check.OptionalText(_correlationId, "/correlation_id", Names.IsMessageId, "must be 1 to 256 printable characters"),
            TtlMs = check.OptionalInteger(_ttl, "/ttl", 1, EnvelopeReader.TtlMax),
            IsEncrypted = check.OptionalBoolean(_encrypted, "/encrypted") ?? false,
            PriorityGiven = check.OptionalPriority(_priority, "/priority"),
            TimestampMember = timestamp,
        };
    }

    private void Place(ReadOnlySpan<byte> name, JsonElement value)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("id"u8): _id = value; break;
            case var _ when name.SequenceEqual("source"u8): _source = value; break;
            case var _ when name.SequenceEqual("destination"u8): _destination = value; break;
            case var _ when name.SequenceEqual("message_type"u8): _messageType = value; break;
            case var _ when name.SequenceEqual("content"u8): _content = value; break;
            case var _ when name.SequenceEqual("timestamp"u8): _timestamp = value; break;
            case var _ when name.SequenceEqual("version"u8): Version = value; break;
            case var _ when name.SequenceEqual("correlation_id"u8): _correlationId = value; break;
            case var _ when name.SequenceEqual("ttl"u8): _ttl = value; break;
            case var _ when name.SequenceEqual("priority"u8): _priority = value; break;
            case var _ when name.SequenceEqual("content_hash"u8): _contentHash = value; break;
            case var _ when name.SequenceEqual("signature"u8): _signature = value; break;
            case var _ when name.SequenceEqual("encrypted"u8): _encrypted = value; break;
            case var _ when name.SequenceEqual("encryption_method"u8): _encryptionMethod = value; break;
            case var _ when name.SequenceEqual("encryption_key_id"u8): _encryptionKeyId = value; break;
            default: break;
        }
    }
}
