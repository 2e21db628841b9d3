using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>Topics and subscriptions as clients see them.</summary>
internal static class TopicJson
{
    public static void Write(Utf8JsonWriter json, TopicRecord record)
    {
        json.WriteStartObject();
        json.WriteString("topic"u8, record.Topic);
        json.WriteString("created_at"u8, JsonText.Timestamp(record.CreatedAt));
        json.WriteNumber("first_sequence"u8, record.First);
        json.WriteNumber("next_sequence"u8, record.Next);
        json.WriteNumber("messages"u8, record.Messages);
        json.WriteNumber("bytes"u8, record.Bytes);
        json.WriteNumber("subscribers"u8, record.Subscribers);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Subscription subscription)
    {
        json.WriteStartObject();
        json.WriteString("supervisor"u8, subscription.Supervisor);
        JsonLists.WriteStrings(json, "patterns"u8, subscription.Patterns);
        json.WriteNumber("cursor"u8, subscription.Cursor);
        json.WriteNumber("behind"u8, subscription.Behind);
        json.WriteEndObject();
    }

    /// <summary>Writes what was subscribed to, and from where on.</summary>
    public static void Write(Utf8JsonWriter json, (string Topic, string Supervisor, SubscriptionStart Start) subscribed)
    {
        json.WriteStartObject();
        json.WriteString("topic"u8, subscribed.Topic);
        json.WriteString("supervisor"u8, subscribed.Supervisor);
        if (subscribed.Start.Sequence is > 0 and var sequence)
        {
            json.WriteNumber("from"u8, sequence);
        }
        else
        {
            json.WriteString("from"u8, subscribed.Start == SubscriptionStart.New ? "new"u8 : "earliest"u8);
        }

        json.WriteEndObject();
    }
}
