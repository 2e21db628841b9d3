using System.Buffers;
using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>Writes deliveries, <c>D</c> in <c>api.md</c>, around the bytes of their messages.</summary>
internal static class DeliveryWriter
{
    /// <summary>Writes <c>{"deliveries":[D…]}</c>, the answer to a receive.</summary>
    /// <returns>Whether the client was still there to take all of it.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, IReadOnlyList<Delivery> deliveries)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            WriteFrame(scratch, deliveries);
            return await SplicedJson.WriteAsync(context, scratch, deliveries, static delivery => delivery.Message)
                && (deliveries.Count == 0 || !context.RequestAborted.IsCancellationRequested);
        }
        finally
        {
            scratch.Return();
        }
    }

    private static void WriteFrame(JsonScratch scratch, IReadOnlyList<Delivery> deliveries)
    {
        var buffer = scratch.Buffer;
        buffer.Write("{\"deliveries\":["u8);
        var until = default(DateTimeOffset);
        var untilText = "";
        for (var i = 0; i < deliveries.Count; i++)
        {
            var delivery = deliveries[i];
            if (delivery.LeasedUntil != until || i == 0)
            {
                until = delivery.LeasedUntil;
                untilText = JsonText.Timestamp(until);
            }

            buffer.Write(i == 0 ? [] : "},"u8);
            WriteAround(scratch, delivery, untilText);
            scratch.Cuts.Add(buffer.WrittenCount);
        }

        buffer.Write(deliveries.Count == 0 ? "]}"u8 : "}]}"u8);
    }

    /// <summary>Writes a delivery up to its message, which a closing brace is to follow.</summary>
    public static void WriteAround(JsonScratch scratch, Delivery delivery, string leasedUntil)
    {
        var json = scratch.Json;
        json.Reset();
        json.WriteStartObject();
        WriteMembers(json, delivery, leasedUntil);
    }

    /// <summary>Writes what stands in a delivery before its message, and flushes.</summary>
    internal static void WriteMembers(Utf8JsonWriter json, Delivery delivery, string leasedUntil)
    {
        json.WriteString("receipt"u8, delivery.Receipt);
        json.WriteNumber("sequence"u8, delivery.Sequence);
        json.WriteNumber("attempt"u8, delivery.Attempt);
        json.WriteString("leased_until"u8, leasedUntil);
        if (delivery.Topic is not null)
        {
            json.WriteString("topic"u8, delivery.Topic);
        }

        if (delivery.TraceParent is not null)
        {
            json.WriteString("traceparent"u8, delivery.TraceParent);
        }

        json.WritePropertyName("message"u8);
        json.Flush();
    }
}
