using System.Text;
using Hms.Domain.Catalogue;
using Hms.Domain.Entities;
using Hms.Domain.Tests.Entities;
using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Domain.Tests.Catalogue;

public sealed class CatalogueTests
{
    private static readonly CatalogueLimits Limits = new() { TypesMax = 2 };
    private readonly MemoryStore _store = new();
    private CatalogueState _state = new(Limits);

    [Fact]
    public void A_type_is_created_and_then_replaced()
    {
        Assert.Equal(new CatalogueReply.Stored(true), Put(Type("genome_report")).Reply);
        Assert.Equal(new CatalogueReply.Stored(false), Put(Type("genome_report", """{"type":"object"}""")).Reply);
        Assert.Equal("""{"type":"object"}"""u8, Assert.Single(List()).Schema.Span);
    }

    [Fact]
    public void A_type_is_read_back_as_it_was_written()
    {
        var before = Type("genome_report") with { Category = "ga", Description = "é\"", SenderRoles = ["ga"], ResponseType = "ack" };
        Put(before);
        Restart();
        Assert.Equal(before.ToJson(), Assert.Single(List()).ToJson());
    }

    [Fact]
    public void A_schema_as_deep_as_a_message_may_be_can_be_read_again()
    {
        const int depth = JsonText.DepthMax - 1;
        var deep = "{\"const\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Put(Type("deep", deep));
        Restart();
        Assert.Equal(Encoding.UTF8.GetBytes(deep), Assert.Single(List()).Schema.Span);
    }

    [Fact]
    public void A_built_in_type_cannot_be_replaced()
    {
        var fault = Put(Type("task_assignment")).Fault;
        Assert.Equal(ErrorCode.Conflict, fault?.Code);
        Assert.Equal(BuiltInTypes.ByName["task_assignment"].ToJson(), fault!.Record.Span);
        Assert.True(_state.Changes.IsEmpty);
    }

    [Fact]
    public void A_full_catalogue_takes_no_new_type_but_changes_to_old_ones()
    {
        Put(Type("a"));
        Put(Type("b"));
        Assert.Equal(ErrorCode.RateLimited, Put(Type("c")).Fault?.Code);
        Assert.Equal(new CatalogueReply.Stored(false), Put(Type("b")).Reply);
    }

    [Fact]
    public void Types_are_listed_by_name()
    {
        Put(Type("b"));
        Put(Type("B"));
        Assert.Equal(["B", "b"], List().Select(type => type.Type));
    }

    private static MessageTypeDefinition Type(string name, string schema = "{}") =>
        new(name, MessageTypeDefinition.CustomCategory, "", [Roles.Any], [Roles.Any], null, Encoding.UTF8.GetBytes(schema));

    private Step<CatalogueReply> Put(MessageTypeDefinition type) => Decide(new CatalogueCommand.Put(type));

    private IReadOnlyList<MessageTypeDefinition> List() =>
        Assert.IsType<CatalogueReply.Listed>(Decide(new CatalogueCommand.List()).Reply).Types;

    private Step<CatalogueReply> Decide(CatalogueCommand command) =>
        CatalogueMachine.Decide(_state, command, DateTimeOffset.UnixEpoch);

    private void Restart()
    {
        _store.Commit(_state);
        _state = _store.LoadInto(new CatalogueState(Limits));
    }
}
