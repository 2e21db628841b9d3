using System.Diagnostics.CodeAnalysis;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol;

/// <summary>The protocol validator of section 10.1: envelope and content, and every problem with its JSON Pointer.</summary>
/// <param name="types">The types known.</param>
/// <param name="strictTypes">Whether a type that nobody registered is refused; off by default, for the protocol is extensible (section 12.2).</param>
public sealed class MessageValidator(MessageTypeSet types, bool strictTypes = false)
{
    /// <summary>
    /// Reads and checks one message. The result is an envelope, which the caller disposes of, or a fault that holds every problem.
    /// </summary>
    public bool TryRead(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out Envelope? envelope,
        [NotNullWhen(false)] out Fault? fault)
    {
        var problems = new List<Problem>();
        envelope = EnvelopeReader.Read(utf8, problems, out fault);
        if (envelope is null)
        {
            fault ??= new Fault(ErrorCode.MessageFormat, "the message could not be read");
            return false;
        }

        CheckContent(envelope, problems);
        if (problems.Count == 0)
        {
            fault = null;
            return true;
        }

        fault = EnvelopeReader.Invalid(problems, envelope.Id);
        envelope.Dispose();
        envelope = null;
        return false;
    }

    /// <summary>Every problem of a message: none where it is valid. One that is no message at all has a single problem, with path <c>""</c>.</summary>
    public IReadOnlyList<Problem> Validate(ReadOnlyMemory<byte> utf8)
    {
        if (TryRead(utf8, out var envelope, out var fault))
        {
            envelope.Dispose();
            return [];
        }

        return fault.Problems.Count > 0 ? fault.Problems : [new Problem("", fault.Message)];
    }

    private void CheckContent(Envelope envelope, List<Problem> problems)
    {
        if (envelope.IsEncrypted || envelope.MessageType.Length == 0 || envelope.Content.ValueKind == System.Text.Json.JsonValueKind.Undefined)
        {
            return;
        }

        if (types.SchemaOf(envelope.MessageType) is { } schema)
        {
            if (!schema.Validate(envelope.Content))
            {
                schema.Validate(envelope.Content, problems, "/content");
            }
        }
        else if (strictTypes)
        {
            problems.Add(new Problem("/message_type", $"{envelope.MessageType} is not a registered type, and strict_types is on"));
        }
    }
}
