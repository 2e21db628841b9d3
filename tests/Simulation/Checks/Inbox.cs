using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Simulation.Checks;

/// <summary>One supervisor's mailbox as seen from outside.</summary>
internal sealed class Inbox(string name)
{
    private readonly Dictionary<string, Copy> _byReceipt = [];

    public string Name => name;

    /// <summary>What has come, by the message's id and, where it came by one, the topic.</summary>
    public Dictionary<(string Id, string? Topic), Copy> Copies { get; } = [];

    /// <summary>What was accepted for it and has not come yet.</summary>
    public List<Sent> Awaited { get; } = [];

    public Dictionary<string, Interest> Interests { get; } = new() { [Names.Everybody] = new Interest() };

    /// <summary>Since when it surely is registered.</summary>
    public long Registered { get; set; } = Sent.Never;

    /// <summary>Since when it may not be registered any more.</summary>
    public long Leaving { get; set; } = Sent.Never;

    /// <summary>Whether an answer with messages may have been lost, so that some were delivered to nobody.</summary>
    public bool HasLostAnswers { get; set; }

    /// <summary>Whether dead letters were made deliverable again.</summary>
    public bool HasRedriven { get; set; }

    /// <summary>Whether it is registered for good.</summary>
    public bool IsSteady => Registered != Sent.Never && Leaving == Sent.Never;

    public Interest InterestIn(string pattern)
    {
        if (!Interests.TryGetValue(pattern, out var interest))
        {
            Interests.Add(pattern, interest = new Interest());
        }

        return interest;
    }

    /// <summary>All that it has done about a topic, by its name and by patterns.</summary>
    public IEnumerable<Interest> InterestsIn(string topic) => Interests
        .Where(interest => interest.Key == topic || (TopicPattern.IsPattern(interest.Key) && TopicPattern.Matches(interest.Key, topic)))
        .Select(interest => interest.Value);

    /// <summary>Whether what was sent to a topic surely comes here.</summary>
    public bool SurelyHears(string topic, Sent sent) =>
        sent.Source != Name && IsSteady && InterestsIn(topic).Any(interest => interest.Covers(sent.Begun));

    public void Note(string receipt, Copy copy) => _byReceipt[receipt] = copy;

    public Copy CopyOf(string receipt) => _byReceipt[receipt];
}
