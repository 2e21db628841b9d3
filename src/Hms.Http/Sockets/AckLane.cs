using Hms.Http.Sockets.Framing;

namespace Hms.Http.Sockets;

/// <summary>
/// The acks of one socket. Those that have come in together go to the mailbox together, and without waiting for those before. A frame is
/// answered, with what came of its own receipts, where it has a <c>seq</c>.
/// </summary>
internal sealed class AckLane(IMailbox mailbox, CreditWindow window, SocketAnswers answers, InFlight inFlight)
{
    private Gathering? _gathering;

    /// <summary>Takes an <c>ack</c>; it goes out with the next <see cref="Dispatch"/>.</summary>
    public void Add(SocketFrame frame, int bytes)
    {
        if (_gathering is { } full && full.Receipts.Count + frame.Receipts.Count > Ranges.ReceiptsMax)
        {
            Dispatch();
        }

        var gathering = _gathering ??= new Gathering();
        gathering.Frames.Add((frame.Seq, frame.Receipts.Count));
        gathering.Receipts.AddRange(frame.Receipts);
        gathering.Bytes += bytes;
        inFlight.Enter(1, bytes);
    }

    /// <summary>Acknowledges what was gathered.</summary>
    public void Dispatch()
    {
        if (_gathering is { } gathering)
        {
            _gathering = null;
            _ = AckAsync(gathering);
        }
    }

    private async Task AckAsync(Gathering gathering)
    {
        var ours = new List<string>(gathering.Receipts.Count);
        try
        {
            var acked = mailbox.AckAsync(gathering.Receipts, CancellationToken.None);

            // The mailbox has decided; that it is not on the disk yet need not keep the next delivery waiting.
            if (!acked.IsFaulted)
            {
                window.Free(gathering.Receipts, ours);
            }

            Answer(gathering, (await acked).Stale);
        }
#pragma warning disable CA1031 // Nobody waits for this: whatever went wrong becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            window.Restore(ours);
            Refuse(gathering, exception);
        }
        finally
        {
            inFlight.Leave(gathering.Frames.Count, gathering.Bytes);
        }
    }

    private void Answer(Gathering gathering, IReadOnlyList<string> stale)
    {
        if (!gathering.WantsAnswer)
        {
            return;
        }

        answers.Output.Append((gathering.Frames, Share(gathering, stale)), WriteAnswers);
    }

    private void Refuse(Gathering gathering, Exception exception) =>
        answers.Output.Append((gathering.Frames, answers.FaultOf(exception)), WriteErrors);

    private static void WriteAnswers(OutputBuffer to, (List<(long? Seq, int Receipts)> Frames, List<string>[]? Stale) said)
    {
        for (var i = 0; i < said.Frames.Count; i++)
        {
            var (seq, receipts) = said.Frames[i];
            var stale = said.Stale?[i] ?? [];
            if (seq is not null)
            {
                AnswerJson.WriteAcked(to, seq.Value, receipts - stale.Count, stale);
            }
        }
    }

    /// <summary>One error for each frame that asked for an answer, and one for all that did not.</summary>
    private static void WriteErrors(OutputBuffer to, (List<(long? Seq, int Receipts)> Frames, Fault Fault) said)
    {
        foreach (var seq in said.Frames.Select(frame => frame.Seq).Distinct())
        {
            AnswerJson.WriteError(to, seq, said.Fault);
        }
    }

    /// <summary>
    /// Which of the stale receipts stood in which frame. Where one stood in several and is stale less often, the first ones held.
    /// </summary>
    private static List<string>[]? Share(Gathering gathering, IReadOnlyList<string> stale)
    {
        if (stale.Count == 0)
        {
            return null;
        }

        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var receipt in stale)
        {
            left[receipt] = left.GetValueOrDefault(receipt) + 1;
        }

        var shares = new List<string>[gathering.Frames.Count];
        var end = gathering.Receipts.Count;
        for (var i = shares.Length - 1; i >= 0; i--)
        {
            shares[i] = [];
            var start = end - gathering.Frames[i].Receipts;
            for (var j = end - 1; j >= start; j--)
            {
                if (left.GetValueOrDefault(gathering.Receipts[j]) is > 0 and var count)
                {
                    left[gathering.Receipts[j]] = count - 1;
                    shares[i].Add(gathering.Receipts[j]);
                }
            }

            shares[i].Reverse();

            end = start;
        }

        return shares;
    }

    /// <summary>Frames that go to the mailbox in one call.</summary>
    private sealed class Gathering
    {
        public List<(long? Seq, int Receipts)> Frames { get; } = [];

        public List<string> Receipts { get; } = [];

        public int Bytes { get; set; }

        public bool WantsAnswer => Frames.Exists(frame => frame.Seq is not null);
    }
}
