using System.Text.Json;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol.Tests;

/// <summary>The tables of codes, priorities, versions and types.</summary>
public sealed class TableTests
{
    public static TheoryData<ErrorCode> Codes => [.. ErrorCodes.All];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_has_a_wire_name_an_error_status_and_a_strategy_and_is_found_again(ErrorCode code)
    {
        Assert.InRange(code.HttpStatus(), 400, 599);
        Assert.NotEmpty(code.HandlingStrategy());
        Assert.Equal(code.HttpStatus(), ErrorCodes.FromWire(code.WireName(), code.HttpStatus())!.Value.HttpStatus());
    }

    [Theory]
    [InlineData("message_format_error", 400, false)]
    [InlineData("destination_not_found", 404, false)]
    [InlineData("message_timeout", 504, true)]
    [InlineData("authorization_error", 401, false)]
    [InlineData("validation_error", 422, false)]
    [InlineData("internal_error", 500, true)]
    [InlineData("conflict", 409, false)]
    [InlineData("payload_too_large", 413, false)]
    [InlineData("mailbox_full", 429, true)]
    public void A_wire_name_stands_for_its_status_and_says_whether_to_try_again(string name, int status, bool retriable)
    {
        var code = ErrorCodes.FromWire(name)!.Value;

        Assert.Equal(status, code.HttpStatus());
        Assert.Equal(retriable, code.IsRetriable());
    }

    [Fact]
    public void A_name_that_is_not_ours_is_no_code() => Assert.Null(ErrorCodes.FromWire("teapot"));

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.99", true)]
    [InlineData("2.0", false)]
    [InlineData("0.9", false)]
    [InlineData("1", false)]
    [InlineData("1.", false)]
    [InlineData(".1", false)]
    [InlineData("1.0.0", false)]
    [InlineData("1.00", false)]
    [InlineData("+1.0", false)]
    [InlineData("1.0 ", false)]
    [InlineData("99999999999.0", false)]
    public void A_version_of_the_same_major_is_compatible(string version, bool compatible) =>
        Assert.Equal(compatible, ProtocolVersion.Refusal(version) is null);

    [Theory]
    [InlineData("HIGH")]
    [InlineData("High")]
    [InlineData("2")]
    [InlineData("")]
    public void A_priority_is_written_in_small_letters_only(string name) => Assert.Null(Priorities.FromWire(name));

    [Fact]
    public void Every_priority_is_found_by_its_name() =>
        Assert.All(Enum.GetValues<Priority>(), priority => Assert.Equal(priority, Priorities.FromWire(priority.WireName())));

    [Fact]
    public void Every_built_in_type_has_a_schema_and_a_response_that_is_a_type_too() => Assert.All(BuiltInTypes.All, type =>
    {
        Assert.NotNull(new MessageTypeSet().SchemaOf(type.Type));
        Assert.True(type.ResponseType is null || BuiltInTypes.ByName.ContainsKey(type.ResponseType));
    });

    [Fact]
    public void A_type_is_read_back_as_it_was_written()
    {
        var type = BuiltInTypes.ByName["lock_request"];
        using var json = JsonDocument.Parse(type.ToJson());

        Assert.Equal(type.ToJson(), MessageTypeDefinition.Read(type.Type, json.RootElement).ToJson());
    }

    [Fact]
    public void A_fault_is_written_as_the_seeds_error_response()
    {
        var fault = new Fault(ErrorCode.Validation, "one problem") { Problems = [new Problem("/a", "is \"odd\"")], SourceMessageId = "m" };

        Assert.Equal(
            """{"error_code":"validation_error","error_message":"one problem","error_details":[{"path":"/a","message":"is \"odd\""}],"source_message_id":"m"}""",
            System.Text.Encoding.UTF8.GetString(fault.ToJson()));
    }
}
