using System.Text;

namespace Hms.Bench.Load;

/// <summary>Puts the resources of a shared queue, one after the other.</summary>
internal sealed class Registrar(Uri server, Queue<string> paths, string body, Recorder recorder) : Worker
{
    private const int Connections = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Registers all of them and returns when it is done; without an interval they never expire.</summary>
    public static void RegisterAll(Uri server, IEnumerable<string> supervisors, Failures failures, TimeSpan? heartbeatInterval = null)
    {
        var interval = heartbeatInterval is { } given ? $",\"heartbeat_interval_ms\":{given.TotalMilliseconds:F0}" : "";
        PutAll(server, supervisors.Select(id => $"/v1/supervisors/{id}"), $"{{\"supervisor_type\":\"bench\"{interval}}}", failures);
    }

    /// <summary>Subscribes all of them to what is published from now on, and returns when it is done.</summary>
    public static void SubscribeAll(Uri server, string topic, IEnumerable<string> supervisors, Failures failures) =>
        PutAll(server, supervisors.Select(id => $"/v1/topics/{topic}/subscribers/{id}"), "", failures);

    public override ReadOnlySpan<byte> Request(long now) => Encoding.ASCII.GetBytes(
        $"PUT {paths.Dequeue()} HTTP/1.1\r\nHost: {server.Authority}\r\n" +
        $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        // A server that ran already may know it from an earlier run, and need not have anything to say of it.
        if (answer.Status is not (200 or 204))
            recorder.Expect(201, answer, "registration");
        Finished = paths.Count == 0;
    }

    private static void PutAll(Uri server, IEnumerable<string> paths, string body, Failures failures)
    {
        var recorder = new Recorder(failures);
        var queue = new Queue<string>(paths);
        var workers = Enumerable.Range(0, Math.Min(Connections, queue.Count)).Select(_ => new Registrar(server, queue, body, recorder));
        using var driver = new Driver(server, workers, recorder);
        driver.Run(TimeSpan.Zero, Patience);
    }
}
