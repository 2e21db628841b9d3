using System.Text;
using System.Text.Json.Nodes;
using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Conformance;

/// <summary>Custom message types (section 12.2).</summary>
public abstract class MessageTypeConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    private const string NeedsWeight = """{"type":"object","properties":{"weight":{"type":"number","minimum":0}},"required":["weight"]}""";

    [Fact]
    public async Task Content_of_a_custom_type_is_checked_by_its_schema()
    {
        var to = await RegisteredAsync();
        var type = NewName("parcel");
        Assert.True(await Fabric.MessageTypes.PutAsync(Definition(type, NeedsWeight)));

        await SendAsync(OfType(type, to, """{"weight":2}"""));
        var fault = await RefusedAsync(ErrorCode.Validation, SendAsync(OfType(type, to, """{"weight":-1}""")));

        Assert.Equal("/content/weight", Assert.Single(fault.Problems).Path);
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Custom_type_can_be_replaced_and_survives_a_restart()
    {
        var type = NewName("parcel");
        Assert.True(await Fabric.MessageTypes.PutAsync(Definition(type, "true")));
        Assert.False(await Fabric.MessageTypes.PutAsync(Definition(type, NeedsWeight)));

        await Fixture.RestartAsync();

        var found = await Fabric.MessageTypes.GetAsync(type);
        Assert.Equal(NeedsWeight, Encoding.UTF8.GetString(found.Schema.Span));
        Assert.Equal(("custom", "A parcel.", "parcel_receipt"), (found.Category, found.Description, found.ResponseType));
        Assert.Equal(["runtime"], found.SenderRoles);
        Assert.NotEmpty(await Fabric.ValidateAsync(Bytes(OfType(type, "somebody", "{}"))));
    }

    [Fact]
    public async Task Built_in_types_are_listed_and_cannot_be_replaced()
    {
        var type = NewName("parcel");
        await Fabric.MessageTypes.PutAsync(Definition(type, "true"));

        var names = (await Fabric.MessageTypes.ListAsync()).Select(definition => definition.Type).ToArray();

        Assert.Contains("task_assignment", names);
        Assert.Contains(type, names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        await RefusedAsync(ErrorCode.Conflict, Fabric.MessageTypes.PutAsync(Definition("task_assignment", "true")));
    }

    [Fact]
    public async Task Schema_that_is_not_understood_is_refused_with_every_problem()
    {
        var type = NewName("parcel");
        var schema = """{"type":"objekt","properties":{"a":{"minimum":"x"}},"unheardOf":1}""";

        var fault = await RefusedAsync(ErrorCode.Validation, Fabric.MessageTypes.PutAsync(Definition(type, schema)));

        Assert.True(fault.Problems.Count >= 3);
        Assert.All(fault.Problems, problem => Assert.StartsWith("/schema", problem.Path, StringComparison.Ordinal));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.MessageTypes.GetAsync(type));
    }

    [Fact]
    public async Task Message_of_a_type_that_nobody_registered_is_accepted()
    {
        var to = await RegisteredAsync();

        await SendAsync(OfType(NewName("unheard"), to, """{"anything":[1,2,3]}"""));

        Assert.Single(await ReceiveAsync(to));
    }

    private static JsonObject OfType(string type, string to, string content)
    {
        var message = Message("sender", to);
        message["message_type"] = type;
        message["content"] = JsonNode.Parse(content);
        return message;
    }

    private static MessageTypeDefinition Definition(string type, string schema) => new(
        type, MessageTypeDefinition.CustomCategory, "A parcel.", ["runtime"], ["any"], "parcel_receipt", Encoding.UTF8.GetBytes(schema));
}
