using System.Text;
using Hms.Protocol.Catalogue;

namespace Hms.Http.Tests.Endpoints;

public sealed class MessageTypeTests
{
    [Fact]
    public async Task Types_are_listed_in_pages()
    {
        await using var front = await TestFront.StartAsync();
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await front.GetAsync(after is null ? "/v1/message-types?limit=7" : $"/v1/message-types?limit=7&after={after}").JsonAsync();
            names.AddRange(page["items"]!.AsArray().Select(item => (string)item!["type"]!));
            after = (string?)page["next"];
        }
        while (after is not null);

        Assert.Equal(BuiltInTypes.All.Select(type => type.Type).Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Last_page_that_is_full_has_no_next()
    {
        await using var front = await TestFront.StartAsync();
        var page = await front.GetAsync($"/v1/message-types?limit={BuiltInTypes.All.Count}").JsonAsync();
        Assert.Null(page["next"]);
    }

    [Fact]
    public async Task One_type_is_shown_with_its_schema()
    {
        await using var front = await TestFront.StartAsync();
        var type = await front.GetAsync("/v1/message-types/task_assignment").JsonAsync();
        Assert.Equal("task_acceptance", (string?)type["response_type"]);
        Assert.NotNull(type["schema"]);
        await front.GetAsync("/v1/message-types/none").ErrorAsync(ErrorCode.DestinationNotFound);
        Assert.Equal(["/type"], await front.GetAsync("/v1/message-types/a%20b").ProblemsAsync());
    }

    [Fact]
    public async Task Custom_type_is_put_with_defaults()
    {
        await using var front = await TestFront.StartAsync();
        var type = await front.PutAsync("/v1/message-types/acme.ping", """{"schema":{"type": "object"}}""").JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            """{"type":"acme.ping","category":"custom","description":"","sender_roles":["any"],"receiver_roles":["any"],"schema":{"type":"object"}}""",
            type.ToJsonString());
        Assert.Equal("{\"type\": \"object\"}", Encoding.UTF8.GetString(front.Fabric.Put!.Schema.Span));

        front.Fabric.IsNew = false;
        await front.PutAsync("/v1/message-types/acme.ping", """{"schema":true,"category":"x","response_type":"acme.pong","sender_roles":["meta"]}""").JsonAsync();
        Assert.Equal(("x", "acme.pong", "meta"), (front.Fabric.Put!.Category, front.Fabric.Put.ResponseType, front.Fabric.Put.SenderRoles[0]));
    }

    [Fact]
    public async Task Every_member_of_a_type_that_is_wrong_is_named()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(
            ["/category", "/description", "/receiver_roles", "/response_type", "/schema", "/sender_roles/0"],
            await front.PutAsync(
                "/v1/message-types/t",
                """{"schema":1,"category":"","description":2,"sender_roles":[""],"receiver_roles":"any","response_type":"a b"}""").ProblemsAsync());
    }
}
