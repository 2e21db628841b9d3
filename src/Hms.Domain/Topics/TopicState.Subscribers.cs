using Hms.Domain.Entities;

namespace Hms.Domain.Topics;

/// <content>Who subscribes.</content>
public sealed partial class TopicState
{
    // How many active subscribers have not got as far as the watermark for good.
    private int _behind;

    internal Step<TopicReply> Subscribe(TopicCommand.Subscribe command, long now)
    {
        if (!_open)
        {
            return NotThere();
        }

        // The topic for everybody is there without having been made: it counts from the first who hears it.
        _createdAt = _createdAt == 0 ? now : _createdAt;

        Join(command.Supervisor, command.Pattern, command.From);
        return Step<TopicReply>.Of(TopicReply.Done.Instance);
    }

    internal Step<TopicReply> Unsubscribe(TopicCommand.Unsubscribe command)
    {
        if (_subscribers.TryGetValue(command.Supervisor, out var subscriber) && subscriber.Patterns.Remove(command.Pattern))
        {
            Touch(subscriber);
            if (!subscriber.IsActive)
            {
                Leave(subscriber);
            }
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance);
    }

    internal Step<TopicReply> ListSubscribers(TopicCommand.ListSubscribers command)
    {
        if (!_open)
        {
            return NotThere();
        }

        var items = new List<SubscriberRecord>();
        foreach (var (name, subscriber) in _subscribers)
        {
            if (!subscriber.IsActive || string.CompareOrdinal(name, command.After) <= 0)
            {
                continue;
            }

            if (items.Count == command.Limit)
            {
                return Step<TopicReply>.Of(new TopicReply.SubscriberList(items, More: true));
            }

            items.Add(new SubscriberRecord(
                name, [.. subscriber.Patterns.Where(pattern => pattern.Length > 0)], subscriber.Cursor, Math.Max(0, Last - subscriber.Cursor)));
        }

        return Step<TopicReply>.Of(new TopicReply.SubscriberList(items, More: false));
    }

    private void Join(string supervisor, string pattern, long? from)
    {
        if (!_subscribers.TryGetValue(supervisor, out var subscriber))
        {
            // What was retired before it came it cannot hold.
            subscriber = new Subscriber(supervisor) { Answered = Math.Max(_first - 1, _retiring.UpTo) };
            _subscribers.Add(supervisor, subscriber);
        }

        if (!subscriber.IsActive)
        {
            _active++;
            subscriber.Stamp = ++_stamp;
            subscriber.Start = from is { } first ? Math.Max(first, _first) - 1 : Last;
            subscriber.Cursor = subscriber.Start;
            subscriber.RetryAt = 0;
            SetBehind(subscriber, subscriber.Start < Last ? subscriber.Start : null);
            Changes.Touch(Standing);
            if (subscriber.Cursor < Last)
            {
                _effects.Add(FeedSignal);
            }
        }

        subscriber.Patterns.Add(pattern);
        Touch(subscriber);
    }

    /// <summary>Who has left is remembered as long as its mailbox may hold something.</summary>
    private void Leave(Subscriber subscriber)
    {
        _active--;
        _behind -= subscriber.Behind is null ? 0 : 1;
        ForgetIfDone(subscriber);
    }

    private void ForgetIfDone(Subscriber subscriber)
    {
        if (!subscriber.IsActive && subscriber.Answered >= subscriber.Offered)
        {
            _subscribers.Remove(subscriber.Name);
            _answersMissing -= subscriber.Answered < _retiring.UpTo ? 1 : 0;
            FinishRetiring();
        }
    }

    private void SetBehind(Subscriber subscriber, long? behind)
    {
        _behind += (behind is null ? 0 : 1) - (subscriber.Behind is null || !subscriber.IsActive ? 0 : 1);
        subscriber.Behind = behind;
    }

    private void Touch(Subscriber subscriber) => Changes.Touch(RowKey.Of(SubscriberRow, subscriber.Name));
}
