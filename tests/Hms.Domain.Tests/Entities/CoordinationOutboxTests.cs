using System.Reflection;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

/// <summary>What sessions, locks, barriers, tasks and the directory say to each other.</summary>
public sealed class CoordinationOutboxTests
{
    private static readonly Gen<string> Names = Gen.Elements("a", "runtime:1", "a/b", new string('n', 256));
    private static readonly Gen<long> Numbers = Gen.Elements(0L, 1, 255, 1L << 40, long.MaxValue);
    private static readonly Gen<EntityKey> Keys =
        Gen.Elements(Enum.GetValues<EntityKind>()).Zip(Names).Select(pair => new EntityKey(pair.Item1, pair.Item2));

    private static readonly Gen<OutboxMessage> All =
        from one in Names
        from other in Names
        from key in Keys
        from number in Numbers
        from revision in Numbers
        from phase in Gen.Choose(0, 8)
        from flag in Gen.Elements(false, true)
        from message in Gen.Elements<OutboxMessage>(
            new OutboxMessage.Farewell(one),
            new OutboxMessage.EndLeases(one),
            new OutboxMessage.EndSession(one, number),
            new OutboxMessage.Attach(one, number, key),
            new OutboxMessage.Detach(one, key),
            new OutboxMessage.SessionEnded(key, one, number),
            new OutboxMessage.AwaitTask(one, other),
            new OutboxMessage.TaskEnded(one, other, flag),
            new OutboxMessage.IndexTask(one, other, phase, revision, number),
            new OutboxMessage.ForgetTask(one))
        select message;

    [Fact]
    public void Each_is_read_back_as_it_was_written_and_for_whom() => Prop.ForAll(All.ToArbitrary(), message =>
    {
        var read = OutboxMessage.Decode(message.Encode());
        return read == message && (message is OutboxMessage.SessionEnded || read.To == message.To);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_end_of_a_session_is_read_back_for_the_entity_that_it_is_told()
    {
        var said = new OutboxMessage.SessionEnded(EntityKey.Task("a/b"), "w", 9);
        Assert.Equal((EntityKey.Task("a/b"), EntityKey.Task("a/b")), (said.To, OutboxMessage.Decode(said.Encode()).To));
    }

    [Fact]
    public void Messages_arrive_byte_for_byte_with_what_they_answer() => Prop.ForAll<byte[]>(bytes =>
    {
        bytes ??= [];
        var post = (OutboxMessage.Post)OutboxMessage.Decode(new OutboxMessage.Post("a", bytes, "zoë 1").Encode());
        var publish = (OutboxMessage.Publish)OutboxMessage.Decode(new OutboxMessage.Publish("health", bytes).Encode());
        return post.Answers == "zoë 1" && post.Message.Span.SequenceEqual(bytes) && publish.Topic == "health" && publish.Message.Span.SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_kind_of_message_has_a_code_of_its_own()
    {
        var codes = typeof(OutboxMessage).GetNestedTypes(BindingFlags.Public).Where(type => !type.IsAbstract).Select(Encoded).ToArray();
        Assert.Equal(codes.Length, codes.Select(code => code[0]).Distinct().Count());
        Assert.True(codes.Length >= 23, $"only {codes.Length} kinds were found");
    }

    [Fact]
    public void The_stored_form_never_changes()
    {
        AssertStored("f 0100 61", new OutboxMessage.Farewell("a"));
        AssertStored("E 0100 61", new OutboxMessage.EndLeases("a"));
        AssertStored("x 0100 61 0700000000000000", new OutboxMessage.EndSession("a", 7));
        AssertStored("a 0100 61 0700000000000000 0600 4c6f636b2f64", new OutboxMessage.Attach("a", 7, EntityKey.Lock("d")));
        AssertStored("d 0100 61 0600 4c6f636b2f64", new OutboxMessage.Detach("a", EntityKey.Lock("d")));
        AssertStored("X 0100 64 0600 4c6f636b2f64 0100 61 0700000000000000", new OutboxMessage.SessionEnded(EntityKey.Lock("d"), "a", 7));
        AssertStored("w 0100 74 0100 78", new OutboxMessage.AwaitTask("t", "x"));
        AssertStored("D 0100 74 0100 78 31", new OutboxMessage.TaskEnded("t", "x", true));
        AssertStored("g 0100 74", new OutboxMessage.ForgetTask("t"));
        AssertStored("P 0100 61 0100 72 7b7d", new OutboxMessage.Post("a", "{}"u8.ToArray(), "r"));
        AssertStored("b 0100 61 7b7d", new OutboxMessage.Publish("a", "{}"u8.ToArray()));
        var index = new OutboxMessage.IndexTask("t", "w", 2, 3, 4);
        var part = Convert.ToHexString(Encoding.ASCII.GetBytes(index.To.Name));
        AssertStored(
            $"i 0{part.Length / 2}00 {part} 0100 74 0100 77 0200000000000000 0300000000000000 0400000000000000", index);
    }

    private static byte[] Encoded(Type kind)
    {
        var make = kind.GetConstructors().Single(constructor => constructor.GetParameters() is not [{ ParameterType: var only }] || only != kind);
        var message = (OutboxMessage)make.Invoke([.. make.GetParameters().Select(parameter => ValueOf(parameter.ParameterType))]);
        return message.Encode();
    }

    private static object? ValueOf(Type type) => type switch
    {
        _ when type == typeof(string) => "a",
        _ when type == typeof(EntityKey) => EntityKey.Lock("d"),
        _ when type == typeof(IReadOnlyList<long>) => Array.Empty<long>(),
        _ when type == typeof(IReadOnlyList<PatternSubscriber>) => Array.Empty<PatternSubscriber>(),
        _ => Activator.CreateInstance(type),
    };

    private static void AssertStored(string form, OutboxMessage message)
    {
        var bytes = Convert.FromHexString(form[1..].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([(byte)form[0], .. bytes], message.Encode());
    }
}
