using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hms.Protocol;

/// <summary>
/// Reads the envelope of section 2.1 from UTF-8 bytes: first whether it is a message at all (JSON, an object, a version we speak),
/// then whether each member is what it should be. Every problem is reported, not the first. The content is only located here; its
/// schema is checked by <see cref="MessageValidator"/>.
/// </summary>
public static class EnvelopeReader
{
    /// <summary>Largest <c>ttl</c>: the largest integer that every JSON reader holds exactly (RFC 8259, section 6).</summary>
    public const long TtlMax = 9_007_199_254_740_991;

    /// <summary>
    /// Reads one message. The result is an envelope, which the caller disposes of, or a fault: <see cref="ErrorCode.MessageFormat"/>
    /// when it is not a message, <see cref="ErrorCode.Validation"/> with every problem when it is a faulty one.
    /// </summary>
    /// <param name="utf8">The message; it must not change while the envelope is in use.</param>
    /// <param name="envelope">The envelope, where there is no fault.</param>
    /// <param name="fault">What is wrong.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out Envelope? envelope,
        [NotNullWhen(false)] out Fault? fault)
    {
        var problems = new List<Problem>();
        envelope = Read(utf8, problems, out fault);
        if (fault is not null)
        {
            envelope?.Dispose();
            envelope = null;
            return false;
        }

        return envelope is not null;
    }

    /// <summary>
    /// The id of a message that may be faulty or no message at all, so that a refusal can name it: the first member <c>id</c> of the object,
    /// as far as the text can be read; <c>""</c> where there is none that may be an id.
    /// </summary>
    public static string ReadableId(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8) || Surrogates.HasLone(utf8))
        {
            return "";
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = JsonText.DepthMax });
        try
        {
            return FindId(ref reader) is { } id && Names.IsMessageId(id) ? id : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    /// <summary>
    /// As <see cref="TryRead"/>, but for a message that is faulty and not unreadable the problems are collected and the envelope is
    /// returned as far as it could be read, so that its content can be checked as well.
    /// </summary>
    internal static Envelope? Read(ReadOnlyMemory<byte> utf8, List<Problem> problems, out Fault? fault)
    {
        fault = null;
        var document = Parse(utf8, out var notJson);
        if (document is null)
        {
            fault = new Fault(ErrorCode.MessageFormat, notJson);
            return null;
        }

        var members = new EnvelopeMembers();
        members.Locate(document.RootElement);
        if (VersionRefusal(members) is { } refusal)
        {
            fault = new Fault(ErrorCode.MessageFormat, refusal) { SourceMessageId = members.ReadableId };
            document.Dispose();
            return null;
        }

        var envelope = members.Build(document, utf8, problems);
        if (problems.Count > 0)
        {
            fault = Invalid(problems, envelope.Id);
        }

        return envelope;
    }

    internal static Fault Invalid(IReadOnlyList<Problem> problems, string messageId) =>
        new(ErrorCode.Validation, problems.Count == 1 ? Sentence(problems[0]) : $"{problems.Count} problems: see error_details")
        {
            Problems = problems,
            SourceMessageId = messageId,
        };

    private static string Sentence(Problem problem) => problem.Path.Length == 0 ? problem.Message : $"{problem.Path} {problem.Message}";

    private static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, out string notJson)
    {
        notJson = "";
        if (utf8.IsEmpty)
        {
            notJson = "the message is empty";
        }
        else if (!Utf8.IsValid(utf8.Span))
        {
            notJson = "the message is not valid UTF-8";
        }
        else if (Surrogates.HasLone(utf8.Span))
        {
            notJson = "the message escapes half of a surrogate pair";
        }
        else
        {
            return ParseObject(utf8, out notJson);
        }

        return null;
    }

    private static JsonDocument? ParseObject(ReadOnlyMemory<byte> utf8, out string notJson)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, JsonText.Reading);
        }
        catch (JsonException e)
        {
            notJson = $"the message is not valid JSON: {e.Message}";
            return null;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            notJson = "";
            return document;
        }

        document.Dispose();
        notJson = "the message is not a JSON object";
        return null;
    }

    private static string? FindId(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }

    private static string? VersionRefusal(in EnvelopeMembers members) =>
        members.Version is { ValueKind: JsonValueKind.String } version
        && !version.ValueEquals(ProtocolVersion.Current)
        && version.GetString() is { Length: > 0 } text
            ? ProtocolVersion.Refusal(text)
            : null;
}
