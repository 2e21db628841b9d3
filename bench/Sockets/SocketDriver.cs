using System.Diagnostics;
using System.Net.Sockets;
using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Runs many workers, each on its own WebSocket, on the calling thread: one select loop, nothing asynchronous.</summary>
/// <remarks>The same loop drives our server and the bare echo, so that whatever it costs is in both figures.</remarks>
internal sealed class SocketDriver : IDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);
    private readonly List<Lane> lanes = [];
    private readonly Dictionary<Socket, Lane> bySocket = [];
    private readonly List<Socket> readable = [];
    private readonly List<Socket> writable = [];
    private readonly Recorder recorder;
    private bool settling;

    public SocketDriver(Uri server, IEnumerable<SocketWorker> workers, Recorder recorder)
    {
        this.recorder = recorder;
        try
        {
            foreach (var worker in workers)
            {
                var lane = new Lane(worker, new SocketConnection(server, worker.Supervisor));
                lanes.Add(lane);
                bySocket.Add(lane.Connection.Socket, lane);
            }
        }
        catch
        {
            Dispose();
            throw;
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
        while (Stopwatch.GetTimestamp() < until)
        {
            Turn(until);
            if (lanes.TrueForAll(lane => lane.Ended && !lane.Waiting))
            {
                recorder.EndedEarly = true;
                return;
            }
        }
        Settle(until + ToTicks(AnswerPatience));
    }

    public void Dispose() => lanes.ForEach(lane => lane.Connection.Dispose());

    private static long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Takes the answers still under way, so that none is missing from the failures.</summary>
    private void Settle(long patience)
    {
        settling = true;
        while (lanes.Exists(lane => lane.Waiting))
        {
            if (Stopwatch.GetTimestamp() > patience)
            {
                recorder.Fail("A frame was not answered within 15 s.");
                return;
            }
            Turn(patience);
        }
    }

    /// <summary>Lets all send, waits until something can be read or written, and hands what came to the workers.</summary>
    private void Turn(long until)
    {
        readable.Clear();
        writable.Clear();
        foreach (var lane in lanes)
        {
            Work(lane);
            if (lane.Broken)
                continue;
            until = settling ? until : Math.Min(until, lane.Worker.ReadyAt);
            readable.Add(lane.Connection.Socket);
            if (lane.Connection.HasUnsent)
                writable.Add(lane.Connection.Socket);
        }
        if (readable.Count == 0)
            return;
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);
        // Select counts in whole milliseconds; rounding up keeps it from spinning through the last one.
        var milliseconds = Math.Clamp((int)Math.Ceiling(wait.TotalMilliseconds), 0, 1000);
        // What becomes writable is written by the next turn.
        Socket.Select(readable, writable, null, milliseconds * 1000);
        foreach (var socket in readable)
            Receive(bySocket[socket]);
    }

    private void Receive(Lane lane)
    {
        try
        {
            lane.Connection.Receive();
            var now = Stopwatch.GetTimestamp();
            while (lane.Connection.TryTake(out var answer))
                lane.Worker.Received(answer, lane.Connection, now);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Break(lane, e);
        }
        Work(lane);
    }

    private void Work(Lane lane)
    {
        if (lane.Broken)
            return;
        try
        {
            if (!settling || lane.Worker.Serves)
                lane.Worker.Fill(lane.Connection, Stopwatch.GetTimestamp());
            lane.Connection.Flush();
        }
        catch (SocketException e)
        {
            Break(lane, e);
        }
    }

    private void Break(Lane lane, Exception e)
    {
        lane.Broken = true;
        recorder.Fail($"A socket broke: {e.Message}");
    }

    private sealed class Lane(SocketWorker worker, SocketConnection connection)
    {
        public SocketWorker Worker => worker;

        public SocketConnection Connection => connection;

        public bool Broken { get; set; }

        public bool Ended => Broken || worker.Serves || worker.Finished;

        public bool Waiting => !Broken && !worker.Serves && worker.Waiting;
    }
}
