using Hms.Http.Sockets.Framing;

namespace Hms.Http.Sockets;

/// <summary>
/// The sends of one socket. Those that have come in together go to the fabric together, and without waiting for those before: it keeps
/// their order. Each frame gets an answer of its own.
/// </summary>
internal sealed class SendLane(IFabric fabric, SocketAnswers answers, InFlight inFlight, int messageBytesMax)
{
    private const int FramesMax = 64;
    private const int MessagesMax = 256;
    private const int BytesMax = 1024 * 1024;

    private Gathering? _gathering;

    /// <summary>What is said of a message that is too large, which nobody has read.</summary>
    public static Fault TooLarge(int bytesMax) => new(ErrorCode.PayloadTooLarge, $"the message is larger than {bytesMax} bytes");

    /// <summary>Takes a <c>send</c>; it goes out with the next <see cref="Dispatch"/>.</summary>
    public void Add(SocketFrame frame, ReadOnlySpan<byte> utf8)
    {
        var gathering = _gathering ??= new Gathering();
        gathering.Frames.Add(new Frame(frame.Seq!.Value, frame.Messages.Count, frame.IsMany));
        var bytes = 0;
        foreach (var (start, length) in frame.Messages)
        {
            if (length > messageBytesMax)
            {
                (gathering.Refused ??= []).Add((gathering.Messages, TooLarge(messageBytesMax)));
            }
            else
            {
                gathering.Requests.Add(frame.ToSend(utf8.Slice(start, length)));
                bytes += length;
            }

            gathering.Messages++;
        }

        gathering.Bytes += bytes;
        inFlight.Enter(frame.Messages.Count, bytes);
        if (gathering.Frames.Count >= FramesMax || gathering.Messages >= MessagesMax || gathering.Bytes >= BytesMax)
        {
            Dispatch();
        }
    }

    /// <summary>Sends what was gathered.</summary>
    public void Dispatch()
    {
        if (_gathering is { } gathering)
        {
            _gathering = null;
            _ = SendAsync(gathering);
        }
    }

    private async Task SendAsync(Gathering gathering)
    {
        try
        {
            var outcomes = gathering.Requests.Count == 0 ? [] : await fabric.SendManyAsync(gathering.Requests, CancellationToken.None);
            answers.Output.Append((gathering.Frames, Merged(outcomes, gathering.Refused)), WriteAnswers);
        }
#pragma warning disable CA1031 // Nobody waits for this: whatever went wrong becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var fault = answers.FaultOf(exception);
            answers.Output.Append((gathering.Frames, fault), WriteErrors);
        }
        finally
        {
            inFlight.Leave(gathering.Messages, gathering.Bytes);
        }
    }

    /// <summary>Puts what did not go to the fabric in its place among what did.</summary>
    private IReadOnlyList<SendOutcome> Merged(IReadOnlyList<SendOutcome> outcomes, List<(int Place, Fault Fault)>? refused)
    {
        if (refused is not null)
        {
            var all = outcomes.ToList();
            refused.ForEach(refusal => all.Insert(refusal.Place, new SendOutcome(default, refusal.Fault)));
            outcomes = all;
        }

        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].Fault is { } fault)
            {
                answers.Note(fault);
            }
        }

        return outcomes;
    }

    private static void WriteAnswers(OutputBuffer to, (List<Frame> Frames, IReadOnlyList<SendOutcome> Outcomes) said)
    {
        var from = 0;
        foreach (var frame in said.Frames)
        {
            if (frame.IsMany)
            {
                AnswerJson.WriteAccepted(to, frame.Seq, said.Outcomes, from, from + frame.Messages);
            }
            else if (said.Outcomes[from].Fault is { } fault)
            {
                AnswerJson.WriteError(to, frame.Seq, fault);
            }
            else
            {
                AnswerJson.WriteAccepted(to, frame.Seq, said.Outcomes[from].Receipt);
            }

            from += frame.Messages;
        }
    }

    private static void WriteErrors(OutputBuffer to, (List<Frame> Frames, Fault Fault) said)
    {
        foreach (var frame in said.Frames)
        {
            AnswerJson.WriteError(to, frame.Seq, said.Fault);
        }
    }

    /// <summary>Frames that go to the fabric in one call.</summary>
    private sealed class Gathering
    {
        public List<Frame> Frames { get; } = [];

        public List<SendRequest> Requests { get; } = [];

        /// <summary>Messages that do not go to the fabric: their places among all, and why.</summary>
        public List<(int Place, Fault Fault)>? Refused { get; set; }

        public int Messages { get; set; }

        public long Bytes { get; set; }
    }

    private readonly record struct Frame(long Seq, int Messages, bool IsMany);
}
