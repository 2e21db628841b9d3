using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Sends its share of many supervisors' heartbeats at fixed times, whatever the answers do.</summary>
internal sealed class SocketBeater : SocketWorker
{
    private readonly Flights flights = new();
    private readonly Roster roster;
    private readonly Recorder recorder;
    private readonly Func<Roster, string> frame;
    private readonly int perFrame;
    private readonly bool toEcho;
    private double dueAt;

    private SocketBeater(string supervisor, Roster roster, int perFrame, Func<Roster, string> frame, Recorder recorder, bool toEcho) =>
        (Supervisor, this.roster, this.perFrame, this.frame, this.recorder, this.toEcho) = (supervisor, roster, perFrame, frame, recorder, toEcho);

    public override string Supervisor { get; }

    public override bool Waiting => flights.Count > 0;

    public override long ReadyAt => (long)dueAt;

    /// <summary>Beats for those of the roster, by <c>supervisor_heartbeat</c> messages.</summary>
    /// <param name="supervisor">Whose socket it is.</param>
    /// <param name="roster">Who beats, and how often.</param>
    /// <param name="perFrame">Messages in a frame.</param>
    /// <param name="recorder">Where the beats are counted.</param>
    /// <param name="toEcho">The other end is the bare echo, which confirms nothing.</param>
    public static SocketBeater ForOthers(string supervisor, Roster roster, int perFrame, Recorder recorder, bool toEcho = false) =>
        new(supervisor, roster, perFrame, roster => Messages(roster, perFrame), recorder, toEcho);

    /// <summary>Beats for itself, as often as all of the roster together that are its share.</summary>
    public static SocketBeater ForItself(string supervisor, Roster roster, Recorder recorder) =>
        new(supervisor, roster, 1, _ => "\"op\":\"heartbeat\",\"status\":\"ok\",\"load\":0.5", recorder, toEcho: false);

    public override void Fill(SocketConnection connection, long now)
    {
        if (roster.Members == 0)
        {
            dueAt = now + Pause;
            return;
        }
        var period = roster.TicksPerBeat * perFrame;
        // After a pause it goes on at its pace; the sockets do not beat all at once.
        if (dueAt < now - Math.Max(period, MaxLag))
            dueAt = now + (Random.Shared.NextDouble() * period);
        for (; dueAt <= now && flights.MayStart; dueAt += period)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{{\"seq\":{flights.Start(now)},{frame(roster)}}}");
            connection.Send(Encoding.ASCII.GetBytes(text));
        }
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        var isAccepted = toEcho || (answer.Is(SocketAnswer.Accepted) && answer.Text.IndexOf("\"error_code\""u8) < 0);
        if (!flights.TryEnd(answer.Seq, out var began) || !isAccepted)
            recorder.Fail($"heartbeat: got {answer.Shown}");
        else
            recorder.Record(began, now, perFrame);
    }

    private static long MaxLag => Stopwatch.Frequency;

    private static long Pause => Stopwatch.Frequency / 100;

    private static string Messages(Roster roster, int count)
    {
        var messages = string.Join(',', Enumerable.Range(0, count).Select(_ => Message(roster.Next())));
        return count == 1 ? $"\"op\":\"send\",\"message\":{messages}" : $"\"op\":\"send\",\"messages\":[{messages}]";
    }

    private static string Message(string source) =>
        $$"""{"id":"{{Guid.NewGuid():N}}","source":"{{source}}","destination":"meta_supervisor","message_type":"supervisor_heartbeat",""" +
        $$"""
        "content":{"status":"ok","load":0.5},"timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ}}","version":"1.0"}
        """;
}
