using System.Buffers;
using System.IO.Pipelines;

namespace Hms.Http.Writing;

/// <summary>
/// Writes JSON with messages in it. What stands around them is built first, which gives the length; the messages then go from where they
/// lie straight into the connection, with a pause whenever the client is slower than we are.
/// </summary>
internal static class SplicedJson
{
    /// <summary>What is written at most before the client must have taken it.</summary>
    public const int FlushBytes = 32 * 1024;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    /// <summary>Writes an answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="around">What stands around the messages, with a cut where each goes.</param>
    /// <param name="items">What holds the messages, in order.</param>
    /// <param name="message">The message that an item holds.</param>
    /// <returns>Whether the client was still there to take all of it.</returns>
    public static async Task<bool> WriteAsync<T>(
        HttpContext context, JsonScratch around, IReadOnlyList<T> items, Func<T, ReadOnlyMemory<byte>> message)
    {
        long length = around.Buffer.WrittenCount;
        for (var i = 0; i < items.Count; i++)
        {
            length += message(items[i]).Length;
        }

        JsonAnswer.Begin(context, StatusCodes.Status200OK, length);

        // Once the head is out, what is written goes into the connection's own memory and is copied no second time.
        await context.Response.StartAsync(CancellationToken.None);
        var output = context.Response.BodyWriter;
        var from = 0;
        var unflushed = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var cut = around.Cuts[i];
            output.Write(around.Buffer.WrittenSpan[from..cut]);
            unflushed += cut - from;
            from = cut;

            // A large message goes out in pieces, so that no more than a piece of it waits in the connection's memory.
            for (var rest = message(items[i]); !rest.IsEmpty;)
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
                        await EndOfAsync(context);
                        return false;
                    }
                }
            }
        }

        output.Write(around.Buffer.WrittenSpan[from..]);
        return await FlushAsync(output);
    }

    // That the client is gone reaches the request a moment after its output. Who returned before that, with less than was announced, would be called
    // broken in the log.
    private static async Task EndOfAsync(HttpContext context) =>
        await Task.Delay(EndPatience, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Waits until the connection has taken what was written.</summary>
    /// <returns>Whether the client was still there.</returns>
    public static async ValueTask<bool> FlushAsync(PipeWriter output) =>
        await output.FlushAsync(CancellationToken.None) is { IsCompleted: false, IsCanceled: false };
}
