using System.Diagnostics;
using System.Text;

namespace Hms.Bench.InProcess.Load;

/// <summary>A message that each of many is to receive, and when the last of them has.</summary>
internal sealed class Awaited(string messageType, string barrier, int receivers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly byte[] typeMark = Encoding.ASCII.GetBytes($"\"message_type\":\"{messageType}\"");
    private readonly byte[] barrierMark = Encoding.ASCII.GetBytes($"\"barrier_id\":\"{barrier}\"");
    private readonly TaskCompletionSource<long> last = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int missing = receivers;

    /// <summary>When the last one had it, in Stopwatch ticks.</summary>
    public Task<long> Last => last.Task.WaitAsync(Patience);

    public void Look(ReadOnlySpan<byte> message)
    {
        if (message.IndexOf(typeMark) < 0 || message.IndexOf(barrierMark) < 0)
            return;
        var now = Stopwatch.GetTimestamp();
        if (Interlocked.Decrement(ref missing) == 0)
            last.TrySetResult(now);
    }
}
