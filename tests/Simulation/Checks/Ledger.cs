using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>Everything that was sent, and every mailbox, as clients know them. What senders are told is checked here.</summary>
internal sealed class Ledger(SimWorld world)
{
    private readonly Dictionary<string, Sent> _sent = [];
    private readonly Dictionary<string, List<Sent>> _byTopic = [];
    private readonly SortedDictionary<string, Inbox> _inboxes = new(StringComparer.Ordinal);
    private int _numbers;

    public IReadOnlyCollection<Sent> Messages => _sent.Values;

    public IReadOnlyCollection<Inbox> Inboxes => _inboxes.Values;

    public long Step => world.Scheduler.Step;

    /// <summary>The sessions of those who give signs of life.</summary>
    public Lives Lives { get; } = new(world);

    /// <summary>Told of each message that the fabric made, when it is first seen in a mailbox; each says whether it knows what it is about.</summary>
    public List<Func<Inbox, JsonElement, bool>> Listeners { get; } = [];

    /// <summary>Whether anybody knows what a message is about that the fabric made.</summary>
    public bool Hear(Inbox inbox, JsonElement message)
    {
        var isKnown = Lives.Hear(inbox, message);
        Listeners.ForEach(listener => isKnown |= listener(inbox, message));
        return isKnown;
    }

    public string NewId() => $"m{++_numbers}";

    public Sent? Find(string id) => _sent.GetValueOrDefault(id);

    public Inbox? FindInbox(string name) => _inboxes.GetValueOrDefault(name);

    public IReadOnlyList<Sent> SentTo(string topic) => _byTopic.GetValueOrDefault(topic) ?? [];

    public Inbox InboxOf(string name)
    {
        if (!_inboxes.TryGetValue(name, out var inbox))
        {
            _inboxes.Add(name, inbox = new Inbox(name));
        }

        return inbox;
    }

    /// <summary>Notes that a try begins.</summary>
    /// <returns>Whether it surely is known already.</returns>
    public bool Begin(Sent sent)
    {
        if (_sent.TryAdd(sent.Id, sent))
        {
            sent.Begun = Step;
            if (sent.To.Kind is DestinationKind.Topic or DestinationKind.Everybody)
            {
                (_byTopic.TryGetValue(sent.To.Name, out var all) ? all : _byTopic[sent.To.Name] = []).Add(sent);
            }
        }

        sent.UnderWay++;
        return sent is { Accepted: < Sent.Never, IsMemory: false };
    }

    /// <summary>Notes what came of a try.</summary>
    public void End(Sent sent, bool wasKnown, Answer<SendReceipt> answer)
    {
        if (answer.Fault is { Code: ErrorCode.Conflict or ErrorCode.Validation or ErrorCode.MessageFormat } fault && sent.PassedTo is null)
        {
            world.Fail($"{sent.Id} was refused: {fault.Message}");
        }

        sent.UnderWay--;
        sent.MayBeIn |= answer.Fault is null;
        if (!answer.IsDone)
        {
            return;
        }

        if (wasKnown && !answer.Value.Duplicate && sent.To.Kind != DestinationKind.Fabric && sent.PassedTo is null)
        {
            world.Fail($"{sent.Id} was accepted before, and again not as a duplicate");
        }

        if (sent.Accepted == Sent.Never)
        {
            sent.Accepted = Step;
            if (sent.IsForSupervisor && sent.PassedTo is null && FindInbox(sent.To.Name) is { } inbox && !inbox.Copies.ContainsKey((sent.Id, null)))
            {
                inbox.Awaited.Add(sent);
            }
        }
    }

    /// <summary>Notes what came of sending another message under the id of one that was accepted.</summary>
    public void EndOther(Sent sent, Answer<SendReceipt> answer)
    {
        if (answer.IsDone)
        {
            world.Fail($"{sent.Id} was accepted, and then another message under its id");
        }
    }
}
