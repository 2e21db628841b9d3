using System.Diagnostics.Metrics;

namespace Hms.Fabric;

/// <summary>What the fabric counts. Names and units follow OpenTelemetry; fronts export them.</summary>
public sealed class FabricMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Hms.Fabric";

    private readonly Meter _meter = new(MeterName);
    private long _ready;
    private long _leased;
    private long _deadLetters;
    private long _accepted;
    private long _delivered;
    private long _acked;
    private long _duplicates;

    /// <summary>A set of instruments.</summary>
    public FabricMetrics()
    {
        _meter.CreateObservableCounter("hms.messages.accepted", () => Interlocked.Read(ref _accepted), "{message}", "Messages taken into a mailbox.");
        _meter.CreateObservableCounter("hms.messages.duplicate", () => Interlocked.Read(ref _duplicates), "{message}", "Messages that had been sent before.");
        _meter.CreateObservableCounter("hms.messages.delivered", () => Interlocked.Read(ref _delivered), "{message}", "Deliveries, repeated ones included.");
        _meter.CreateObservableCounter("hms.messages.acked", () => Interlocked.Read(ref _acked), "{message}", "Messages acknowledged.");
        Expired = _meter.CreateCounter<long>("hms.messages.expired", "{message}", "Messages whose ttl ran out.");
        _meter.CreateObservableGauge("hms.mailbox.ready", () => Interlocked.Read(ref _ready), "{message}", "Messages waiting in mailboxes that are in memory.");
        _meter.CreateObservableGauge("hms.mailbox.leased", () => Interlocked.Read(ref _leased), "{message}", "Messages delivered and not yet acknowledged.");
        _meter.CreateObservableGauge("hms.mailbox.dead_letters", () => Interlocked.Read(ref _deadLetters), "{message}", "Dead letters in mailboxes that are in memory.");
        DeadLettered = _meter.CreateCounter<long>("hms.messages.dead_lettered", "{message}", "Messages that became dead letters.");
    }

    /// <summary>Messages whose ttl ran out.</summary>
    public Counter<long> Expired { get; }

    /// <summary>Messages that became dead letters.</summary>
    public Counter<long> DeadLettered { get; }

    /// <summary>What was counted since the start, by name.</summary>
    public IReadOnlyDictionary<string, long> Snapshot() => new Dictionary<string, long>
    {
        ["accepted"] = Interlocked.Read(ref _accepted),
        ["duplicates"] = Interlocked.Read(ref _duplicates),
        ["delivered"] = Interlocked.Read(ref _delivered),
        ["acked"] = Interlocked.Read(ref _acked),
        ["ready"] = Interlocked.Read(ref _ready),
        ["leased"] = Interlocked.Read(ref _leased),
        ["dead_letters"] = Interlocked.Read(ref _deadLetters),
    };

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Accept(bool duplicate) => Interlocked.Increment(ref duplicate ? ref _duplicates : ref _accepted);

    internal void Deliver(int messages) => Interlocked.Add(ref _delivered, messages);

    internal void Ack(int messages) => Interlocked.Add(ref _acked, messages);

    internal void Move(int ready, int leased, int deadLetters)
    {
        Interlocked.Add(ref _ready, ready);
        Interlocked.Add(ref _leased, leased);
        if (deadLetters != 0)
        {
            Interlocked.Add(ref _deadLetters, deadLetters);
        }
    }
}
