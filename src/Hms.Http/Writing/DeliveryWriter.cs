using System.Buffers;
using System.IO.Pipelines;

namespace Hms.Http.Writing;

/// <summary>
/// Writes <c>{"deliveries":[D…]}</c>. What stands around the messages is built first, which gives the length; the messages then go
/// from where they lie straight into the connection, with a pause whenever the client is slower than we are.
/// </summary>
internal static class DeliveryWriter
{
    private const int FlushBytes = 32 * 1024;

    /// <summary>Writes the answer to a receive.</summary>
    /// <returns>Whether the client was still there to take all of it.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, IReadOnlyList<Delivery> deliveries)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            var length = WriteFrame(scratch, deliveries);
            JsonAnswer.Begin(context, StatusCodes.Status200OK, length);

            // Once the head is out, what is written goes into the connection's own memory and is copied no second time.
            await context.Response.StartAsync(CancellationToken.None);
            return await WriteAsync(context.Response.BodyWriter, scratch, deliveries)
                && (deliveries.Count == 0 || !context.RequestAborted.IsCancellationRequested);
        }
        finally
        {
            scratch.Return();
        }
    }

    private static async Task<bool> WriteAsync(PipeWriter output, JsonScratch frame, IReadOnlyList<Delivery> deliveries)
    {
        var from = 0;
        var unflushed = 0;
        for (var i = 0; i < deliveries.Count; i++)
        {
            var cut = frame.Cuts[i];
            output.Write(frame.Buffer.WrittenSpan[from..cut]);
            unflushed += cut - from;
            from = cut;

            // A large message goes out in pieces, so that no more than a piece of it waits in the connection's memory.
            for (var rest = deliveries[i].Message; !rest.IsEmpty;)
            {
                var piece = rest[..Math.Min(rest.Length, FlushBytes)];
                rest = rest[piece.Length..];
                output.Write(piece.Span);
                unflushed += piece.Length;
                if (unflushed >= FlushBytes)
                {
                    unflushed = 0;
                    if (!await FlushAsync(output))
                    {
                        return false;
                    }
                }
            }
        }

        output.Write(frame.Buffer.WrittenSpan[from..]);
        return await FlushAsync(output);
    }

    private static async ValueTask<bool> FlushAsync(PipeWriter output) =>
        await output.FlushAsync(CancellationToken.None) is { IsCompleted: false, IsCanceled: false };

    private static long WriteFrame(JsonScratch scratch, IReadOnlyList<Delivery> deliveries)
    {
        var buffer = scratch.Buffer;
        buffer.Write("{\"deliveries\":["u8);
        var messages = 0L;
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
            messages += delivery.Message.Length;
        }

        buffer.Write(deliveries.Count == 0 ? "]}"u8 : "}]}"u8);
        return buffer.WrittenCount + messages;
    }

    private static void WriteAround(JsonScratch scratch, Delivery delivery, string leasedUntil)
    {
        var json = scratch.Json;
        json.Reset();
        json.WriteStartObject();
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
