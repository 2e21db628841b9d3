using System.Text;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol.Tests;

/// <summary>What the vectors cannot say: what is read out of a message, and what a fault tells.</summary>
public sealed class EnvelopeReaderTests
{
    private const string Full =
        """
        {"id":"msg_1","source":"a","destination":"topic:health","message_type":"health_notification",
         "content":{"component_id":"c","status":"Healthy"},"timestamp":"2025-05-01T14:30:00Z",
         "correlation_id":"corr_1","ttl":60000,"priority":"critical","version":"1.4"}
        """;

    [Fact]
    public void Every_member_of_the_envelope_is_read()
    {
        using var envelope = Read(Full);

        Assert.Equal("msg_1", envelope.Id);
        Assert.Equal("a", envelope.Source);
        Assert.Equal(new Destination(DestinationKind.Topic, "health"), envelope.Destination);
        Assert.Equal("health_notification", envelope.MessageType);
        Assert.Equal("c", envelope.Content.GetProperty("component_id").GetString());
        Assert.Equal("corr_1", envelope.CorrelationId);
        Assert.Equal(60000, envelope.TtlMs);
        Assert.Equal(Priority.Critical, envelope.Priority);
    }

    [Fact]
    public void A_member_whose_name_is_escaped_is_the_same_member()
    {
        using var envelope = Read(Full.Replace("\"id\"", "\"\\u0069d\"", StringComparison.Ordinal));

        Assert.Equal("msg_1", envelope.Id);
    }

    [Fact]
    public void Without_priority_a_message_is_normal_and_without_correlation_its_id_serves()
    {
        using var envelope = Read(
            """{"id":"m","source":"a","destination":"b","message_type":"t","content":1,"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""");

        Assert.Equal(Priority.Normal, envelope.Priority);
        Assert.Null(envelope.CorrelationId);
        Assert.Equal("m", envelope.ReplyCorrelation);
        Assert.Null(envelope.TtlMs);
    }

    [Theory]
    [InlineData("runtime_supervisor", DestinationKind.Supervisor)]
    [InlineData("meta_supervisor", DestinationKind.Fabric)]
    [InlineData("topic:a.b", DestinationKind.Topic)]
    [InlineData("*", DestinationKind.Everybody)]
    public void A_destination_is_one_of_four_kinds(string text, DestinationKind kind)
    {
        Assert.True(Destination.TryParse(text, out var destination));
        Assert.Equal(kind, destination.Kind);
    }

    [Fact]
    public void A_faulty_message_that_has_an_id_is_named_in_the_fault()
    {
        var text = Full.Replace("\"a\"", "\"\"", StringComparison.Ordinal);

        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), out _, out var fault));
        Assert.Equal("msg_1", fault.SourceMessageId);
        Assert.Equal("/source must not be empty", fault.Message);
    }

    [Fact]
    public void Where_no_message_was_read_the_fault_names_none()
    {
        Assert.False(EnvelopeReader.TryRead("[]"u8.ToArray(), out _, out var fault));
        Assert.Equal("", fault.SourceMessageId);
    }

    [Fact]
    public void A_type_that_nobody_registered_is_refused_only_when_types_are_strict()
    {
        var bytes = Encoding.UTF8.GetBytes(Full.Replace("health_notification", "unheard_of", StringComparison.Ordinal));

        Assert.Empty(new MessageValidator(new MessageTypeSet()).Validate(bytes));
        Assert.Equal("/message_type", Assert.Single(new MessageValidator(new MessageTypeSet(), strictTypes: true).Validate(bytes)).Path);
    }

    [Fact]
    public void A_custom_type_is_checked_by_its_schema_once_it_is_put()
    {
        var types = new MessageTypeSet();
        types.Put(new MessageTypeDefinition("unheard_of", "custom", "", ["any"], ["any"], null, """{"required":["theorem_id"]}"""u8.ToArray()));
        var bytes = Encoding.UTF8.GetBytes(Full.Replace("health_notification", "unheard_of", StringComparison.Ordinal));

        Assert.Equal("/content/theorem_id", Assert.Single(new MessageValidator(types).Validate(bytes)).Path);
    }

    private static Envelope Read(string text) =>
        EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), out var envelope, out var fault)
            ? envelope
            : throw new InvalidOperationException(fault.Message);
}
