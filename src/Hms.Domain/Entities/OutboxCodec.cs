using System.Buffers;
using System.Diagnostics;

namespace Hms.Domain.Entities;

/// <summary>
/// The stored form of <see cref="OutboxMessage"/>: a code, the name of the recipient, and what the message holds. Codes and layouts must
/// never change.
/// </summary>
internal static class OutboxCodec
{
    public static byte[] Encode(OutboxMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        var row = new RowWriter(buffer);
        switch (message)
        {
            case OutboxMessage.OpenMailbox:
                Begin('o');
                break;
            case OutboxMessage.CloseMailbox:
                Begin('c');
                break;
            case OutboxMessage.Post { Answers.Length: 0 } m:
                Begin('p').Rest(m.Message.Span);
                break;
            case OutboxMessage.Post m:
                Begin('P').Text(m.Answers).Rest(m.Message.Span);
                break;
            case OutboxMessage.Farewell:
                Begin('f');
                break;
            case OutboxMessage.EndLeases:
                Begin('E');
                break;
            case OutboxMessage.Publish m:
                Begin('b').Rest(m.Message.Span);
                break;
            case OutboxMessage.EndSession m:
                Begin('x').Number(m.UpTo);
                break;
            case OutboxMessage.Attach m:
                Begin('a').Number(m.Session).Text(m.For.ToString());
                break;
            case OutboxMessage.Detach m:
                Begin('d').Text(m.For.ToString());
                break;
            case OutboxMessage.SessionEnded m:
                Begin('X').Text(m.For.ToString()).Text(m.Supervisor).Number(m.UpTo);
                break;
            case OutboxMessage.AwaitTask m:
                Begin('w').Text(m.Dependent);
                break;
            case OutboxMessage.TaskEnded m:
                Begin('D').Text(m.Dependency).Flag(m.Completed);
                break;
            case OutboxMessage.IndexTask m:
                Begin('i').Text(m.Task).Text(m.Assignee).Number(m.Phase).Number(m.Revision).Number(m.EndedAtMs);
                break;
            case OutboxMessage.ForgetTask:
                Begin('g');
                break;
            case OutboxMessage.ReportExpiry m:
                Begin('e').Number(m.Sequence).Number(m.Body).Number(m.AtMs);
                break;
            case OutboxMessage.Retire m:
                Begin('r').Text(m.Topic).Number(m.UpTo);
                break;
            case OutboxMessage.OpenTopic m:
                Begin('t').Number(m.CreatedAtMs).Number(m.Subscribers.Count);
                foreach (var (supervisor, pattern) in m.Subscribers)
                {
                    row.Text(supervisor).Text(pattern);
                }

                break;
            case OutboxMessage.Subscribe m:
                Begin('s').Text(m.Supervisor).Text(m.Pattern).Number(m.From ?? -1);
                break;
            case OutboxMessage.Unsubscribe m:
                Begin('u').Text(m.Supervisor).Text(m.Pattern);
                break;
            case OutboxMessage.Held m:
                Begin('h').Text(m.Supervisor).Number(m.UpTo).Numbers(m.Sequences);
                break;
            case OutboxMessage.Release m:
                Begin('l').Numbers(m.Sequences);
                break;
            case OutboxMessage.SubscribePattern m:
                Begin('S').Text(m.Pattern).Text(m.Supervisor).Number(m.From ?? -1);
                break;
            case OutboxMessage.UnsubscribePattern m:
                Begin('U').Text(m.Pattern).Text(m.Supervisor);
                break;
            default:
                throw new UnreachableException();
        }

        return buffer.WrittenSpan.ToArray();

        RowWriter Begin(char code) => row.Code(code).Text(message.To.Name);
    }

    public static OutboxMessage Decode(ReadOnlyMemory<byte> encoded)
    {
        var row = new RowReader(encoded);
        var code = row.Code();
        var to = row.Text();
        return code switch
        {
            'o' => new OutboxMessage.OpenMailbox(to),
            'c' => new OutboxMessage.CloseMailbox(to),
            'p' => new OutboxMessage.Post(to, row.Rest()),
            'P' => Answer(to, ref row),
            'f' => new OutboxMessage.Farewell(to),
            'E' => new OutboxMessage.EndLeases(to),
            'b' => new OutboxMessage.Publish(to, row.Rest()),
            'x' => new OutboxMessage.EndSession(to, row.Number()),
            'a' => new OutboxMessage.Attach(to, row.Number(), EntityKey.Parse(row.Text())),
            'd' => new OutboxMessage.Detach(to, EntityKey.Parse(row.Text())),
            'X' => new OutboxMessage.SessionEnded(EntityKey.Parse(row.Text()), row.Text(), row.Number()),
            'w' => new OutboxMessage.AwaitTask(to, row.Text()),
            'D' => new OutboxMessage.TaskEnded(to, row.Text(), row.Flag()),
            'i' => new OutboxMessage.IndexTask(row.Text(), row.Text(), (int)row.Number(), row.Number(), row.Number()),
            'g' => new OutboxMessage.ForgetTask(to),
            'e' => new OutboxMessage.ReportExpiry(to, row.Number(), row.Number(), row.Number()),
            'r' => new OutboxMessage.Retire(to, row.Text(), row.Number()),
            't' => new OutboxMessage.OpenTopic(to, row.Number(), Subscribers(ref row)),
            's' => new OutboxMessage.Subscribe(to, row.Text(), row.Text(), From(row.Number())),
            'u' => new OutboxMessage.Unsubscribe(to, row.Text(), row.Text()),
            'h' => new OutboxMessage.Held(to, row.Text(), row.Number(), row.Numbers()),
            'l' => new OutboxMessage.Release(to, row.Numbers()),
            'S' => new OutboxMessage.SubscribePattern(row.Text(), row.Text(), From(row.Number())),
            'U' => new OutboxMessage.UnsubscribePattern(row.Text(), row.Text()),
            _ => throw new InvalidDataException($"outbox code '{code}' is not known to this version"),
        };
    }

    private static OutboxMessage.Post Answer(string to, ref RowReader row)
    {
        var answers = row.Text();
        return new OutboxMessage.Post(to, row.Rest(), answers);
    }

    private static long? From(long stored) => stored < 0 ? null : stored;

    private static PatternSubscriber[] Subscribers(ref RowReader row)
    {
        var subscribers = new PatternSubscriber[row.Number()];
        for (var i = 0; i < subscribers.Length; i++)
        {
            subscribers[i] = new PatternSubscriber(row.Text(), row.Text());
        }

        return subscribers;
    }
}
