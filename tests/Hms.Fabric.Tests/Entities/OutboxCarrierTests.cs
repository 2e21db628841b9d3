using System.Text;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hms.Fabric.Tests.Entities;

public sealed class OutboxCarrierTests : NoEntities, IDisposable
{
    private readonly World _world = new();
    private readonly FabricMetrics _metrics = new();
    private readonly Dictionary<string, IMailboxPort> _mailboxes = [];
    private readonly HashSet<string> _registered = [];
    private readonly OutboxCarrier _carrier;

    public OutboxCarrierTests() => _carrier = new OutboxCarrier(this, _world.Store, _world.Bodies, NullLogger.Instance);

    public override IMailboxPort Mailbox(string supervisor) => _mailboxes[supervisor];

    public override IDirectoryPort Directory(int partition) => new SomeDirectory(
        supervisor => ValueTask.FromResult(new SessionView(supervisor, _registered.Contains(supervisor) ? 1 : 0, IsAlive: true)));

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Full_mailbox_takes_what_the_fabric_says_in_its_order()
    {
        var full = await OpenAsync("full", new MailboxLimits { DepthMax = 0 });

        await CarryAsync(Post(2, "full", "p2"), Post(3, "full", "p3"), Post(4, "full", "p4"));

        var received = await full.ReceiveAsync(new ReceiveRequest());
        Assert.Equal(["p2", "p3", "p4"], received.Select(IdOf));
    }

    [Fact]
    public async Task Recipient_that_is_gone_counts_as_heard_and_holds_up_nobody()
    {
        _mailboxes.Add("gone", New("gone"));
        var there = await OpenAsync("there");

        await CarryAsync(Post(2, "gone", "p2"), Post(3, "there", "p3"));

        Assert.Single(await there.ReceiveAsync(new ReceiveRequest()));
    }

    [Fact]
    public async Task Who_is_registered_and_has_no_mailbox_yet_must_be_told_again()
    {
        _registered.Add("new");
        _mailboxes.Add("new", New("new"));
        OutboxEntry[] entries = [Post(2, "new", "p2")];
        Assert.Equal([2], await _world.Store.CommitUntilAsync(_carrier.CarryAsync("lock", entries, default).AsTask()));
        await OpenAsync("new");

        await CarryAsync(entries);

        Assert.Single(await _mailboxes["new"].ReceiveAsync(new ReceiveRequest()));
    }

    [Fact]
    public async Task Recipient_that_is_away_must_be_told_again_and_others_hear_nothing_twice()
    {
        var there = await OpenAsync("there");
        _mailboxes.Add("away", New("away"));
        OutboxEntry[] entries = [Post(2, "there", "p2"), Post(3, "away", "p3")];
        _world.Store.ReadFailure = new StoreException("away");
        Assert.Equal([3], await _world.Store.CommitUntilAsync(_carrier.CarryAsync("directory", entries, default).AsTask()));
        _world.Store.ReadFailure = null;
        await OpenAsync("away");

        await CarryAsync(entries);

        Assert.Single(await there.ReceiveAsync(new ReceiveRequest { AutoAck = false }));
        Assert.Single(await _mailboxes["away"].ReceiveAsync(new ReceiveRequest()));
    }

    [Fact]
    public async Task Expiry_is_reported_to_the_source_that_stands_in_the_body()
    {
        var source = await OpenAsync("source");
        const string expired = """
            {"id":"m1","source":"source","destination":"worker","message_type":"state_query","content":{},
             "timestamp":"2026-01-02T03:04:05Z","version":"1.0"}
            """;
        _world.Bodies.Add(7, new MessageBody(Encoding.UTF8.GetBytes(expired), null));

        await CarryAsync(
            new OutboxEntry(2, new OutboxMessage.ReportExpiry("worker", 5, 7, 1_767_323_045_000)),
            new OutboxEntry(3, new OutboxMessage.ReportExpiry("worker", 6, 999, 1_767_323_045_000)));

        var told = Assert.Single(await source.ReceiveAsync(new ReceiveRequest()));
        Assert.Contains("\"source_message_id\":\"m1\"", Encoding.UTF8.GetString(told.Message.Span), StringComparison.Ordinal);
    }

    private async Task CarryAsync(params OutboxEntry[] entries) =>
        Assert.Empty(await _world.Store.CommitUntilAsync(_carrier.CarryAsync("directory", entries, default).AsTask()));

    private MailboxEntity New(string name) => new(name, _world.Services, new MailboxLimits(), _metrics);

    private async Task<MailboxEntity> OpenAsync(string name, MailboxLimits? limits = null)
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics, limits, name);
        _mailboxes[name] = mailbox;
        return mailbox;
    }

    private static OutboxEntry Post(long number, string to, string id) => new(number, new OutboxMessage.Post(to, Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","source":"meta_supervisor","destination":"{{to}}","message_type":"state_query","content":{},"timestamp":"2026-01-02T03:04:05Z","version":"1.0"}""")));

    private static string IdOf(Delivery delivery)
    {
        Assert.True(EnvelopeReader.TryRead(delivery.Message, out var envelope, out _));
        using (envelope)
        {
            return envelope.Id;
        }
    }
}
