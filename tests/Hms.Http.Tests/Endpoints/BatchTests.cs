namespace Hms.Http.Tests.Endpoints;

public sealed class BatchTests
{
    private static SendReceipt Batch(params SendOutcome[] results) => new("batch", 0, false, Durability.Fsync) { Results = results };

    [Fact]
    public async Task Batch_is_answered_with_what_came_of_each_of_its_messages_in_order()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => new(Batch(
            new SendOutcome(new SendReceipt("m1", 1, true, Durability.Memory), null),
            new SendOutcome(default, new Fault(ErrorCode.DestinationNotFound, "no such supervisor") { SourceMessageId = "m2" }),
            new SendOutcome(default, new Fault(ErrorCode.Validation, "/id must be a string") { Problems = [new Problem("/id", "must be a string")] }),
            new SendOutcome(new SendReceipt("m4", 3, false, Durability.Fsync), null)));

        var receipt = await front.PostAsync("/v1/messages", TestFront.Message).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal(
            """{"id":"batch","status":"accepted","results":["""
            + """{"id":"m1","status":"accepted","deliveries":1,"duplicate":true,"durability":"memory"},"""
            + """{"id":"m2","status":"rejected","error":{"error_code":"destination_not_found","error_message":"no such supervisor","source_message_id":"m2"}},"""
            + """{"id":"","status":"rejected","error":{"error_code":"validation_error","error_message":"/id must be a string","error_details":"""
            + """[{"path":"/id","message":"must be a string"}],"source_message_id":""}},"""
            + """{"id":"m4","status":"accepted","deliveries":3,"duplicate":false,"durability":"fsync"}]}""",
            receipt.ToJsonString());
    }

    [Fact]
    public async Task Batch_of_nothing_has_no_results()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => new(Batch());
        var receipt = await front.PostAsync("/v1/messages", TestFront.Message).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal("""{"id":"batch","status":"accepted","results":[]}""", receipt.ToJsonString());
    }

    [Fact]
    public async Task Each_message_of_a_batch_that_is_refused_is_counted_and_logged_as_one_by_itself()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => new(Batch(
            new SendOutcome(default, new Fault(ErrorCode.Forbidden, "not your message")),
            new SendOutcome(default, new Fault(ErrorCode.MailboxFull, "full")),
            new SendOutcome(default, new Fault(ErrorCode.MailboxFull, "full"))));

        await front.PostAsync("/v1/messages", TestFront.Message).JsonAsync(HttpStatusCode.Accepted);

        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains("hms_refused_total{error_code=\"mailbox_full\"} 2\n", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("SecurityRefusal: ", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_that_the_fabric_refuses_as_a_whole_is_an_error()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnRequest = (_, _) => throw new FaultException(ErrorCode.Validation, "a batch has no one reply");
        await front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", "wait=1")).ErrorAsync(ErrorCode.Validation);
    }
}
