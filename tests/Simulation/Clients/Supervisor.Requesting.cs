using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Checks;

namespace Hms.Simulation.Clients;

/// <content>Requests and replies.</content>
internal sealed partial class Supervisor
{
    /// <summary>The reply to a request: each that is made gets an id of its own, as a responder would do that has forgotten the first.</summary>
    public Sent ReplyTo(string request, string requester) => new Sent
    {
        Id = _world.Ledger.NewId(),
        Source = Name,
        To = new Destination(DestinationKind.Supervisor, requester),
        Type = "reply",
        CorrelationId = request,
    }.Written();

    /// <summary>Sends a request and waits for its reply, once.</summary>
    public async Task<Answer<ReadOnlyMemory<byte>>> RequestAsync(Sent request, TimeSpan wait)
    {
        var wasKnown = _world.Ledger.Begin(request);
        var answer = await Client.AskAsync($"request {request.Id}", async (fabric, stopped) =>
        {
            // The front: it holds the reply until it was written, and acknowledges it only then.
            await using var reply = await fabric.RequestAsync(request.Request, wait, stopped);
            if (Dice.Chance(0.9))
            {
                _arrivals.CopyOf(reply.Message, topic: null).EndTried = true;
                await reply.ConfirmAsync(stopped);
            }

            return reply.Message;
        });
        var isIn = answer.IsDone || answer.Fault is { Code: ErrorCode.MessageTimeout };
        _world.Ledger.End(request, wasKnown, isIn ? new(true, new SendReceipt(request.Id, 1, wasKnown, default), null) : new(false, default, answer.Fault));
        return answer;
    }
}
