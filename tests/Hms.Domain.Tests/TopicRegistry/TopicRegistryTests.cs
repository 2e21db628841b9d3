using Hms.Domain.Entities;
using Hms.Domain.Tests.Entities;
using Hms.Domain.TopicRegistry;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.TopicRegistry;

public sealed class TopicRegistryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
    private readonly TopicLimits _limits = new() { TopicsMax = 4 };
    private readonly MemoryStore _store = new();
    private TopicRegistryState _state;

    public TopicRegistryTests() => _state = new TopicRegistryState(_limits);

    [Fact]
    public void A_topic_is_made_once_with_those_whose_patterns_match_it()
    {
        Decide(new TopicRegistryCommand.Subscribe("a.*", "m", null));
        Decide(new TopicRegistryCommand.Subscribe(">", "n", 0));
        Decide(new TopicRegistryCommand.Subscribe("b.*", "o", null));
        Restart();

        var opened = Assert.IsType<OutboxMessage.OpenTopic>(Assert.Single(Decide(new TopicRegistryCommand.Open("a.x"))));

        Assert.Equal(("a.x", Now.ToUnixTimeMilliseconds()), (opened.Topic, opened.CreatedAtMs));
        Assert.Equal(
            [new PatternSubscriber("m", "a.*"), new PatternSubscriber("n", ">")],
            opened.Subscribers.OrderBy(subscriber => subscriber.Supervisor, StringComparer.Ordinal));
        Restart();
        Assert.Empty(Decide(new TopicRegistryCommand.Open("a.x")));
    }

    [Fact]
    public void A_pattern_subscribes_to_the_topics_that_are_there_and_match()
    {
        Array.ForEach(["a.x", "b.x", "a.y", "c"], topic => Decide(new TopicRegistryCommand.Open(topic)));

        Assert.Equal(
            [new OutboxMessage.Subscribe("a.x", "m", "a.*", 0), new OutboxMessage.Subscribe("a.y", "m", "a.*", 0)],
            Decide(new TopicRegistryCommand.Subscribe("a.*", "m", 0)));
        Assert.Equal(
            [new OutboxMessage.Subscribe("c", "m", TopicPattern.OneWord, null)],
            Decide(new TopicRegistryCommand.Subscribe(TopicPattern.OneWord, "m", null)));
        Restart();
        Assert.Equal(
            [new OutboxMessage.Unsubscribe("a.x", "m", "a.*"), new OutboxMessage.Unsubscribe("a.y", "m", "a.*")],
            Decide(new TopicRegistryCommand.Unsubscribe("a.*", "m")));
    }

    [Fact]
    public void What_is_so_already_is_not_said_again()
    {
        Decide(new TopicRegistryCommand.Open("a"));
        Decide(new TopicRegistryCommand.Subscribe(">", "m", null));

        Assert.Empty(Decide(new TopicRegistryCommand.Subscribe(">", "m", 0)));
        Assert.Empty(Decide(new TopicRegistryCommand.Unsubscribe(">", "n")));
        Decide(new TopicRegistryCommand.Unsubscribe(">", "m"));
        Restart();
        Assert.Empty(Decide(new TopicRegistryCommand.Unsubscribe(">", "m")));
        Assert.Empty(Assert.IsType<OutboxMessage.OpenTopic>(Assert.Single(Decide(new TopicRegistryCommand.Open("b")))).Subscribers);
    }

    [Fact]
    public void There_are_so_many_topics_and_no_more()
    {
        Array.ForEach(["a", "b", "c", "d"], topic => Decide(new TopicRegistryCommand.Open(topic)));

        var step = TopicRegistryMachine.Decide(_state, new TopicRegistryCommand.Open("e"), Now);

        Assert.Equal(ErrorCode.RateLimited, step.Fault?.Code);
        Assert.Empty(Decide(new TopicRegistryCommand.Open("d")));
    }

    [Fact]
    public void Topics_are_listed_by_name_in_pages()
    {
        Array.ForEach(["c", "B", "a"], topic => Decide(new TopicRegistryCommand.Open(topic)));
        Restart();

        Assert.Equal(("B a", true), List("", 2));
        Assert.Equal(("c", false), List("a", 2));
        Assert.Equal(("a c", false), List("B", 2));
    }

    [Fact]
    public void It_wants_never_to_be_woken_and_can_always_leave_the_memory()
    {
        Decide(new TopicRegistryCommand.Wake());

        Assert.Equal((null, null, true), (_state.NextWake, _state.DurableWake, _state.IsQuiescent));
        Assert.True(_state.Changes.IsEmpty);
    }

    private OutboxMessage[] Decide(TopicRegistryCommand command)
    {
        var step = TopicRegistryMachine.Decide(_state, command, Now);
        Assert.Null(step.Fault);
        return [.. step.Effects.Select(effect => Assert.IsType<Effect.Send>(effect).Message)];
    }

    private (string Topics, bool More) List(string after, int limit)
    {
        var step = TopicRegistryMachine.Decide(_state, new TopicRegistryCommand.List(after, limit), Now);
        var listed = Assert.IsType<TopicRegistryReply.Listed>(step.Reply);
        return (string.Join(' ', listed.Topics), listed.More);
    }

    private void Restart()
    {
        _store.Commit(_state);
        _state = _store.LoadInto(new TopicRegistryState(_limits));
    }
}
