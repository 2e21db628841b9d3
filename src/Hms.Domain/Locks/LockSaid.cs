using System.Buffers;
using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <summary>What a <c>lock_response</c> says at once, small enough to be kept with each message, so that a repeated one is told the same.</summary>
/// <param name="Answer">Granted or not; null says that the lock was released.</param>
internal readonly record struct LockSaid(LockAnswer? Answer)
{
    private const char Released = 'r';
    private const char Granted = 'g';
    private const char NotGranted = 'n';

    public static LockSaid Decode(ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        return row.Code() switch
        {
            Released => new LockSaid(null),
            Granted => new LockSaid(new LockAnswer(true, row.Number(), DateTimeOffset.FromUnixTimeMilliseconds(row.Number()), null, 0)),
            NotGranted => new LockSaid(new LockAnswer(false, 0, null, row.Flag() ? row.Text() : null, (int)row.Number())),
            var other => throw new InvalidDataException($"an answer of kind '{other}' was written by another version"),
        };
    }

    public byte[] Encode()
    {
        var value = new ArrayBufferWriter<byte>(1 + (2 * sizeof(long)));
        var row = new RowWriter(value);
        if (Answer is not { } answer)
        {
            row.Code(Released);
        }
        else if (answer.Granted)
        {
            row.Code(Granted).Number(answer.FencingToken).Number(answer.ExpiresAt!.Value.ToUnixTimeMilliseconds());
        }
        else
        {
            row.Code(NotGranted).Flag(answer.Holder is not null);
            if (answer.Holder is { } holder)
            {
                row.Text(holder);
            }

            row.Number(answer.QueuePosition);
        }

        return value.WrittenSpan.ToArray();
    }

    /// <summary>Writes the members of the message's content.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="reason">Why one who waited has waited in vain; null where nobody waited.</param>
    public void WriteTo(Utf8JsonWriter json, string? reason = null)
    {
        if (Answer is not { } answer)
        {
            json.WriteBoolean("released"u8, true);
            return;
        }

        json.WriteBoolean("granted"u8, answer.Granted);
        if (answer.Granted)
        {
            json.WriteNumber("fencing_token"u8, answer.FencingToken);
            json.WriteString("expires_at"u8, JsonText.Timestamp(answer.ExpiresAt!.Value));
            return;
        }

        json.WriteString("holder"u8, answer.Holder);
        json.WriteNumber("queue_position"u8, answer.QueuePosition);
        if (reason is not null)
        {
            json.WriteString("reason"u8, reason);
        }
    }
}
