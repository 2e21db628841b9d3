using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

public sealed class OutboxMessageTests
{
    private static readonly Gen<string> Names = Gen.Elements("a", "runtime:1", "zoë", new string('n', 256));

    [Fact]
    public void Opening_and_closing_are_read_back_as_they_were_written() =>
        Prop.ForAll(Names.ToArbitrary(), name =>
            OutboxMessage.Decode(new OutboxMessage.OpenMailbox(name).Encode()) == new OutboxMessage.OpenMailbox(name)
            && OutboxMessage.Decode(new OutboxMessage.CloseMailbox(name).Encode()) == new OutboxMessage.CloseMailbox(name))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_report_of_expiry_is_read_back_as_it_was_written() =>
        Prop.ForAll<NonNegativeInt, long, long>((sequence, body, at) =>
        {
            var report = new OutboxMessage.ReportExpiry("runtime", sequence.Get, body, at);
            return OutboxMessage.Decode(report.Encode()) == report;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_posted_message_arrives_byte_for_byte() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var read = (OutboxMessage.Post)OutboxMessage.Decode(new OutboxMessage.Post("runtime", bytes ?? []).Encode());
            return read.To == "runtime" && read.Message.Span.SequenceEqual(bytes ?? []);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_stored_form_never_changes()
    {
        Assert.Equal("o\u0002\0ab"u8, new OutboxMessage.OpenMailbox("ab").Encode());
        Assert.Equal("c\u0002\0ab"u8, new OutboxMessage.CloseMailbox("ab").Encode());
        Assert.Equal("p\u0002\0abxyz"u8, new OutboxMessage.Post("ab", "xyz"u8.ToArray()).Encode());
        Assert.Equal(
            "e\u0001\0a\u0001\0\0\0\0\0\0\0\u0002\0\0\0\0\0\0\0\u0003\0\0\0\0\0\0\0"u8,
            new OutboxMessage.ReportExpiry("a", 1, 2, 3).Encode());
    }

    [Fact]
    public void A_code_of_another_version_is_an_error_and_not_a_guess()
    {
        var encoded = Encoding.ASCII.GetBytes("?\u0001\0a");
        Assert.Throws<InvalidDataException>(() => OutboxMessage.Decode(encoded));
    }
}
