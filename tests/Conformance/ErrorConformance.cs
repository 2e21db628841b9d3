using System.Text;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>What is wrong is said in a code of the closed set (section 5.2), and nothing is stored.</summary>
public abstract class ErrorConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"id":"1","id":"2"}""")]
    [InlineData("""{"id":"1","version":"2.0"}""")]
    [InlineData("""{"id":"1","version":"one"}""")]
    [InlineData("""{"id":"\ud800"}""")]
    public async Task What_is_no_message_is_a_message_format_error(string text)
    {
        var fault = await RefusedAsync(ErrorCode.MessageFormat, Fabric.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(text))));

        Assert.NotEqual("", fault.Message);
        Assert.Equal("", Assert.Single(await Fabric.ValidateAsync(Encoding.UTF8.GetBytes(text))).Path);
    }

    [Fact]
    public async Task Bad_utf_8_is_a_message_format_error() =>
        await RefusedAsync(ErrorCode.MessageFormat, Fabric.SendAsync(new SendRequest(new byte[] { (byte)'{', 0xFF, (byte)'}' })));

    [Fact]
    public async Task Faulty_message_is_a_validation_error_with_every_problem()
    {
        var to = await RegisteredAsync();
        var message = Message("", to);
        message["priority"] = "HIGH";
        message["ttl"] = 0;
        message["message_type"] = "health_notification";

        var fault = await RefusedAsync(ErrorCode.Validation, SendAsync(message));

        var expected = (string[])["/content/component_id", "/content/status", "/priority", "/source", "/ttl"];
        Assert.Equal(expected.Length, fault.Problems.Count);
        Assert.All(["/priority", "/source", "/ttl"], path => Assert.Contains(path, fault.Problems.Select(problem => problem.Path)));
        Assert.Equal(Text(message, "id"), fault.SourceMessageId);
        Assert.Equal(fault.Problems, await Fabric.ValidateAsync(Bytes(message)));
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Valid_message_has_no_problem_and_checking_stores_nothing()
    {
        var to = await RegisteredAsync();

        Assert.Empty(await Fabric.ValidateAsync(Bytes(Message("sender", to))));

        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Nobody_there_is_a_destination_not_found()
    {
        var stranger = NewName("stranger");
        var mailbox = Mailbox(stranger);

        var fault = await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Message("sender", stranger, "the-id")));
        Assert.Equal("the-id", fault.SourceMessageId);
        await RefusedAsync(ErrorCode.DestinationNotFound, mailbox.ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(1) }));
        await RefusedAsync(ErrorCode.DestinationNotFound, mailbox.DeadLettersAsync(0, 10));
        await RefusedAsync(ErrorCode.DestinationNotFound, mailbox.RedriveAsync(null));
        await RefusedAsync(ErrorCode.DestinationNotFound, mailbox.PurgeDeadLettersAsync());
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.GetAsync(stranger));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.HeartbeatAsync(stranger, new Heartbeat()));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => Fabric.Supervisors.DeregisterAsync(stranger).AsTask());
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.MessageTypes.GetAsync(stranger));
    }

    [Theory]
    [InlineData("meta_supervisor")]
    [InlineData("topic:news")]
    [InlineData("two words")]
    [InlineData("")]
    public async Task Nobody_registers_under_a_name_that_is_reserved_or_none(string id) =>
        await RefusedAsync(ErrorCode.Validation, Fabric.Supervisors.RegisterAsync(id, new Registration("test")));

    [Fact]
    public async Task Meta_supervisor_refuses_what_it_does_not_take()
    {
        var from = await RegisteredAsync();
        var known = Message(from, "meta_supervisor");
        var stranger = Message(NewName("stranger"), "meta_supervisor");
        known["message_type"] = "metrics_query";
        stranger["message_type"] = "metrics_query";

        await SendAsync(known);

        var answer = Read((await ReceiveOneAsync(from)).Message);
        Assert.Equal(("error_response", Text(known, "id")), (Text(answer, "message_type"), Text(answer, "correlation_id")));
        await RefusedAsync(ErrorCode.Validation, SendAsync(stranger));
    }
}
