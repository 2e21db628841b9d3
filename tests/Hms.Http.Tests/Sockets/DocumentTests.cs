using System.Text.Json.Nodes;
using Hms.Http.Sockets;
using Hms.Protocol.Schema;

namespace Hms.Http.Tests.Sockets;

public sealed class DocumentTests
{
    [Fact]
    public async Task Documented_limits_are_those_that_are_enforced()
    {
        var schemas = await SchemasAsync();
        Assert.Equal(SocketFrame.SeqMax, (long)schemas["SocketSeq"]!["maximum"]!);
        Assert.Equal(SocketFrame.MessagesMax, (int)schemas["SocketSend"]!["properties"]!["messages"]!["maxItems"]!);
        var receive = schemas["SocketReceive"]!["properties"]!;
        Assert.Equal(SocketFrame.CreditMax, (int)receive["credit"]!["maximum"]!);
        Assert.Equal(Ranges.PageMax, (int)receive["batch"]!["maximum"]!);
        Assert.Equal(Ranges.LeaseMax.TotalMilliseconds, (double)receive["lease_ms"]!["maximum"]!);
        Assert.Equal(SocketFrame.WaitDefault.TotalMilliseconds, (double)schemas["SocketExchange"]!["properties"]!["wait_ms"]!["default"]!);
        Assert.Equal(
            Enum.GetNames<SocketOp>().Select(name => $"\"{name.ToLowerInvariant()}\""),
            schemas["SocketRequest"]!["oneOf"]!.AsArray()
                .Select(form => schemas[((string)form!["$ref"]!).Split('/')[^1]]!["properties"]!["op"]!["const"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("""{"op":"send","seq":1,"message":{}}""", true)]
    [InlineData("""{"op":"send","seq":1,"messages":[{}],"durability":null}""", true)]
    [InlineData("""{"op":"send","seq":1,"messages":[{}],"message":{}}""", false)]
    [InlineData("""{"op":"send","seq":1}""", false)]
    [InlineData("""{"op":"request","seq":9007199254740992,"message":{},"wait_ms":90000}""", true)]
    [InlineData("""{"op":"receive","credit":0,"batch":1000,"lease_ms":1}""", true)]
    [InlineData("""{"op":"receive","batch":1}""", false)]
    [InlineData("""{"op":"ack","receipts":[]}""", true)]
    [InlineData("""{"op":"ack","receipts":[""]}""", false)]
    [InlineData("""{"op":"nack","receipts":["r"],"delay_ms":1,"dead_letter":null,"seq":0}""", true)]
    [InlineData("""{"op":"extend","receipts":["r"],"lease_ms":86400000}""", true)]
    [InlineData("""{"op":"heartbeat","load":0.5}""", true)]
    [InlineData("""{"op":"heartbeat","load":-1}""", false)]
    [InlineData("""{"op":"fly"}""", false)]
    public async Task Documented_form_of_a_frame_is_the_one_that_is_read(string frame, bool isRight)
    {
        var schemas = await SchemasAsync();

        // What a message looks like is for the fabric to say.
        schemas["SupervisorMessage"] = new JsonObject();
        var schema = JsonSchema.Compile(System.Text.Encoding.UTF8.GetBytes(
            new JsonObject { ["$ref"] = "#/$defs/SocketRequest", ["$defs"] = schemas.DeepClone() }
                .ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal)));
        var utf8 = System.Text.Encoding.UTF8.GetBytes(frame);
        using var document = System.Text.Json.JsonDocument.Parse(utf8);
        Assert.Equal(isRight, schema.Validate(document.RootElement));
        Assert.Equal(isRight, new SocketFrame().Read(utf8) is null);
    }

    private static async Task<JsonNode> SchemasAsync()
    {
        await using var front = await TestFront.StartAsync();
        return (await front.GetAsync("/openapi/v1.json").JsonAsync())["components"]!["schemas"]!;
    }
}
