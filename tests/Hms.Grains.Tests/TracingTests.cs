using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Hms.Abstractions;
using Hms.Fabric;
using Hms.Protocol;

namespace Hms.Grains.Tests;

public sealed class TracingTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task Delivery_is_traced_to_what_the_message_was_sent_in()
    {
        var delivered = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("tests.tracing");
        using var listener = new ActivityListener
        {
            ShouldListenTo = heard => heard.Name is Tracing.SourceName or "tests.tracing",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = delivered.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await cluster.Fabric.Supervisors.RegisterAsync("traced", new Registration("test"));

        ActivityTraceId trace;
        using (var sending = source.StartActivity("send")!)
        {
            trace = sending.TraceId;
            await cluster.Fabric.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(
                """
                {"id":"m","version":"1.0","timestamp":"2026-01-02T03:04:05Z","source":"tester","destination":"traced","message_type":"note","content":{}}
                """)));
        }

        var received = Assert.Single(await cluster.Fabric.Mailbox("traced").ReceiveAsync(new ReceiveRequest()));

        Assert.Contains(trace.ToHexString(), received.TraceParent, StringComparison.Ordinal);
        var delivery = Assert.Single(delivered, activity => activity.OperationName == "hms.deliver" && activity.TraceId == trace);
        Assert.Equal("traced", delivery.GetTagItem("messaging.destination.name"));
    }
}
