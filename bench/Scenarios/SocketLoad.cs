using Hms.Bench.Load;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>Sending over sockets: how many of them, what each has in flight, and where the messages go.</summary>
/// <param name="Destinations">Mailboxes, taken in turns by the messages of each socket, or topics.</param>
/// <param name="Sockets">Sockets, each of a supervisor of its own.</param>
/// <param name="InFlight">Frames that each may have unanswered.</param>
/// <param name="PerFrame">Messages in a frame.</param>
internal sealed record SocketLoad(IReadOnlyList<string> Destinations, int Sockets = 1, int InFlight = 1, int PerFrame = 1)
{
    private static readonly TimeSpan QuotaPatience = TimeSpan.FromMinutes(5);

    /// <summary>Registers those whose sockets are used.</summary>
    public void Register(BenchRun run, Uri server) =>
        Registrar.RegisterAll(server, Enumerable.Range(0, Sockets).Select(Source), run.Failures);

    /// <summary>One round, of a length in time.</summary>
    public SocketRound Send(BenchRun run, Uri server, int round, bool toEcho = false) =>
        Send(run, server, BenchRun.WarmUp(round), run.Options.Round, toEcho, quota: null);

    /// <summary>One round of at least so many messages, in whole frames.</summary>
    public SocketRound Send(BenchRun run, Uri server, long messages) =>
        Send(run, server, TimeSpan.Zero, QuotaPatience, toEcho: false, new Quota((messages + PerFrame - 1) / PerFrame));

    private static string Source(int socket) => $"bench_sender_{socket}";

    private SocketRound Send(BenchRun run, Uri server, TimeSpan warmUp, TimeSpan measured, bool toEcho, Quota? quota)
    {
        var recorder = new Recorder(run.Failures);
        var senders = Enumerable.Range(0, Sockets)
            .Select(i => new SocketSender(Source(i), Frames(run, Source(i)), InFlight, recorder, toEcho, quota)).ToArray();
        using var driver = new SocketDriver(server, senders, recorder);
        driver.Run(warmUp, measured);
        return new SocketRound(new RoundFigure(recorder.PerSecond, recorder.Latency), senders.Sum(sender => sender.Accepted));
    }

    /// <summary>One message a frame: a frame for each destination. Several: one frame, in which they take turns.</summary>
    private SendFrame[] Frames(BenchRun run, string source)
    {
        MessageTemplate To(int turn) => new(source, Destinations[turn % Destinations.Count], run.Options.Size);
        return PerFrame == 1
            ? [.. Enumerable.Range(0, Destinations.Count).Select(turn => SendFrame.Of(To(turn)))]
            : [SendFrame.Of(Enumerable.Range(0, PerFrame).Select(To))];
    }
}

/// <summary>What was measured, and how many messages were accepted in all, measured or not.</summary>
internal sealed record SocketRound(RoundFigure Figure, long Accepted);
