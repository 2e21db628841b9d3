using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Compression;

namespace Hms.Protocol.Tests;

public sealed class MessageBatchTests
{
    private static readonly MessageValidator Validator = new(new MessageTypeSet());

    [Fact]
    public void The_items_are_slices_of_the_bytes_that_came_in()
    {
        // White space, escapes and characters of several bytes: the slices are of bytes, not of what they mean.
        string[] items = [Message("é1"), "7", "null", """{ "a" : "\u0061]," }""", "[[],{}]", "\"x\"", Message("b")];
        var bytes = Batch($" [ {string.Join(" ,\n ", items)} ] ");
        using var batch = Read(bytes);
        var slices = MessageBatch.Items(batch);

        Assert.Equal(items, slices.Select(slice => Encoding.UTF8.GetString(slice.Span)));
        Assert.All(slices, slice =>
        {
            Assert.True(MemoryMarshal.TryGetArray(slice, out var segment));
            Assert.Same(bytes, segment.Array);
        });
    }

    [Fact]
    public void The_items_of_a_batch_within_other_bytes_are_found()
    {
        byte[] around = [.. "before"u8, .. Batch($"[{Message("a")}]"), .. "behind"u8];
        using var batch = Read(around.AsMemory(6, around.Length - 12));

        Assert.Equal(Message("a"), Encoding.UTF8.GetString(Assert.Single(MessageBatch.Items(batch)).Span));
    }

    [Fact]
    public void The_items_of_a_compressed_batch_are_slices_of_what_was_unpacked()
    {
        using var batch = Read(Compress(Batch($"[{Message("a")},{Message("b")}]"), MessageBatch.MessageType));

        Assert.True(MessageBatch.IsBatch(batch));
        Assert.Equal([Message("a"), Message("b")], MessageBatch.Items(batch).Select(slice => Encoding.UTF8.GetString(slice.Span)));
    }

    [Fact]
    public void A_faulty_item_is_refused_and_the_others_are_read()
    {
        using var batch = Read(Batch($$"""[{{Message("a")}},null,{"id":"b"},{{Message("c")}}]"""));
        var read = MessageBatch.Items(batch).Select(item =>
        {
            var isRead = TryReadItem(item, out var envelope, out var fault);
            envelope?.Dispose();
            return isRead ? "read" : fault!.Code.WireName();
        });

        Assert.Equal(["read", "message_format_error", "validation_error", "read"], read);
    }

    [Fact]
    public void A_batch_in_a_batch_is_refused()
    {
        var empty = Encoding.UTF8.GetString(Batch("[]"));
        var compressed = Encoding.UTF8.GetString(Compress(Batch("[]"), MessageBatch.MessageType));

        AssertBarred(empty);
        AssertBarred(compressed);
        Assert.True(TryReadItem(Compress(Encoding.UTF8.GetBytes(Message("batch")), "state_query"), out var other, out _));
        other.Dispose();
    }

    [Fact]
    public void A_compressed_batch_in_a_batch_is_refused_without_being_unpacked() =>
        AssertBarred(Message("batch").Replace("state_query", "compressed:message_batch", StringComparison.Ordinal));

    [Fact]
    public void What_else_is_wrong_with_a_batch_in_a_batch_is_told_as_well()
    {
        var item = Encoding.UTF8.GetBytes("""{"id":"batch","message_type":"message_batch","content":1,"source":"a","destination":"b","version":"1.0"}""");

        Assert.False(TryReadItem(item, out _, out var fault));
        Assert.Equal(["/message_type", "/timestamp"], fault.Problems.Select(problem => problem.Path).Order());
    }

    [Fact]
    public void A_batch_holds_as_many_messages_as_its_schema_says()
    {
        using var longest = Read(Batch($"[{string.Join(',', Enumerable.Repeat("0", MessageBatch.ItemsMax))}]"));

        Assert.Equal(MessageBatch.ItemsMax, MessageBatch.Items(longest).Count);
        Assert.Equal("/content", Assert.Single(Validator.Validate(Batch($"[{string.Join(',', Enumerable.Repeat("0", MessageBatch.ItemsMax + 1))}]"))).Path);
    }

    [Fact]
    public void An_empty_batch_has_no_items()
    {
        using var batch = Read(Batch("[]"));

        Assert.Empty(MessageBatch.Items(batch));
    }

