using System.Text.Json;
using Hms.Http.Reading;

namespace Hms.Http.Writing;

/// <summary>What a sender is told, in each of the forms in which it is told.</summary>
internal static class ReceiptWriter
{
    /// <summary>Writes a receipt.</summary>
    public static void Write(Utf8JsonWriter json, SendReceipt receipt)
    {
        json.WriteStartObject();
        WriteMembers(json, receipt);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a receipt, for an object that holds others besides.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SendReceipt receipt)
    {
        json.WriteString("id"u8, receipt.Id);
        json.WriteString("status"u8, "accepted"u8);
        if (receipt.Results is { } results)
        {
            WriteResults(json, results);
            return;
        }

        json.WriteNumber("deliveries"u8, receipt.Deliveries);
        json.WriteBoolean("duplicate"u8, receipt.Duplicate);
        json.WriteString("durability"u8, SendHeaders.WireName(receipt.Durability));
    }

    /// <summary>Writes the member <c>results</c>: what came of each message of several.</summary>
    public static void WriteResults(Utf8JsonWriter json, IReadOnlyList<SendOutcome> results)
    {
        json.WriteStartArray("results"u8);
        foreach (var outcome in results)
        {
            WriteResult(json, outcome);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes one of several: a receipt, or <c>{"id","status":"rejected","error":ErrorResponse}</c>.</summary>
    public static void WriteResult(Utf8JsonWriter json, SendOutcome outcome)
    {
        if (outcome.Fault is not { } fault)
        {
            Write(json, outcome.Receipt);
            return;
        }

        json.WriteStartObject();
        json.WriteString("id"u8, fault.SourceMessageId);
        json.WriteString("status"u8, "rejected"u8);
        json.WritePropertyName("error"u8);
        fault.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Writes what one message by itself is answered with: a receipt, or an <c>ErrorResponse</c>.</summary>
    public static void WriteAnswer(Utf8JsonWriter json, SendOutcome outcome)
    {
        if (outcome.Fault is { } fault)
        {
            fault.WriteTo(json);
        }
        else
        {
            Write(json, outcome.Receipt);
        }
    }
}
