using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Hms.Http.Writing;

namespace Hms.Http.Bulk;

/// <summary>
/// The answer to a bulk, line by line. It goes out as fast as the client takes it; what the client has not taken yet is held, up to a
/// bound, so that one that sends everything before it reads anything is not waited for.
/// </summary>
internal sealed class AnswerLines
{
    public const string ContentType = "application/x-ndjson";

    private const int FlushBytes = 64 * 1024;

    private readonly HttpResponse _response;
    private readonly Pipe _held;
    private readonly Task _sending;
    private bool _isGone;

    public AnswerLines(HttpResponse response, long heldBytesMax)
    {
        _response = response;
        _held = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: heldBytesMax, resumeWriterThreshold: heldBytesMax / 2,
            minimumSegmentSize: 16 * 1024, useSynchronizationContext: false));
        Json = new Utf8JsonWriter(_held.Writer, JsonText.Writing);
        _sending = SendAsync();
    }

    private Utf8JsonWriter Json { get; }

    /// <summary>Adds a line.</summary>
    public void Add(SendOutcome outcome)
    {
        if (_isGone)
        {
            return;
        }

        Json.Reset();
        ReceiptWriter.WriteAnswer(Json, outcome);
        Json.Flush();
        _held.Writer.Write("\n"u8);
    }

    /// <summary>Lets go what was added; waits only while more is held than may be.</summary>
    public async ValueTask FlushAsync() => _isGone |= (await _held.Writer.FlushAsync()).IsCompleted;

    /// <summary>Ends the answer; returns when the client has taken it, or is gone.</summary>
    public async Task CompleteAsync()
    {
        await _held.Writer.CompleteAsync();
        await _sending;
        if (!_response.HasStarted)
        {
            _response.ContentType = ContentType;
        }
    }

    /// <summary>Ends the answer in the middle, without waiting for the client.</summary>
    public async Task BreakOffAsync()
    {
        _response.BodyWriter.CancelPendingFlush();
        await _held.Writer.CompleteAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        try
        {
            while (await _held.Reader.ReadAsync() is { Buffer.IsEmpty: false } read)
            {
                var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, FlushBytes));
                var isGone = await IsGoneAsync(piece);
                _held.Reader.AdvanceTo(piece.End);
                if (isGone)
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            await _held.Reader.CompleteAsync(failure);
        }
    }

    private async ValueTask<bool> IsGoneAsync(ReadOnlySequence<byte> piece)
    {
        if (!_response.HasStarted)
        {
            _response.ContentType = ContentType;
            await _response.StartAsync(CancellationToken.None);
        }

        foreach (var part in piece)
        {
            _response.BodyWriter.Write(part.Span);
        }

        return await _response.BodyWriter.FlushAsync(CancellationToken.None) is { IsCompleted: true } or { IsCanceled: true };
    }
}
