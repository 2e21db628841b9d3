using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hms.Http.Sockets;

/// <summary>Members of a frame that are read here; those that stand in a body of HTTP, too, are read as that body is.</summary>
internal enum FrameMember
{
    Op,
    Seq,
    Message,
    Messages,
    Durability,
    IdempotencyKey,
    Traceparent,
    WaitMs,
    Credit,
    Batch,
    LeaseMs,
    Receipts,
}

/// <summary>
/// Where in a frame its members stand, found in one pass, whatever their order. Messages are stepped over, not read: that is for the
/// fabric to do, once. Members that are not known are left alone.
/// </summary>
internal sealed class FrameMembers
{
    /// <summary>A message may be as deep as ever; around it stand the frame and, where there are several, their array.</summary>
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = JsonText.DepthMax + 2 };

    private static readonly int Count = Enum.GetValues<FrameMember>().Length;

    private readonly Slot[] _slots = new Slot[Count];

    /// <summary>Where the items of <see cref="FrameMember.Messages"/> lie, up to one more than there may be.</summary>
    public List<(int Start, int Length)> Messages { get; } = [];

    /// <summary>Finds the members. Those found before a problem stay found.</summary>
    /// <returns>Why this is no frame; null where it is one.</returns>
    public string? Locate(ReadOnlySpan<byte> utf8)
    {
        Array.Clear(_slots);
        Messages.Clear();
        if (!Utf8.IsValid(utf8))
        {
            return "the frame is not valid UTF-8";
        }

        try
        {
            return Read(utf8);
        }
        catch (JsonException e)
        {
            return $"the frame is not valid JSON: {e.Message}";
        }
    }

    /// <summary>What kind of value a member has; <see cref="JsonTokenType.None"/> where it is absent or <c>null</c>, which is the same.</summary>
    public JsonTokenType KindOf(FrameMember member) => _slots[(int)member] switch
    {
        { Kind: JsonTokenType.Null } => JsonTokenType.None,
        var slot => slot.Kind,
    };

    public bool Has(FrameMember member) => KindOf(member) != JsonTokenType.None;

    /// <summary>Where a value lies.</summary>
    public (int Start, int Length) RangeOf(FrameMember member) => (_slots[(int)member].Start, _slots[(int)member].Length);

    /// <summary>A value as it stands in the frame.</summary>
    public ReadOnlySpan<byte> ValueOf(FrameMember member, ReadOnlySpan<byte> utf8)
    {
        var (start, length) = RangeOf(member);
        return utf8.Slice(start, length);
    }

    /// <summary>A value that is an integer, by its value: <c>5</c>, <c>5.0</c> and <c>5e0</c> are one.</summary>
    public bool TryInteger(FrameMember member, ReadOnlySpan<byte> utf8, out long integer)
    {
        integer = 0;
        if (KindOf(member) != JsonTokenType.Number)
        {
            return false;
        }

        var digits = ValueOf(member, utf8);
        if (Utf8Parser.TryParse(digits, out integer, out var used) && used == digits.Length)
        {
            return true;
        }

        // Beyond 2^53 not every integer is told apart.
        if (Utf8Parser.TryParse(digits, out double real, out used) && used == digits.Length
            && Math.Abs(real) < SocketFrame.SeqMax && Math.Floor(real) == real)
        {
            integer = (long)real;
            return true;
        }

        return false;
    }

    /// <summary>A value that is a string; null where it is none, or escapes half of a surrogate pair.</summary>
    public string? Text(FrameMember member, ReadOnlySpan<byte> utf8)
    {
        if (KindOf(member) != JsonTokenType.String)
        {
            return null;
        }

        var quoted = ValueOf(member, utf8);
        if (!quoted.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(quoted[1..^1]);
        }

        if (Surrogates.HasLone(quoted))
        {
            return null;
        }

        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString();
    }

    private string? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Reading);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return "the frame is not a JSON object";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Find(ref reader);
            reader.Read();
            if (member is not { } known)
            {
                reader.Skip();
                continue;
            }

            ref var slot = ref _slots[(int)known];
            if (slot.Kind != JsonTokenType.None)
            {
                // Which of the two is meant nobody knows, and for a seq nobody must.
                slot.Kind = JsonTokenType.Null;
                return $"the member {NameOf(known)} stands twice in the frame";
            }

            slot.Kind = reader.TokenType;
            slot.Start = (int)reader.TokenStartIndex;
            if (known == FrameMember.Messages && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadMessages(ref reader);
            }
            else
            {
                reader.Skip();
            }

            slot.Length = (int)reader.BytesConsumed - slot.Start;
        }

        // Nothing but space may follow, or this throws.
        reader.Read();
        return null;
    }

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (Messages.Count <= SocketFrame.MessagesMax)
            {
                Messages.Add((start, (int)reader.BytesConsumed - start));
            }
        }
    }

    private static FrameMember? Find(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Find(reader.ValueSpan);
        }

        return Surrogates.HasLone(reader.ValueSpan) ? null : Find(Encoding.UTF8.GetBytes(reader.GetString()!));
    }

    private static FrameMember? Find(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("op"u8) => FrameMember.Op,
        _ when name.SequenceEqual("seq"u8) => FrameMember.Seq,
        _ when name.SequenceEqual("message"u8) => FrameMember.Message,
        _ when name.SequenceEqual("messages"u8) => FrameMember.Messages,
        _ when name.SequenceEqual("receipts"u8) => FrameMember.Receipts,
        _ when name.SequenceEqual("durability"u8) => FrameMember.Durability,
        _ when name.SequenceEqual("wait_ms"u8) => FrameMember.WaitMs,
        _ when name.SequenceEqual("credit"u8) => FrameMember.Credit,
        _ when name.SequenceEqual("batch"u8) => FrameMember.Batch,
        _ when name.SequenceEqual("lease_ms"u8) => FrameMember.LeaseMs,
        _ when name.SequenceEqual("idempotency_key"u8) => FrameMember.IdempotencyKey,
        _ when name.SequenceEqual("traceparent"u8) => FrameMember.Traceparent,
        _ => null,
    };

    private static string NameOf(FrameMember member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString());

    private struct Slot
    {
        public JsonTokenType Kind;
        public int Start;
        public int Length;
    }
}
