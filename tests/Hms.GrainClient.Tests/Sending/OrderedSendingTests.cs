using System.Text;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.GrainClient.Sending;
using Hms.Protocol;
using Hms.Protocol.Compression;

namespace Hms.GrainClient.Tests.Sending;

public sealed class OrderedSendingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Call> _calls = [];
    private readonly OrderedSending _sending;

    public OrderedSendingTests() => _sending = new OrderedSending(CallAsync);

    [Fact]
    public async Task Each_destination_has_one_call_under_way_and_the_next_takes_what_came_meanwhile()
    {
        string[] messages = [Message("1", "a"), Message("2", "a"), Message("3", "b"), Message("4", "a"), Message("5", "topic:a")];
        var sent = messages.Select(SendAsync).ToArray();

        Assert.Equal(["1", "3", "5"], Calls());
        await _calls[0].EndAsync(until: sent[0]);
        Assert.Equal(["1", "3", "5", "2 4"], Calls());
        _calls.ForEach(call => call.End());

        Assert.Equal(["1", "2", "3", "4", "5"], (await Task.WhenAll(sent)).Select(receipt => receipt.Id));
    }

    [Fact]
    public async Task Outcomes_stand_in_the_order_of_the_requests_whatever_comes_first()
    {
        var sent = SendManyAsync(Message("1", "a"), Message("2", "b"), "no message", Message("3", "a"), Message("4", "b"));

        Assert.Equal(["1 3", "2 4", "?"], Calls());
        _calls[2].End();
        _calls[1].End();
        _calls[0].End();

        Assert.Equal(["1", "2", "?", "3", "4"], (await sent).Select(outcome => outcome.Receipt.Id));
    }

    [Fact]
    public async Task Message_that_cannot_be_read_waits_for_nobody()
    {
        var first = SendAsync("no message");
        var second = SendAsync(Message("1", "a", source: ""));

        Assert.Equal(["?", "?"], Calls());
        _calls.ForEach(call => call.End());
        await Task.WhenAll(first, second);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Batch_goes_after_what_came_before_it_and_before_what_comes_after_it_on_each_of_its_ways(bool compressed)
    {
        var before = SendAsync(Message("1", "a"));
        var batch = SendAsync(Batch("2", compressed, Message("i", "a"), "{}", Message("j", "b")));
        var after = SendManyAsync(Message("3", "a"), Message("4", "b"), Message("5", "c"));

        Assert.Equal(["1", "5"], Calls());
        await _calls[0].EndAsync(until: before);
        await UntilCallsAsync(3);
        Assert.Equal(["1", "5", "2"], Calls());
        await _calls[2].EndAsync(until: batch);
        await UntilCallsAsync(5);
        Assert.Equal(["3", "4"], Calls()[3..].Order());
        _calls.ForEach(call => call.End());
        await after;
    }

    [Fact]
    public async Task Batch_within_a_call_keeps_its_place_there()
    {
        var sent = SendManyAsync(Message("1", "a"), Batch("2", false, Message("i", "a"), Message("j", "b")), Message("3", "a"));

        for (var call = 0; call < 3; call++)
        {
            await UntilCallsAsync(call + 1);
            _calls[call].End();
        }

        Assert.Equal(["1", "2", "3"], Calls());
        Assert.Equal(["1", "2", "3"], (await sent).Select(outcome => outcome.Receipt.Id));
    }

    [Fact]
    public async Task Batches_that_share_ways_do_not_wait_for_each_other_for_ever()
    {
        var sending = new OrderedSending(static async requests =>
        {
            await Task.Yield();
            return [.. requests.Select(static _ => default(SendOutcome))];
        });
        var there = Batch("1", false, Message("i", "a"), Message("j", "b"), Message("k", "c"));
        var back = Batch("2", false, Message("i", "c"), Message("j", "b"), Message("k", "a"));

        var batches = new[] { there, back }.Select(batch => new SendRequest(Encoding.UTF8.GetBytes(batch))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() =>
            sending.SendAsync(batches[i % 2], CancellationToken.None).AsTask()))).WaitAsync(Patience);
    }

    [Fact]
    public async Task Fault_of_a_call_is_that_of_each_message_in_it_and_the_next_call_goes_out()
    {
        var first = SendManyAsync(Message("1", "a"), Message("2", "a"));
        var next = SendAsync(Message("3", "a"));
        _calls[0].Break(new FaultException(new Fault(ErrorCode.Unavailable, "away") { RetryAfter = TimeSpan.FromSeconds(1) }));

        Assert.Equal(
            [(ErrorCode.Unavailable, "1"), (ErrorCode.Unavailable, "2")],
            (await first).Select(outcome => (outcome.Fault!.Code, outcome.Fault.SourceMessageId)));
        await UntilCallsAsync(2);
        _calls[1].End();
        Assert.Equal("3", (await next).Id);
    }

    [Fact]
    public async Task Call_that_breaks_without_a_fault_leaves_no_batch_behind_it_waiting()
    {
        var first = SendAsync(Message("1", "a"));
        var second = SendAsync(Message("2", "a"));
        var batch = SendAsync(Batch("3", false, Message("i", "a"), Message("j", "b")));
        await _calls[0].EndAsync(until: first);
        await UntilCallsAsync(2);
        _calls[1].Break(new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        await UntilCallsAsync(3);
        await _calls[2].EndAsync(until: batch);
    }

    [Fact]
    public async Task What_is_much_goes_in_several_calls_in_its_order()
    {
        string[] messages = [.. Enumerable.Range(0, 2_500).Select(i => Message($"{i}", "a"))];
        var sent = SendManyAsync(messages);

        for (var call = 0; call < 3; call++)
        {
            await UntilCallsAsync(call + 1);
            _calls[call].End();
        }

        Assert.Equal([1_000, 1_000, 500], _calls.Select(call => call.Requests.Count));
        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => $"{i}"), (await sent).Select(outcome => outcome.Receipt.Id));
    }

    [Fact]
    public async Task Who_cancels_waits_no_longer_and_the_message_goes_out()
    {
        using var gone = new CancellationTokenSource();
        var first = SendAsync(Message("1", "a"));
        var second = _sending.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(Message("2", "a"))), gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        await _calls[0].EndAsync(until: first);
        await UntilCallsAsync(2);
        Assert.Equal(["1", "2"], Calls());
    }

    [Fact]
    public void What_goes_to_the_fabric_itself_has_a_way_for_each_source()
    {
        string[] sources = ["x", "y", "x"];

        _ = SendManyAsync([.. sources.Select((source, i) => Message($"{i + 1}", "meta_supervisor", source))]);

        Assert.Equal(["1 3", "2"], Calls());
    }

    private static string Message(string id, string destination, string source = "sender") =>
        Json(id, source, destination, "state_query", new JsonObject()).ToJsonString();

    private static string Batch(string id, bool compressed, params string[] items)
    {
        var batch = Json(id, "sender", "meta_supervisor", "message_batch", new JsonArray([.. items.Select(item => JsonNode.Parse(item))])).ToJsonString();
        var packed = Convert.ToBase64String(Gzip.Pack(Encoding.UTF8.GetBytes(batch)));
        return compressed ? Json(id, "sender", "meta_supervisor", "compressed:message_batch", packed).ToJsonString() : batch;
    }

    private static JsonObject Json(string id, string source, string destination, string type, JsonNode content) => new()
    {
        ["id"] = id, ["source"] = source, ["destination"] = destination, ["message_type"] = type, ["content"] = content,
        ["timestamp"] = "2026-01-02T03:04:05Z", ["version"] = "1.0",
    };

    private Task<SendReceipt> SendAsync(string message) =>
        _sending.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(message)), CancellationToken.None).AsTask().WaitAsync(Patience);

    private Task<IReadOnlyList<SendOutcome>> SendManyAsync(params string[] messages) => _sending.SendManyAsync(
        [.. messages.Select(message => new SendRequest(Encoding.UTF8.GetBytes(message)))], CancellationToken.None).AsTask().WaitAsync(Patience);

    private async Task UntilCallsAsync(int count)
    {
        while (Calls().Length < count)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        }
    }

    /// <summary>What was sent in each call.</summary>
    private string[] Calls()
    {
        lock (_calls)
        {
            return [.. _calls.Select(call => string.Join(' ', call.Ids))];
        }
    }

    private ValueTask<IReadOnlyList<SendOutcome>> CallAsync(IReadOnlyList<SendRequest> requests)
    {
        lock (_calls)
        {
            _calls.Add(new Call(requests));
            return new(_calls[^1].Outcomes);
        }
    }

    /// <summary>A call to a silo that ends when the test says so.</summary>
    private sealed class Call(IReadOnlyList<SendRequest> requests)
    {
        private readonly TaskCompletionSource<IReadOnlyList<SendOutcome>> _ended = new();

        public IReadOnlyList<SendRequest> Requests => requests;

        public IEnumerable<string> Ids => requests.Select(static request =>
            EnvelopeReader.TryRead(request.Message, out var envelope, out _) ? envelope.Id : "?");

        public Task<IReadOnlyList<SendOutcome>> Outcomes => _ended.Task;

        public void End() => _ended.TrySetResult(
            [.. Ids.Select(static id => new SendOutcome(new SendReceipt(id, 1, false, Durability.Fsync), null))]);

        public async Task EndAsync(Task until)
        {
            End();
            await until;
        }

        public void Break(Exception e) => _ended.SetException(e);
    }
}
