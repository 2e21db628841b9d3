using System.Diagnostics.Metrics;
using Hms.Http.Metering;

namespace Hms.Http.Sockets;

/// <summary>What sockets do.</summary>
internal sealed class SocketMetrics
{
    private int _open;
    private long _received;
    private long _sent;

    public SocketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(HttpMetrics.MeterName);
        meter.CreateObservableGauge("hms.sockets.open", () => Volatile.Read(ref _open), "{socket}", "Sockets that are open.");
        meter.CreateObservableCounter(
            "hms.sockets.frames.received", () => Volatile.Read(ref _received), "{frame}", "Frames of sockets that came in.");
        meter.CreateObservableCounter(
            "hms.sockets.frames.sent", () => Volatile.Read(ref _sent), "{frame}", "Frames of sockets that went out.");
    }

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);

    public void Received(long frames) => Interlocked.Add(ref _received, frames);

    public void Sent(long frames) => Interlocked.Add(ref _sent, frames);
}
