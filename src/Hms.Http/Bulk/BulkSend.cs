using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Hms.Http.Guarding;
using Hms.Http.Reading;
using Microsoft.AspNetCore.Connections;

namespace Hms.Http.Bulk;

/// <summary>
/// Many messages in one body, one a line (NDJSON), answered by one line each, in order. Lines are sent as they come in, those that are
/// there together in one call and none waiting for the one before; the fabric keeps their order.
/// </summary>
internal sealed class BulkSend
{
    private const int GatheredMessagesMax = 256;
    private const long GatheredBytesMax = 1024 * 1024;
    private const int UnansweredMessagesMax = 4_096;
    private const long UnansweredBytesMax = 16 * 1024 * 1024;

    private readonly IFabric _fabric;
    private readonly Failures _failures;
    private readonly HttpContext _context;
    private readonly SendHeaders _head;
    private readonly PipeReader _body;
    private readonly LineCutter _lines;
    private readonly AnswerLines _answers;
    private readonly Unanswered _unanswered = new(UnansweredMessagesMax, UnansweredBytesMax);
    private readonly Channel<Part> _parts = Channel.CreateUnbounded<Part>(new() { SingleReader = true, SingleWriter = true });
    private List<SendRequest> _gathered = [];
    private long _gatheredBytes;
    private bool _hasLine;
    private volatile bool _isBroken;

    private BulkSend(HttpContext context, IFabric fabric, HttpOptions options, Failures failures)
    {
        (_context, _fabric, _failures) = (context, fabric, failures);
        _head = SendHeaders.ReadBulk(context.Request.Headers);
        _body = RequestBody.Open(context.Request, options.BulkBytesMax);
        _lines = new LineCutter(options.MessageBytesMax, options.BulkBytesMax);
        _answers = new AnswerLines(context.Response, options.BulkBytesMax);
    }

    /// <summary>Whether a request's body is one message a line.</summary>
    public static bool IsBulk(HttpRequest request)
    {
        var type = request.ContentType.AsSpan();
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().Equals(AnswerLines.ContentType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads, sends and answers. What is wrong before there is a line is answered by its status, later by a last line.</summary>
    public static Task RunAsync(HttpContext context, IFabric fabric, HttpOptions options, Failures failures) =>
        new BulkSend(context, fabric, options, failures).RunAsync();

    private async Task RunAsync()
    {
        var answering = AnswerAsync();
        Exception? failure = null;
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (_hasLine && FaultOf(e) is { } fault)
        {
            await RefuseAsync(fault);
        }
#pragma warning disable CA1031 // It is thrown on, once what was sent is answered.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        _parts.Writer.Complete();
        await answering;
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // A client that is gone reads no last line.
    private Fault? FaultOf(Exception exception) => exception switch
    {
        _ when _context.RequestAborted.IsCancellationRequested => null,
        ConnectionAbortedException or ConnectionResetException => null,
        FaultException known => known.Fault,
        BadHttpRequestException bad => Failures.FaultOf(bad),
        _ => null,
    };

    private async Task ReadAsync()
    {
        while (!_lines.IsOver && !_isBroken)
        {
            var read = await _body.ReadAsync();
            var rest = read.Buffer;
            while (_lines.TryTake(ref rest, read.IsCompleted, out var line, out var fault))
            {
                _hasLine = true;
                await (fault is null ? GatherAsync(line) : RefuseAsync(fault));
            }

            _body.AdvanceTo(rest.Start, rest.End);
            await SendAsync();
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    // A copy of its own for each message: a slice of something larger would keep all of that in memory for as long as the message is kept.
    private ValueTask GatherAsync(ReadOnlySequence<byte> line)
    {
        _gathered.Add(new SendRequest(line.ToArray()) { Durability = _head.Durability, TraceParent = _head.TraceParent });
        _gatheredBytes += line.Length;
        return _gathered.Count >= GatheredMessagesMax || _gatheredBytes >= GatheredBytesMax ? SendAsync() : ValueTask.CompletedTask;
    }

    private async ValueTask SendAsync()
    {
        if (_gathered.Count == 0)
        {
            return;
        }

        var (requests, bytes) = (_gathered, _gatheredBytes);
        (_gathered, _gatheredBytes) = (new List<SendRequest>(requests.Count), 0);
        await _unanswered.EnterAsync(requests.Count, bytes);
        _parts.Writer.TryWrite(new Part(SendAsync(requests), requests.Count, bytes));
    }

    /// <summary>Sends what was gathered, and goes on: the answer comes when it comes.</summary>
    private async ValueTask<IReadOnlyList<SendOutcome>> SendAsync(List<SendRequest> requests)
    {
        try
        {
            // A message that has come in whole is sent, whether or not its sender stays to hear of it.
            return await _fabric.SendManyAsync(requests, CancellationToken.None);
        }
        catch (FaultException e)
        {
            return [.. Enumerable.Repeat(new SendOutcome(default, e.Fault), requests.Count)];
        }
    }

    private async ValueTask RefuseAsync(Fault fault)
    {
        await SendAsync();
        await _unanswered.EnterAsync(1, 0);
        _parts.Writer.TryWrite(new Part(new([new SendOutcome(default, fault)]), 1, 0));
    }

    // It goes on to the end whatever happens, for the reading waits for it.
    private async Task AnswerAsync()
    {
        Exception? failure = null;
        await foreach (var part in _parts.Reader.ReadAllAsync())
        {
            try
            {
                await AnswerAsync(part);
            }
#pragma warning disable CA1031 // It is thrown on, once nothing is under way any more.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure ??= e;
                _isBroken = true;
                _body.CancelPendingRead();
            }
            finally
            {
                _unanswered.Leave(part.Messages, part.Bytes);
            }
        }

        if (failure is null)
        {
            await _answers.CompleteAsync();
            return;
        }

        await _answers.BreakOffAsync();
        ExceptionDispatchInfo.Throw(failure);
    }

    private async ValueTask AnswerAsync(Part part)
    {
        var outcomes = await part.Outcomes;
        _failures.Note(_context, outcomes);
        if (_isBroken)
        {
            return;
        }

        foreach (var outcome in outcomes)
        {
            _answers.Add(outcome);
        }

        await _answers.FlushAsync();
    }

    /// <summary>Some messages, sent together.</summary>
    private readonly record struct Part(ValueTask<IReadOnlyList<SendOutcome>> Outcomes, int Messages, long Bytes);
}
