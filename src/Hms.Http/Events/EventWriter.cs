using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using Hms.Http.Writing;

namespace Hms.Http.Events;

/// <summary>
/// Writes Server-Sent Events, as the HTML standard has them. A message's line ends, which JSON has nowhere but between its tokens, become
/// spaces, for an event's data is one line.
/// </summary>
internal sealed class EventWriter(HttpContext context)
{
    private const string ContentType = "text/event-stream";

    private readonly JsonScratch _scratch = JsonScratch.Rent();

    /// <summary>Says that the stream is still there.</summary>
    /// <returns>Whether the client was.</returns>
    public ValueTask<bool> KeepAliveAsync()
    {
        context.Response.BodyWriter.Write(": keep-alive\n\n"u8);
        return IsTakenAsync(context.Response.BodyWriter);
    }

    /// <summary>Writes an event a delivery and waits until the connection has taken them; the first time, begins the stream.</summary>
    /// <returns>How many it took, and whether the client was still there.</returns>
    public async ValueTask<(int Taken, bool IsThere)> WriteAsync(IReadOnlyList<Delivery> deliveries)
    {
        await BeginAsync();
        var output = context.Response.BodyWriter;
        var taken = 0;
        for (var i = 0; i < deliveries.Count; i++)
        {
            WriteHead(output, deliveries[i]);
            for (var rest = deliveries[i].Message; !rest.IsEmpty;)
            {
                // Whatever the connection takes in the middle of this one, the one before it is whole.
                if (output.UnflushedBytes >= SplicedJson.FlushBytes)
                {
                    if (!await IsTakenAsync(output))
                    {
                        return (taken, false);
                    }

                    taken = i;
                }

                var piece = rest[..Math.Min(rest.Length, SplicedJson.FlushBytes)];
                rest = rest[piece.Length..];
                WriteInOneLine(output, piece.Span);
            }

            output.Write("}\n\n"u8);
        }

        return await IsTakenAsync(output) ? (deliveries.Count, true) : (taken, false);
    }

    private async ValueTask BeginAsync()
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(CancellationToken.None);
        response.BodyWriter.Write("retry: 1000\n\n"u8);
    }

    private void WriteHead(PipeWriter output, Delivery delivery)
    {
        output.Write("event: message\nid: "u8);
        Utf8Formatter.TryFormat(delivery.Sequence, output.GetSpan(20), out var digits);
        output.Advance(digits);
        output.Write("\ndata: "u8);
        _scratch.Buffer.ResetWrittenCount();
        DeliveryWriter.WriteAround(_scratch, delivery, JsonText.Timestamp(delivery.LeasedUntil));
        output.Write(_scratch.Buffer.WrittenSpan);
    }

    private static void WriteInOneLine(PipeWriter output, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var room = output.GetSpan();
            var piece = text[..Math.Min(text.Length, room.Length)];
            piece.CopyTo(room);
            room[..piece.Length].Replace((byte)'\r', (byte)' ');
            room[..piece.Length].Replace((byte)'\n', (byte)' ');
            output.Advance(piece.Length);
            text = text[piece.Length..];
        }
    }

    private async ValueTask<bool> IsTakenAsync(PipeWriter output) =>
        await SplicedJson.FlushAsync(output) && !context.RequestAborted.IsCancellationRequested;
}
