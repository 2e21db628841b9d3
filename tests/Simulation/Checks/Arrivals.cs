using System.Text;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>What receivers get is checked as it comes: it was sent, to them, it was not ended before, and it comes in its order.</summary>
internal sealed class Arrivals(SimWorld world, Inbox inbox)
{
    private const int IdAt = 7;

    /// <summary>Takes what one receive has brought.</summary>
    /// <param name="begun">The step at which the receiver asked.</param>
    /// <param name="deliveries">What came.</param>
    public void Take(long begun, IReadOnlyList<Delivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            var copy = CopyOf(delivery.Message, delivery.Topic);
            if (copy.Sequences.Count == 0)
            {
                CheckOrder(copy, begun);
            }

            Number(copy, delivery.Sequence);
            if (copy.Ended <= begun && !IsBegunAnew(copy))
            {
                world.Fail($"{inbox.Name} had {copy.Id} ended at step {copy.Ended}, and it was delivered again");
            }

            inbox.Note(delivery.Receipt, copy);
        }
    }

    /// <summary>The copy that a message is; it is checked that it was sent, and to here.</summary>
    public Copy CopyOf(ReadOnlyMemory<byte> message, string? topic)
    {
        var id = IdOf(message.Span);
        if (!inbox.Copies.TryGetValue((id, topic), out var copy))
        {
            copy = world.Ledger.Find(id) is { } sent ? Known(sent, message, topic) : Made(id, message, topic);
            inbox.Copies.Add((id, topic), copy);
            if (copy.Sent is { } known)
            {
                inbox.Awaited.Remove(known);
            }
        }

        return copy;
    }

    /// <summary>The topic to which a message was sent; null where it was sent to none.</summary>
    public string? TopicOf(ReadOnlyMemory<byte> message) =>
        world.Ledger.Find(IdOf(message.Span)) is { IsForSupervisor: false } sent ? sent.To.Name : null;

    /// <summary>Notes a number of a copy. What is in the mailbox for good is there once.</summary>
    public void Number(Copy copy, long sequence)
    {
        copy.Sequences.Add(sequence);
        if (copy.Sequences.Count > 1 && copy is { Topic: null, Sent: not { IsMemory: true } })
        {
            world.Fail($"{inbox.Name} has {copy.Id} more than once: {string.Join(", ", copy.Sequences)}");
        }
    }

    private static string IdOf(ReadOnlySpan<byte> message)
    {
        var rest = message[IdAt..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)'"')]);
    }

    private Copy Known(Sent sent, ReadOnlyMemory<byte> message, string? topic)
    {
        var isForHere = topic is null ? sent.PassedTo?.Contains(inbox.Name) ?? (sent.IsForSupervisor && sent.To.Name == inbox.Name)
            : sent.To.Kind is DestinationKind.Topic or DestinationKind.Everybody && sent.To.Name == topic && sent.Source != inbox.Name;
        if (!isForHere)
        {
            world.Fail($"{sent.Id} for {sent.To.Name} came to {inbox.Name} by {topic ?? "itself"}");
        }
        else if (!message.Span.SequenceEqual(sent.Bytes.Span))
        {
            world.Fail($"{sent.Id} came to {inbox.Name} as {Encoding.UTF8.GetString(message.Span)}");
        }
        else if (!sent.MayBeIn && !sent.IsUnderWay)
        {
            world.Fail($"{sent.Id} was refused whenever it was sent, and came to {inbox.Name}");
        }
        else if (topic is not null && inbox.InterestsIn(topic).All(interest => interest.Tried == Sent.Never))
        {
            world.Fail($"{inbox.Name} never subscribed to {topic}, and {sent.Id} came by it");
        }

        return new Copy(sent.Id, sent, topic);
    }

    /// <summary>What the fabric made is about something that was sent.</summary>
    private Copy Made(string id, ReadOnlyMemory<byte> message, string? topic)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        var about = root.GetProperty("message_type").GetString() == "error_response"
            ? root.GetProperty("content").GetProperty("source_message_id").GetString()!
            : root.GetProperty("correlation_id").GetString()!;
        if (root.GetProperty("source").GetString() != Names.MetaSupervisor
            || (!world.Ledger.Hear(inbox, root) && world.Ledger.Find(about)?.Source != inbox.Name))
        {
            world.Fail($"{inbox.Name} got what nobody sent: {Encoding.UTF8.GetString(message.Span)}");
        }

        return new Copy(id, null, topic) { About = about, IsMortal = root.TryGetProperty("ttl", out _) };
    }

    /// <summary>Whether a message that was ended may come again: it was not kept for good, or was subscribed to once more.</summary>
    private bool IsBegunAnew(Copy copy) => IsUncertain(copy)
        || (copy.Topic is { } topic && inbox.InterestsIn(topic).Any(interest => interest.Shaken != Sent.Never));

    /// <summary>Whether it may come from the memory of a mailbox that was overtaken: nobody waits for the store before that is delivered.</summary>
    private bool IsUncertain(Copy copy) => copy.Sent is { IsMemory: true } || (world.HasSplit && copy.Topic is not null);

    /// <summary>
    /// Of what comes for the first time, nothing comes before what must come first: what is more urgent, and of the same source and priority
    /// what was accepted before. Where an answer was lost, the first time may have been in that.
    /// </summary>
    private void CheckOrder(Copy copy, long begun)
    {
        if (copy.Sent is not { PassedTo: null } sent || inbox.HasLostAnswers || IsUncertain(copy) || !inbox.IsSteady)
        {
            return;
        }

        var earlier = copy.Topic is { } topic
            ? world.Ledger.SentTo(topic).Where(other => !inbox.Copies.ContainsKey((other.Id, topic)) && inbox.SurelyHears(topic, other))
            : inbox.Awaited;
        foreach (var other in earlier)
        {
            var isBefore = other.Source == sent.Source && other.Priority == sent.Priority && other.Accepted <= sent.Begun;
            var isUrgent = copy.Topic is null && other.Priority > sent.Priority && other.Accepted <= begun;
            if ((isBefore || isUrgent) && other is { TtlMs: null, IsMemory: false, CorrelationId: null, PassedTo: null })
            {
                world.Fail($"{inbox.Name} got {sent.Id} before {other.Id}, which comes first");
            }
        }
    }
}
