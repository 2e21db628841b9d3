using System.Text;

namespace Hms.Bench.Load;

/// <summary>Registers the supervisors of a shared queue, one after the other.</summary>
internal sealed class Registrar(Uri server, Queue<string> supervisors, Recorder recorder) : Worker
{
    private const string Body = """{"supervisor_type":"bench"}""";
    private const int Connections = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Registers all of them and returns when it is done.</summary>
    public static void RegisterAll(Uri server, IEnumerable<string> supervisors, Failures failures)
    {
        var recorder = new Recorder(failures);
        var queue = new Queue<string>(supervisors);
        var workers = Enumerable.Range(0, Math.Min(Connections, queue.Count)).Select(_ => new Registrar(server, queue, recorder));
        using var driver = new Driver(server, workers, recorder);
        driver.Run(TimeSpan.Zero, Patience);
    }

    public override ReadOnlySpan<byte> Request(long now) => Encoding.ASCII.GetBytes(
        $"PUT /v1/supervisors/{supervisors.Dequeue()} HTTP/1.1\r\nHost: {server.Authority}\r\n" +
        $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        // A server that ran already may know it from an earlier run.
        if (answer.Status != 200)
            recorder.Expect(201, answer, "registration");
        Finished = supervisors.Count == 0;
    }
}