    [Fact]
    public void A_batch_that_is_encrypted_is_an_ordinary_message()
    {
        var text = Encoding.UTF8.GetString(Batch("""{"iv":"","ciphertext":"","tag":""}"""));
        using var message = Read(Encoding.UTF8.GetBytes(text[..^1] + ",\"encrypted\":true}"));

        Assert.False(MessageBatch.IsBatch(message));
        Assert.Throws<ArgumentException>(() => MessageBatch.Items(message));
    }

    [Fact]
    public void Another_message_is_no_batch()
    {
        using var message = Read(Encoding.UTF8.GetBytes(Message("a")));

        Assert.False(MessageBatch.IsBatch(message));
        Assert.Throws<ArgumentException>(() => MessageBatch.Items(message));
    }

    [Theory]
    [InlineData("""{"id":"a"}""", "a")]
    [InlineData("""{"x":{"id":"no"},"y":[{"id":"no"}],"\u0069d":"\u0061é"}""", "aé")]
    [InlineData("""{"id":"a","id":"b"}""", "a")]
    [InlineData("""{"id":"a",""", "a")]
    [InlineData("""{"id":"a" nonsense""", "a")]
    [InlineData("""{"x":[,"id":"a"}""", "")]
    [InlineData("""{"id":7}""", "")]
    [InlineData("""{"id":null}""", "")]
    [InlineData("""{"id":""}""", "")]
    [InlineData("""{"id":"a\u0000"}""", "")]
    [InlineData("""{"id":"\ud800"}""", "")]
    [InlineData("""{"id":{"id":"a"}}""", "")]
    [InlineData("""["id","a"]""", "")]
    [InlineData("\"id\"", "")]
    [InlineData("null", "")]
    [InlineData("{}", "")]
    [InlineData("{", "")]
    [InlineData("", "")]
    public void An_id_is_read_for_a_refusal_where_there_is_one(string item, string id) =>
        Assert.Equal(id, EnvelopeReader.ReadableId(Encoding.UTF8.GetBytes(item)));

    [Fact]
    public void An_id_of_bytes_that_are_no_text_is_not_read() => Assert.Equal("", EnvelopeReader.ReadableId([.. "{\"id\":\""u8, 0xFF, .. "\"}"u8]));

    private static void AssertBarred(string item)
    {
        using var batch = Read(Batch($"[{item}]"));

        Assert.False(TryReadItem(Assert.Single(MessageBatch.Items(batch)), out _, out var fault));
        Assert.Equal(ErrorCode.Validation, fault.Code);
        Assert.Equal("/message_type", Assert.Single(fault.Problems).Path);
        Assert.Equal("batch", fault.SourceMessageId);
    }

    private static Envelope Read(ReadOnlyMemory<byte> message) =>
        Validator.TryRead(message, out var envelope, out var fault) ? envelope : throw new InvalidOperationException(fault.Message);

    private static string Message(string id) =>
        $$$"""{"id":"{{{id}}}","source":"a","destination":"b","message_type":"state_query","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""";

    private static byte[] Batch(string content) => Encoding.UTF8.GetBytes(
        $$"""{"id":"batch","source":"a","destination":"b","message_type":"message_batch","content":{{content}},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""");

    private static byte[] Compress(byte[] inner, string type) => Encoding.UTF8.GetBytes(
        $$"""{"id":"batch","source":"a","destination":"b","message_type":"compressed:{{type}}","content":"{{Convert.ToBase64String(Gzip.Pack(inner))}}","timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""");

    [Fact]
    public void All_that_is_unpacked_of_one_batch_has_the_limit_of_one_message()
    {
        var large = Compress(Encoding.UTF8.GetBytes(Message("batch").Replace("{}", $"\"{new string(' ', 600_000)}\"", StringComparison.Ordinal)), "state_query");
        var unpackable = Validator.UnpackedBytesMax;

        Assert.True(Validator.TryReadItem(large, ref unpackable, out var first, out _));
        first.Dispose();
        Assert.False(Validator.TryReadItem(large, ref unpackable, out _, out var fault));
        Assert.Equal((ErrorCode.PayloadTooLarge, 0), (fault.Code, unpackable));
    }

    private static bool TryReadItem(
        ReadOnlyMemory<byte> item, [NotNullWhen(true)] out Envelope? envelope, [NotNullWhen(false)] out Fault? fault)
    {
        var unpackable = Validator.UnpackedBytesMax;
        return Validator.TryReadItem(item, ref unpackable, out envelope, out fault);
    }
}
