using System.Text.Json;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Compression;

namespace Hms.Conformance;

/// <summary>What the suites about tasks, locks, barriers and sessions have in common: messages that move something, and what comes of them.</summary>
public abstract class CoordinationSuite(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    protected const string Meta = "meta_supervisor";

    /// <summary>As long as anything may wait.</summary>
    protected static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    protected static JsonObject Typed(string source, string destination, string type, JsonNode? content)
    {
        var message = Message(source, destination);
        (message["message_type"], message["content"]) = (type, content);
        return message;
    }

    protected static JsonObject Compressed(JsonObject inner)
    {
        var outer = inner.DeepClone().AsObject();
        outer["message_type"] = $"compressed:{Text(inner, "message_type")}";
        outer["content"] = Convert.ToBase64String(Gzip.Pack(Bytes(inner)));
        return outer;
    }

    protected static JsonObject Batch(string source, params JsonObject[] messages) =>
        Typed(source, Meta, "message_batch", new JsonArray([.. messages]));

    protected Task<Reply> AskAsync(JsonObject request, string? key = null) =>
        Soon(Fabric.RequestAsync(new SendRequest(Bytes(request)) { IdempotencyKey = key }, Minute));

    /// <summary>Asks and returns the reply, which is acknowledged.</summary>
    protected async Task<JsonObject> AnswerToAsync(JsonObject request, string? key = null)
    {
        await using var reply = await AskAsync(request, key);
        await reply.ConfirmAsync();
        return Read(reply.Message);
    }

    /// <summary>The next message of a supervisor, which is of a type, from the fabric and about something; acknowledged.</summary>
    protected async Task<JsonObject> ToldAsync(string supervisor, string type, string about)
    {
        var message = await NextAsync(supervisor);
        Assert.Equal((type, Meta, about), (Text(message, "message_type"), Text(message, "source"), Text(message, "correlation_id")));
        Assert.Empty(await Fabric.ValidateAsync(Bytes(message)));
        return message["content"]!.AsObject();
    }

    /// <summary>The next message of a supervisor, acknowledged.</summary>
    protected async Task<JsonObject> NextAsync(string supervisor)
    {
        var delivery = await ReceiveOneAsync(supervisor);
        await Mailbox(supervisor).AckAsync([delivery.Receipt]);
        return Read(delivery.Message);
    }

    protected async Task<string> RegisteredAsync(TimeSpan beats, params string[] capabilities)
    {
        var id = NewName("worker");
        var said = new Registration("test") { HeartbeatIntervalMs = (long)beats.TotalMilliseconds, Capabilities = capabilities };
        await Fabric.Supervisors.RegisterAsync(id, said);
        return id;
    }

    /// <summary>Registers one that is dead once the clock has moved on by 4 s, and no sooner.</summary>
    protected Task<string> MortalAsync(params string[] capabilities) => RegisteredAsync(TimeSpan.FromSeconds(1), capabilities);

    /// <summary>Lets one that was registered as mortal die, and takes what it was asked when it was late.</summary>
    protected async Task DieAsync(string mortal)
    {
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(Liveness.Dead, (await Fabric.Supervisors.GetAsync(mortal)).Liveness);
    }

    /// <summary>Stops the fabric and starts it again on the same data; what is due at once then happens.</summary>
    protected async Task RestartAsync()
    {
        await Fixture.RestartAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromTicks(1));
    }

    /// <summary>Waits for what follows without any clock: what one entity tells another is on its way.</summary>
    protected static async Task<T> EventuallyAsync<T>(Func<Task<T>> look, Func<T, bool> isSo)
    {
        for (var tries = 0; ; tries++)
        {
            var seen = await look();
            if (isSo(seen))
            {
                return seen;
            }

            Assert.True(tries < 2_000, $"it never came to be so: {seen}");
            await Task.Delay(5);
        }
    }

    /// <summary>Moves the clock on until something is so.</summary>
    protected Task<T> AdvanceUntilAsync<T>(Func<Task<T>> look, Func<T, bool> isSo, TimeSpan step) => EventuallyAsync(
        async () =>
        {
            await Fixture.AdvanceAsync(step);
            return await look();
        },
        isSo);

    protected static JsonObject Json(Action<Utf8JsonWriter> write) => Read(JsonText.Write(write));

    protected static JsonObject RecordIn(Fault fault) => Read(fault.Record);

    protected static string[] Members(JsonObject json) => [.. json.Select(member => member.Key)];

    protected static string[] Names(JsonNode? array) => [.. array!.AsArray().Select(name => (string)name!)];
}
