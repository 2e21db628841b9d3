using System.Text.Json;
using Hms.Protocol;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that ask one who answers (section 4.1), and ask again where no reply came.</summary>
internal sealed class RequestWorkload : Workload
{
    private const int Turns = 8;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private readonly Supervisor _responder;
    private readonly Supervisor[] _requesters;
    private readonly List<Sent> _requests = [];
    private readonly Dictionary<string, string> _replies = [];

    public RequestWorkload(SimWorld world)
        : base(world)
    {
        _responder = NewSupervisor("responder");
        _requesters = [NewSupervisor("asks1"), NewSupervisor("asks2")];
    }

    public override Task RunAsync() => Task.WhenAll(
    [
        _responder.Client.BeginAsync(async () =>
        {
            await _responder.RegisterAsync();
            await RepeatAsync(_responder, 5 * Turns, RespondAsync);
        }),
        .. _requesters.Select(requester => requester.Client.BeginAsync(async () =>
        {
            await requester.RegisterAsync();
            await RepeatAsync(requester, Turns, () => AskAsync(requester));
        })),
    ]);

    /// <summary>A request that is repeated gets the reply that it got before, or the one that came meanwhile.</summary>
    public override async Task CheckEndAsync()
    {
        foreach (var request in _requests.Where(request => _replies.ContainsKey(request.Id)))
        {
            var requester = _requesters.Single(requester => requester.Name == request.Source);
            Answer<ReadOnlyMemory<byte>> answer;
            do
            {
                answer = await requester.RequestAsync(request, TimeSpan.Zero);
            }
            while (answer.IsUnknown);
            if (!answer.IsDone)
            {
                World.Fail($"{request.Id} was answered by {_replies[request.Id]}, and is not when it is asked again");
            }
        }
    }

    private async Task AskAsync(Supervisor requester)
    {
        var mine = _requests.Where(request => request.Source == requester.Name).ToArray();
        var request = mine.Length > 0 && Dice.Chance(0.3)
            ? Dice.Pick(mine)
            : requester.Message(new Destination(DestinationKind.Supervisor, _responder.Name), "question");
        if (!mine.Contains(request))
        {
            _requests.Add(request);
        }

        if (await requester.RequestAsync(request, Dice.Delay(WaitMax)) is { IsDone: true } reply)
        {
            Check(request, reply.Value);
        }
    }

    private void Check(Sent request, ReadOnlyMemory<byte> reply)
    {
        using var json = JsonDocument.Parse(reply);
        var (id, correlation) = (json.RootElement.GetProperty("id").GetString()!, json.RootElement.GetProperty("correlation_id").GetString());
        if (correlation != request.Id)
        {
            World.Fail($"{request.Id} got the reply to {correlation}");
        }

        if (!_replies.TryAdd(request.Id, id) && _replies[request.Id] != id)
        {
            World.Fail($"{request.Id} got {_replies[request.Id]} as its reply, and then {id}");
        }
    }

    private async Task RespondAsync()
    {
        foreach (var delivery in await _responder.ReceiveAnyAsync())
        {
            using var json = JsonDocument.Parse(delivery.Message);
            if (json.RootElement.GetProperty("message_type").GetString() == "question")
            {
                var (question, asker) = (json.RootElement.GetProperty("id").GetString()!, json.RootElement.GetProperty("source").GetString()!);
                await _responder.SendUntilKnownAsync(_responder.ReplyTo(question, asker));
            }

            await _responder.AckAsync([delivery]);
        }
    }
}
