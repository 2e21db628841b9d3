using System.Diagnostics;
using System.Net.Sockets;

namespace Hms.Bench.Load;

/// <summary>Runs many workers, each on its own connection, on the calling thread: one select loop, nothing asynchronous.</summary>
/// <remarks>
/// A client of tasks and thread pool would take more of the two cores than the server it measures. The same loop drives
/// our server and the bare endpoint, so that whatever it costs is in both figures.
/// </remarks>
internal sealed class Driver : IDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);
    private readonly List<Lane> lanes = [];
    private readonly Dictionary<Socket, Lane> bySocket = [];
    private readonly List<Socket> readable = [];
    private readonly Recorder recorder;
    private bool settling;

    public Driver(Uri server, IEnumerable<Worker> workers, Recorder recorder)
    {
        this.recorder = recorder;
        foreach (var worker in workers)
        {
            var lane = new Lane(worker, new Connection(server));
            lanes.Add(lane);
            bySocket.Add(lane.Connection.Socket, lane);
        }
    }

    /// <summary>Works for <paramref name="warmUp"/> unmeasured and <paramref name="measured"/> measured, or until all have finished.</summary>
    public void Run(TimeSpan warmUp, TimeSpan measured)
    {
        var start = Stopwatch.GetTimestamp();
        var from = start + ToTicks(warmUp);
        var until = from + ToTicks(measured);
        recorder.Open(from, until);
        settling = false;
        for (var now = start; now < until; now = Stopwatch.GetTimestamp())
        {
            var wakeAt = SendWhatIsDue(now, until);
            if (lanes.TrueForAll(lane => lane.Ended && !lane.Waiting))
            {
                recorder.EndedEarly = true;
                return;
            }
            Receive(wakeAt);
        }
        Settle(until + ToTicks(AnswerPatience));
    }

    public void Dispose() => lanes.ForEach(lane => lane.Connection.Dispose());

    private static long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private long SendWhatIsDue(long now, long until)
    {
        var wakeAt = until;
        foreach (var lane in lanes)
        {
            if (lane.Waiting || !MaySend(lane))
                continue;
            if (lane.Worker.ReadyAt <= now)
                Send(lane);
            else
                wakeAt = Math.Min(wakeAt, lane.Worker.ReadyAt);
        }
        return wakeAt;
    }

    private void Send(Lane lane)
    {
        lane.SentAt = Stopwatch.GetTimestamp();
        try
        {
            lane.Connection.Send(lane.Worker.Request(lane.SentAt));
            lane.Waiting = true;
        }
        catch (SocketException e)
        {
            Break(lane, e);
        }
    }

    /// <summary>Waits for answers until the given moment and hands them to their workers, which then send again at once.</summary>
    private void Receive(long wakeAt)
    {
        readable.Clear();
        foreach (var lane in lanes)
        {
            if (lane.Waiting)
                readable.Add(lane.Connection.Socket);
        }
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), wakeAt);
        // Select counts in whole milliseconds; rounding up keeps it from spinning through the last one.
        var milliseconds = Math.Clamp((int)Math.Ceiling(wait.TotalMilliseconds), 0, 1000);
        if (readable.Count == 0)
        {
            Thread.Sleep(milliseconds);
            return;
        }
        Socket.Select(readable, null, null, milliseconds * 1000);
        foreach (var socket in readable)
            Receive(bySocket[socket]);
    }

    private void Receive(Lane lane)
    {
        try
        {
            if (!lane.Connection.TryReceive(out var answer))
                return;
            lane.Waiting = false;
            var now = Stopwatch.GetTimestamp();
            lane.Worker.Answered(answer, lane.SentAt, now);
            // The other readable ones would otherwise wait for the whole round before this connection works again.
            if (lane.Worker.ReadyAt <= now && MaySend(lane))
                Send(lane);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Break(lane, e);
        }
    }

    /// <summary>Takes the answers still under way, so that none is missing from the failures.</summary>
    private void Settle(long patience)
    {
        settling = true;
        while (lanes.Exists(lane => lane.Waiting && !lane.Worker.Serves))
        {
            var now = Stopwatch.GetTimestamp();
            if (now > patience)
            {
                recorder.Fail("A request was not answered within 15 s.");
                return;
            }
            Receive(SendWhatIsDue(now, patience));
        }
    }

    private bool MaySend(Lane lane) => !lane.Ended && (!settling || lane.Worker.Serves);

    private void Break(Lane lane, Exception e)
    {
        lane.Waiting = false;
        lane.Broken = true;
        recorder.Fail($"A connection broke: {e.Message}");
    }

    private sealed class Lane(Worker worker, Connection connection)
    {
        public Worker Worker => worker;

        public Connection Connection => connection;

        public bool Waiting { get; set; }

        public bool Broken { get; set; }

        public bool Ended => Broken || worker.Finished;

        public long SentAt { get; set; }
    }
}
