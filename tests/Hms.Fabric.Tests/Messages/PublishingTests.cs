using Hms.Abstractions;
using Hms.Fabric.Messages;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Messages;

/// <summary>Topics that are made by what is published to them.</summary>
public sealed class PublishingTests
{
    private readonly OneTopic _world = new();
    private readonly Publishing _publishing;

    public PublishingTests() => _publishing = new(_world);

    [Fact]
    public async Task What_is_published_while_the_topic_is_made_follows_in_its_order_and_is_not_held_up_after_that()
    {
        _world.Gate = new();
        var first = Publish("a");
        var behind = Publish("b");
        var last = Publish("c");
        _world.Stored.Add("gate");
        _world.HoldAnswers = new();

        _world.Gate.SetResult();

        await UntilAsync(() => _world.Stored.Count == 4);
        Assert.Equal(["gate", "a", "b", "c"], _world.Stored);
        var since = Publish("d");
        Assert.Equal("d", _world.Stored[^1]);
        _world.HoldAnswers.SetResult();
        await Task.WhenAll(first, behind, last, since);
        Assert.Equal(1, _world.Opened);
    }

    [Fact]
    public async Task Making_that_fails_has_failed_for_all_who_waited_and_is_tried_again_for_the_next()
    {
        _world.Gate = new();
        var waiting = Enumerable.Range(0, 5).Select(number => Publish($"{number}")).ToArray();
        _world.Gate.SetException(new FaultException(ErrorCode.Unavailable, "away"));

        foreach (var one in waiting)
        {
            Assert.Equal("away", (await Assert.ThrowsAsync<FaultException>(() => one)).Fault.Message);
        }

        Assert.Equal(1, _world.Opened);
        _world.Gate = null;
        await Publish("next");
        Assert.Equal(["next"], _world.Stored);
    }

    [Fact]
    public async Task Who_leaves_while_it_makes_the_topic_leaves_that_to_the_next()
    {
        using var leaving = new CancellationTokenSource();
        _world.Gate = new();
        var first = Publish("first", leaving.Token);
        var next = Publish("next");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        _world.Gate.SetResult();

        await next;
        Assert.Equal(["next"], _world.Stored);
    }

    [Fact]
    public async Task Topic_that_is_gone_is_made_again()
    {
        await Publish("a");
        _world.IsThere = false;

        await Publish("b");

        Assert.Equal(2, _world.Opened);
        Assert.Equal(["a", "b"], _world.Stored);
    }

    private Task<IReadOnlyList<EnqueueOutcome>> Publish(string id, CancellationToken cancellationToken = default) =>
        _publishing.PublishAsync("news", [new EnqueueRequest(default, "tester", id) { BodyHash = 0 }], cancellationToken).AsTask();

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Yield();
        }
    }

    /// <summary>One topic, which stores in the order of calls, and its registry.</summary>
    private sealed class OneTopic : NoEntities, ITopicPort, ITopicRegistryPort
    {
        public List<string> Stored { get; } = [];

        public bool IsThere { get; set; }

        public int Opened { get; private set; }

        /// <summary>What making the topic waits for.</summary>
        public TaskCompletionSource? Gate { get; set; }

        /// <summary>What answers wait for.</summary>
        public TaskCompletionSource? HoldAnswers { get; set; }

        public override ITopicRegistryPort TopicRegistry => this;

        public override ITopicPort Topic(string name) => this;

        public async ValueTask OpenAsync(string topic, CancellationToken cancellationToken = default)
        {
            Opened++;
            if (Gate is not null)
            {
                await Gate.Task.WaitAsync(cancellationToken);
            }

            IsThere = true;
        }

        public async ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
            IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
        {
            if (!IsThere)
            {
                return [.. requests.Select(_ => new EnqueueOutcome(default, new Fault(ErrorCode.DestinationNotFound, "there is no topic")))];
            }

            Stored.AddRange(requests.Select(request => request.Id));
            if (HoldAnswers is not null)
            {
                await HoldAnswers.Task;
            }

            return [.. requests.Select(_ => new EnqueueOutcome(default, null))];
        }

        public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Page<string>> ListAsync(string after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
