using System.Text;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>What the suites have in common: names of their own, messages, and short words for what every fact does.</summary>
public abstract class ConformanceSuite(IFabricFixture fixture)
{
    // No fact measures it: it only turns a call that never returns into a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected IFabricFixture Fixture => fixture;

    protected IFabric Fabric => fixture.Fabric;

    protected static string NewName(string word) => $"{word}-{Guid.NewGuid():N}";

    protected IMailbox Mailbox(string supervisor) => Fabric.Mailbox(supervisor);

    protected async Task<string> RegisteredAsync(string word = "worker")
    {
        var id = NewName(word);
        await Fabric.Supervisors.RegisterAsync(id, new Registration("test"));
        return id;
    }

    protected static JsonObject Message(string source, string destination, string? id = null) => new()
    {
        ["id"] = id ?? NewName("m"),
        ["source"] = source,
        ["destination"] = destination,
        ["message_type"] = "state_query",
        ["content"] = new JsonObject(),
        ["timestamp"] = "2026-01-02T03:04:05Z",
        ["version"] = "1.0",
    };

    protected static JsonObject Answer(JsonObject request, string? source = null)
    {
        var answer = Message(source ?? Text(request, "destination"), Text(request, "source"));
        answer["message_type"] = "state_response";
        answer["correlation_id"] = Text(request, "correlation_id", "id");
        return answer;
    }

    protected static string Text(JsonObject message, params string[] members) =>
        members.Select(member => (string?)message[member]).First(text => text is not null)!;

    protected static byte[] Bytes(JsonObject message) => Encoding.UTF8.GetBytes(message.ToJsonString());

    protected static JsonObject Read(ReadOnlyMemory<byte> message) => JsonNode.Parse(message.Span)!.AsObject();

    protected static string IdOf(Delivery delivery) => Text(Read(delivery.Message), "id");

    protected ValueTask<SendReceipt> SendAsync(JsonObject message) => Fabric.SendAsync(new SendRequest(Bytes(message)));

    /// <summary>Sends a message to a supervisor and returns its id.</summary>
    protected async Task<string> SendToAsync(string destination, Action<JsonObject>? change = null)
    {
        var message = Message("sender", destination);
        change?.Invoke(message);
        return (await SendAsync(message)).Id;
    }

    /// <summary>Receives what is there, or comes soon.</summary>
    protected Task<IReadOnlyList<Delivery>> ReceiveAsync(string supervisor, int max = 10, TimeSpan wait = default) =>
        Soon(Mailbox(supervisor).ReceiveAsync(new ReceiveRequest { Max = max, Wait = wait }));

    /// <summary>Receives one message that is on its way.</summary>
    protected async Task<Delivery> ReceiveOneAsync(string supervisor) =>
        Assert.Single(await ReceiveAsync(supervisor, max: 1, wait: TimeSpan.FromSeconds(60)));

    protected static Task<T> Soon<T>(ValueTask<T> task) => task.AsTask().WaitAsync(Patience);

    /// <summary>Moves the clock on until something has come to its end.</summary>
    protected async Task<T> AdvanceUntilAsync<T>(Task<T> ended, TimeSpan step)
    {
        for (var steps = 0; !ended.IsCompleted; steps++)
        {
            Assert.True(steps < 1_000, "it never ended");
            await Fixture.AdvanceAsync(step);
            await Task.WhenAny(ended, Task.Delay(5));
        }

        return await ended;
    }

    protected static async Task<Fault> RefusedAsync(ErrorCode code, Func<Task> act)
    {
        var fault = (await Assert.ThrowsAsync<FaultException>(act)).Fault;
        Assert.Equal(code, fault.Code);
        return fault;
    }

    protected static Task<Fault> RefusedAsync<T>(ErrorCode code, ValueTask<T> task) => RefusedAsync(code, () => Soon(task));
}
