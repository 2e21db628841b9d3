using System.Text;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Compression;

namespace Hms.Protocol.Tests;

/// <summary>Compressed messages: the vectors, and what a vector cannot say.</summary>
public sealed class CompressedMessageTests
{
    private const string Folder = "compressed", Limit = "accept.largest.json";

    private const string Inner =
        """{"id":"m","source":"a","destination":"b","message_type":"task_progress","content":{"task_id":"t"},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""";

    private static readonly MessageTypeSet Types = new();
    private static readonly MessageValidator Validator = new(Types);

    public static TheoryData<string> Accepted => Vectors.Names(Folder, "accept.");

    public static TheoryData<string> Rejected => Vectors.Names(Folder, "reject.");

    [Theory]
    [MemberData(nameof(Accepted))]
    public void An_accepted_message_is_kept_as_it_was_sent_and_has_its_inner_one(string name)
    {
        var vector = Vectors.ReadJson(Folder, name);
        var bytes = Vectors.Raw(vector, "message");

        Assert.True(Validator.TryRead(bytes, out var envelope, out var fault), fault?.Message);
        using (envelope)
        {
            Assert.Equal(bytes, envelope.Bytes.ToArray());
            Assert.Equal(vector.GetProperty("inner_bytes").GetInt32(), envelope.Inner?.Bytes.Length ?? 0);
            Assert.Equal(envelope.Inner ?? envelope, envelope.Routed);
            if (vector.TryGetProperty("inner", out var inner))
            {
                Assert.Equal(inner.GetString(), envelope.Inner is null ? null : Encoding.UTF8.GetString(envelope.Inner.Bytes.Span));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void A_rejected_message_is_refused_under_the_id_of_the_outer_one(string name)
    {
        var vector = Vectors.ReadJson(Folder, name);

        Assert.False(Validator.TryRead(Vectors.Raw(vector, "message"), out _, out var fault));
        Vectors.AssertRefusal(vector, fault);
        Assert.Equal("msg_packed", fault.SourceMessageId);
    }

    [Fact]
    public void The_inner_message_decides_the_routing_and_the_outer_one_is_delivered()
    {
        using var envelope = Read(Compress(Inner));

        Assert.Equal("compressed:task_progress", envelope.MessageType);
        Assert.Equal("task_progress", envelope.Routed.MessageType);
        Assert.Equal("t", envelope.Routed.Content.GetProperty("task_id").GetString());
        Assert.Equal(envelope.Destination, envelope.Routed.Destination);
    }

    [Fact]
    public void The_inner_message_is_disposed_of_with_the_outer_one()
    {
        var envelope = Read(Compress(Inner));
        envelope.Dispose();

        Assert.Throws<ObjectDisposedException>(() => envelope.Routed.Content.GetProperty("task_id"));
    }

    [Fact]
    public void An_ordinary_message_has_none_inside()
    {
        using var envelope = Read(Encoding.UTF8.GetBytes(Inner));

        Assert.Null(envelope.Inner);
        Assert.Same(envelope, envelope.Routed);
    }

    [Fact]
    public void The_reader_that_checks_no_content_unpacks_none()
    {
        Assert.True(EnvelopeReader.TryRead(Compress("no message at all"), out var envelope, out _));
        Assert.Null(envelope.Inner);
        envelope.Dispose();
    }

    [Fact]
    public void The_limit_is_for_what_comes_out()
    {
        var message = Vectors.Raw(Vectors.ReadJson(Folder, Limit), "message");
        var smaller = new MessageValidator(Types, unpackedBytesMax: CompressedMessage.UnpackedBytesDefault - 1);

        Assert.False(smaller.TryRead(message, out _, out var fault));
        Assert.Equal(ErrorCode.PayloadTooLarge, fault.Code);
        Assert.False(new MessageValidator(Types, unpackedBytesMax: Inner.Length - 1).TryRead(Compress(Inner), out _, out _));
        Assert.True(new MessageValidator(Types, unpackedBytesMax: Inner.Length).TryRead(Compress(Inner), out var envelope, out _));
        envelope.Dispose();
    }

    [Fact]
    public void A_bomb_in_a_message_costs_no_more_than_the_limit()
    {
        var message = Vectors.Raw(Vectors.ReadJson(Folder, "reject.bomb.json"), "message");
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Validator.TryRead(message, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void With_strict_types_it_is_the_inner_type_that_must_be_registered()
    {
        var strict = new MessageValidator(Types, strictTypes: true);
        var unheardOf = Compress(Inner.Replace("task_progress", "unheard_of", StringComparison.Ordinal), "unheard_of");

        Assert.Empty(strict.Validate(Compress(Inner)));
        Assert.Equal("/content/message_type", Assert.Single(strict.Validate(unheardOf)).Path);
        Assert.Empty(Validator.Validate(unheardOf));
    }

    [Fact]
    public void The_content_of_a_custom_type_is_checked_inside()
    {
        var types = new MessageTypeSet();
        types.Put(new MessageTypeDefinition("proof", "custom", "", ["any"], ["any"], null, """{"required":["theorem_id"]}"""u8.ToArray()));
        var message = Compress(Inner.Replace("task_progress", "proof", StringComparison.Ordinal), "proof");

        Assert.Equal("/content/content/theorem_id", Assert.Single(new MessageValidator(types).Validate(message)).Path);
    }

    [Fact]
    public void What_cannot_be_unpacked_is_one_problem_with_the_whole()
    {
        var problem = Assert.Single(Validator.Validate(Outer("no base64")));

        Assert.Equal("", problem.Path);
        Assert.Contains("/content", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_inside_tells_that_it_is_inside()
    {
        Assert.False(Validator.TryRead(Compress("[]"), out _, out var fault));
        Assert.Equal("in /content, the message is not a JSON object", fault.Message);
        Assert.Equal("m", fault.SourceMessageId);
    }

    private static Envelope Read(byte[] message) =>
        Validator.TryRead(message, out var envelope, out var fault) ? envelope : throw new InvalidOperationException(fault.Message);

    private static byte[] Compress(string inner, string type = "task_progress") =>
        Outer(Convert.ToBase64String(Gzip.Pack(Encoding.UTF8.GetBytes(inner))), type);

    private static byte[] Outer(string content, string type = "task_progress") => Encoding.UTF8.GetBytes(
        $$"""{"id":"m","source":"a","destination":"b","message_type":"compressed:{{type}}","content":"{{content}}","timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""");
}
