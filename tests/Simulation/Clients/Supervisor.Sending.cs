using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Checks;

namespace Hms.Simulation.Clients;

/// <content>Sending.</content>
internal sealed partial class Supervisor
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(3);

    public Sent Message(Destination to, string type = "note", string content = "{}") => new Sent
    {
        Id = _world.Ledger.NewId(),
        Source = Name,
        To = to,
        Type = type,
        Content = content,
    }.Written();

    /// <summary>A message of any priority; some are mortal, some need not be kept for good.</summary>
    public Sent AnyMessage(Destination to) => new Sent
    {
        Id = _world.Ledger.NewId(),
        Source = Name,
        To = to,
        Type = "note",
        Priority = (Priority)Dice.Below(4),
        TtlMs = Dice.Chance(0.15) ? Dice.Between(1, 30_000) : null,
        IsMemory = Dice.Chance(0.1),
    }.Written();

    /// <summary>Sends once.</summary>
    public async Task<Answer<SendReceipt>> SendAsync(Sent message)
    {
        var wasKnown = _world.Ledger.Begin(message);
        var answer = await Client.AskAsync($"send {message.Id} to {message.To.Name}", (fabric, stopped) => fabric.SendAsync(message.Request, stopped));
        _world.Ledger.End(message, wasKnown, answer);
        return answer;
    }

    /// <summary>Sends until it is known what became of it.</summary>
    public async Task<Answer<SendReceipt>> SendUntilKnownAsync(Sent message)
    {
        while (true)
        {
            var answer = await SendAsync(message);
            if (!answer.IsUnknown)
            {
                return answer;
            }

            await Client.PauseAsync(RetryPause);
        }
    }

    /// <summary>Sends several together, once.</summary>
    public async Task SendManyAsync(IReadOnlyList<Sent> messages)
    {
        var known = messages.Select(_world.Ledger.Begin).ToArray();
        var answer = await Client.AskAsync(
            $"send {messages[0].Id} and {messages.Count - 1} more to {messages[0].To.Name}",
            (fabric, stopped) => fabric.SendManyAsync([.. messages.Select(message => message.Request)], stopped));
        for (var i = 0; i < messages.Count; i++)
        {
            _world.Ledger.End(messages[i], known[i], answer.IsDone ? AnswerOf(answer.Value[i]) : new(false, default, answer.Fault));
        }
    }

    /// <summary>Sends something else under the id of a message that was sent before.</summary>
    public async Task SendOtherAsync(Sent message)
    {
        if (message is not { Accepted: < Sent.Never, IsMemory: false })
        {
            return;
        }

        var other = new Sent { Id = message.Id, Source = Name, To = message.To, Type = "note", Content = """{"other":true}""" }.Written();
        _world.Ledger.EndOther(message, await Client.AskAsync(
            $"send another {message.Id} to {message.To.Name}", (fabric, stopped) => fabric.SendAsync(other.Request, stopped)));
    }

    private static Answer<SendReceipt> AnswerOf(SendOutcome outcome) =>
        outcome.Fault is { } fault && fault.Code != ErrorCode.Unavailable ? new(false, default, fault) : new(outcome.Fault is null, outcome.Receipt, null);
}
