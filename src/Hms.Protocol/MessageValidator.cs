using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol;

/// <summary>The protocol validator of section 10.1: envelope and content, and every problem with its JSON Pointer.</summary>
/// <param name="types">The types known.</param>
/// <param name="strictTypes">Whether a type that nobody registered is refused; off by default, for the protocol is extensible (section 12.2).</param>
/// <param name="unpackedBytesMax">Bytes that the message inside a compressed one may have; default 1 MiB.</param>
public sealed class MessageValidator(
    MessageTypeSet types, bool strictTypes = false, int unpackedBytesMax = CompressedMessage.UnpackedBytesDefault)
{
    private const string Content = "/content";

    /// <summary>Bytes that may be unpacked of one message, or of one batch.</summary>
    public int UnpackedBytesMax => unpackedBytesMax;

    /// <summary>
    /// Reads and checks one message, and the message inside a compressed one. The result is an envelope, which the caller disposes of, or a
    /// fault that holds every problem.
    /// </summary>
    public bool TryRead(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out Envelope? envelope,
        [NotNullWhen(false)] out Fault? fault)
    {
        var unpackable = unpackedBytesMax;
        return TryRead(utf8, isItem: false, ref unpackable, out envelope, out fault);
    }

    /// <summary>
    /// As <see cref="TryRead(ReadOnlyMemory{byte}, out Envelope, out Fault)"/>, for a message in a batch, which may not be a batch itself.
    /// All that is unpacked of one batch together may have what one message may.
    /// </summary>
    /// <param name="utf8">The item.</param>
    /// <param name="unpackable">Bytes that may still be unpacked of the batch; at first <see cref="UnpackedBytesMax"/>.</param>
    /// <param name="envelope">The envelope, where there is no fault.</param>
    /// <param name="fault">What is wrong.</param>
    public bool TryReadItem(
        ReadOnlyMemory<byte> utf8,
        ref int unpackable,
        [NotNullWhen(true)] out Envelope? envelope,
        [NotNullWhen(false)] out Fault? fault) => TryRead(utf8, isItem: true, ref unpackable, out envelope, out fault);

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

    private bool TryRead(
        ReadOnlyMemory<byte> utf8,
        bool isItem,
        ref int unpackable,
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

        fault = Check(envelope, isItem, ref unpackable, problems)
            ?? (problems.Count > 0 ? EnvelopeReader.Invalid(problems, envelope.Id) : null);
        if (fault is null)
        {
            return true;
        }

        envelope.Dispose();
        envelope = null;
        return false;
    }

    // Notes problems; a fault is what leaves nothing to be checked.
    private Fault? Check(Envelope envelope, bool isItem, ref int unpackable, List<Problem> problems)
    {
        if (isItem && MessageBatch.IsBarred(envelope.MessageType))
        {
            problems.Add(new Problem("/message_type", "must not be a batch: a batch holds none"));
            return null;
        }

        if (!envelope.IsEncrypted && CompressedMessage.IsCompressed(envelope.MessageType))
        {
            return CheckInner(envelope, ref unpackable, problems);
        }

        CheckContent(envelope, problems);
        return null;
    }

    private Fault? CheckInner(Envelope outer, ref int unpackable, List<Problem> problems)
    {
        if (CompressedMessage.InnerType(outer.MessageType) is not { } innerType)
        {
            problems.Add(new Problem("/message_type", "must name after compressed: a type that is not compressed itself"));
            return null;
        }

        if (outer.Content.ValueKind != JsonValueKind.String)
        {
            if (outer.Content.ValueKind != JsonValueKind.Undefined)
            {
                problems.Add(new Problem(Content, "must be a string"));
            }

            return null;
        }

        if (CompressedMessage.Unpack(outer.Content, unpackable, out var fault) is not { } bytes)
        {
            unpackable = fault!.Code == ErrorCode.PayloadTooLarge ? 0 : unpackable;
            return fault! with { SourceMessageId = outer.Id };
        }

        unpackable -= bytes.Length;
        var inside = new List<Problem>();
        if (EnvelopeReader.Read(bytes, inside, out fault) is not { } inner)
        {
            return fault! with { Message = $"in {Content}, {fault.Message}", SourceMessageId = outer.Id };
        }

        outer.Inner = inner;
        CheckContent(inner, inside);
        problems.AddRange(inside.Select(problem => problem with { Path = Content + problem.Path }));
        CompressedMessage.Compare(outer, inner, innerType, problems);
        return null;
    }

    private void CheckContent(Envelope envelope, List<Problem> problems)
    {
        if (envelope.IsEncrypted || envelope.MessageType.Length == 0 || envelope.Content.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        if (types.SchemaOf(envelope.MessageType) is { } schema)
        {
            if (!schema.Validate(envelope.Content))
            {
                schema.Validate(envelope.Content, problems, Content);
            }
        }
        else if (strictTypes)
        {
            problems.Add(new Problem("/message_type", $"{envelope.MessageType} is not a registered type, and strict_types is on"));
        }
    }
}
