using System.Text.Json;

namespace Hms.Protocol;

/// <summary>
/// A broken rule or a broken environment, said in a code from the closed set. It is what becomes the seed's <c>ErrorResponse</c>
/// (section 5.1). An expected answer ("not granted") is a value and never a fault; a bug of ours is an exception and never a fault.
/// </summary>
/// <param name="Code">What kind of no.</param>
/// <param name="Message">What is wrong, for a person to read; never a stack trace.</param>
public sealed record Fault(ErrorCode Code, string Message)
{
    /// <summary>Everything found wrong, for <see cref="ErrorCode.Validation"/>; becomes <c>error_details</c>.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>The record as it stands, as JSON, for <see cref="ErrorCode.Conflict"/>; becomes <c>error_details</c>.</summary>
    public ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>The id of the message that caused it; <c>""</c> where no message was read.</summary>
    public string SourceMessageId { get; init; } = "";

    /// <summary>How long to wait before another try, where that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Writes the seed's <c>ErrorResponse</c> object (section 5.1).</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembersTo(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of the <c>ErrorResponse</c>, for an object that holds others besides.</summary>
    public void WriteMembersTo(Utf8JsonWriter json)
    {
        json.WriteString("error_code"u8, Code.WireName());
        json.WriteString("error_message"u8, Message);
        if (Problems.Count > 0)
        {
            json.WriteStartArray("error_details"u8);
            foreach (var problem in Problems)
            {
                problem.WriteTo(json);
            }

            json.WriteEndArray();
        }
        else if (!Record.IsEmpty)
        {
            json.WritePropertyName("error_details"u8);
            json.WriteRawValue(Record.Span, skipInputValidation: true);
        }

        json.WriteString("source_message_id"u8, SourceMessageId);
    }

    /// <summary>The seed's <c>ErrorResponse</c> as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonText.Write(WriteTo);
}
