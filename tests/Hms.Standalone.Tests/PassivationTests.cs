using System.Text;
using Hms.Abstractions;
using Hms.Conformance;
using Hms.Protocol;

namespace Hms.Standalone.Tests;

/// <summary>Each fact has a fabric of its own, since it counts what is in memory.</summary>
public sealed class PassivationTests : ConformanceSuite, IAsyncLifetime
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(6);
    private readonly StandaloneFixture _fixture;

    public PassivationTests()
        : this(new StandaloneFixture())
    {
    }

    private PassivationTests(StandaloneFixture fixture)
        : base(fixture) => _fixture = fixture;

    public ValueTask InitializeAsync() => _fixture.InitializeAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Idle_mailbox_leaves_the_memory_and_comes_back_with_all_it_holds()
    {
        var to = await RegisteredAsync();
        var first = await SendToAsync(to);
        Assert.NotEqual(0, _fixture.Engine.Mailboxes);

        await EmptyAsync();

        var second = await SendToAsync(to);
        Assert.Equal([first, second], (await ReceiveAsync(to)).Select(IdOf));
    }

    [Fact]
    public async Task Mailbox_that_somebody_holds_by_name_for_long_is_the_one_that_others_use()
    {
        var to = await RegisteredAsync();
        var held = Mailbox(to);
        Assert.Empty(await held.ReceiveAsync(new ReceiveRequest()));
        await EmptyAsync();
        await SendToAsync(to);

        var received = await held.ReceiveAsync(new ReceiveRequest { Max = 1 });
        await SendToAsync(to);

        Assert.Equal(1, (await Mailbox(to).AckAsync([received[0].Receipt])).Acked);
        Assert.Equal(1, _fixture.Engine.Mailboxes);
        Assert.Single(await held.ReceiveAsync(new ReceiveRequest()));
    }

    [Fact]
    public async Task Mailbox_with_a_waiting_receiver_stays()
    {
        var to = await RegisteredAsync();
        await EmptyAsync();
        using var gone = new CancellationTokenSource();
        var waiting = Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }, gone.Token).AsTask();
        await SendToAsync(to);
        await waiting;
        var again = Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }).AsTask();

        for (var seconds = 0; seconds < 25; seconds++)
        {
            _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _fixture.Engine.Mailboxes);
        var id = await SendToAsync(to);
        Assert.Equal(id, IdOf(Assert.Single(await again)));
    }

    [Fact]
    public async Task Flood_of_names_that_nobody_has_leaves_nothing_behind()
    {
        await EmptyAsync();
        for (var i = 0; i < 2_000; i++)
        {
            await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Message("sender", $"nobody-{i}")));
        }

        Assert.Equal(2_000, _fixture.Engine.Mailboxes);
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, _fixture.Engine.Mailboxes);
    }

    [Fact]
    public async Task Mailbox_that_is_not_in_memory_is_woken_when_a_ttl_runs_out_also_after_a_restart()
    {
        var to = await RegisteredAsync();
        var from = await RegisteredAsync("sender");
        var message = Message(from, to);
        message["ttl"] = (long)TimeSpan.FromHours(2).TotalMilliseconds;
        await SendAsync(message);
        await EmptyAsync();
        await _fixture.RestartAsync();
        Assert.Equal(0, _fixture.Engine.Mailboxes);

        _fixture.Time.Advance(TimeSpan.FromHours(2));

        Assert.Contains("message_timeout", Encoding.UTF8.GetString((await ReceiveOneAsync(from)).Message.Span), StringComparison.Ordinal);
    }

    // What was just committed or carried is on its way for a moment longer, so the sweep may need more than one turn.
    private async Task EmptyAsync()
    {
        for (var turns = 0; _fixture.Engine.Mailboxes > 0; turns++)
        {
            Assert.True(turns < 500, "mailboxes stay in memory");
            _fixture.Time.Advance(Idle);
            await Task.WhenAny(Task.Delay(2));
        }
    }
}
