using System.Text;
using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;

namespace Hms.Http.Sockets;

/// <summary>
/// One frame of a client as it was read: what it asks for, and where in it the messages lie. It is used again for the next frame; what an
/// operation does not have is left over from an earlier one.
/// </summary>
internal sealed partial class SocketFrame
{
    /// <summary>Messages in one frame.</summary>
    public const int MessagesMax = 1_000;

    /// <summary>The largest <c>seq</c>: the largest integer that every reader of JSON holds exactly.</summary>
    public const long SeqMax = 1L << 53;

    /// <summary>The largest credit.</summary>
    public const int CreditMax = 10_000;

    /// <summary>How long a request waits that does not say.</summary>
    public static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LeaseDefault = new ReceiveRequest().Lease;
    private static readonly long LeaseMaxMs = (long)Ranges.LeaseMax.TotalMilliseconds;

    private readonly FrameMembers _members = new();
    private List<Problem>? _problems;

    public SocketOp Op { get; private set; }

    /// <summary>What the answer is to carry, also one that is an error; null where there is none, or none that can be told.</summary>
    public long? Seq { get; private set; }

    /// <summary>Whether a <c>send</c> holds <c>messages</c>, even if it is one.</summary>
    public bool IsMany { get; private set; }

    /// <summary>Where in the frame the messages of a <c>send</c> or <c>request</c> lie.</summary>
    public List<(int Start, int Length)> Messages => _members.Messages;

    private Durability Durability { get; set; }

    private string? IdempotencyKey { get; set; }

    private string? TraceParent { get; set; }

    /// <summary>How long a <c>request</c> waits.</summary>
    public TimeSpan Wait { get; private set; }

    /// <summary>What a <c>receive</c> grants.</summary>
    public CreditTerms Terms { get; private set; }

    /// <summary>What an <c>ack</c> or <c>extend</c> is about.</summary>
    public IReadOnlyList<string> Receipts { get; private set; } = [];

    /// <summary>How long an <c>extend</c> holds.</summary>
    public TimeSpan Lease { get; private set; }

    public NackRequest Nack { get; private set; } = new([]);

    public Heartbeat Heartbeat { get; private set; } = new();

    /// <summary>Reads a frame.</summary>
    /// <returns>What is wrong with it, with every problem; null where nothing is.</returns>
    public Fault? Read(ReadOnlyMemory<byte> frame)
    {
        var utf8 = frame.Span;
        _problems = null;
        if (_members.Locate(utf8) is { } broken)
        {
            Seq = _members.TryInteger(FrameMember.Seq, utf8, out var seen) && seen is >= 0 and <= SeqMax ? seen : null;
            return new Fault(ErrorCode.MessageFormat, broken);
        }

        Seq = Integer(FrameMember.Seq, "/seq", 0, SeqMax, utf8);
        if (ReadOp(utf8) is not { } op)
        {
            Note("/op", _members.Has(FrameMember.Op) ? SocketOps.Rule : "is required");
            return Problems();
        }

        Op = op;
        return op switch
        {
            SocketOp.Send => ReadSend(utf8),
            SocketOp.Request => ReadRequest(utf8),
            SocketOp.Receive => ReadReceive(utf8),
            SocketOp.Ack when _problems is null && TryReadReceipts(utf8) => null,
            SocketOp.Ack => ReadBody(frame, RequestSchema.Ack),
            SocketOp.Nack => ReadBody(frame, RequestSchema.Nack),
            SocketOp.Extend => ReadBody(frame, RequestSchema.Extend),
            SocketOp.Heartbeat => ReadBody(frame, RequestSchema.Heartbeat),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>
    /// A message of this frame, to be sent as the frame says, in memory of its own: it may be kept for as long as it waits, and the frame
    /// must not.
    /// </summary>
    public SendRequest ToSend(ReadOnlySpan<byte> message) => new(message.ToArray())
    {
        Durability = Durability,
        IdempotencyKey = IdempotencyKey,
        TraceParent = TraceParent,
    };

    private SocketOp? ReadOp(ReadOnlySpan<byte> utf8)
    {
        if (_members.KindOf(FrameMember.Op) != JsonTokenType.String)
        {
            return null;
        }

        var quoted = _members.ValueOf(FrameMember.Op, utf8);
        return quoted.Contains((byte)'\\')
            ? _members.Text(FrameMember.Op, utf8) is { } text ? SocketOps.FromWire(Encoding.UTF8.GetBytes(text)) : null
            : SocketOps.FromWire(quoted[1..^1]);
    }

    private Fault? ReadSend(ReadOnlySpan<byte> utf8)
    {
        IsMany = _members.Has(FrameMember.Messages);
        ReadHow(utf8);
        if (!IsMany)
        {
            ReadMessage();
        }
        else if (_members.KindOf(FrameMember.Messages) != JsonTokenType.StartArray)
        {
            Note("/messages", "must be an array");
        }
        else if (Messages.Count is 0 or > MessagesMax)
        {
            Note("/messages", $"must hold 1 to {MessagesMax} messages");
        }

        if (IsMany && _members.Has(FrameMember.Message))
        {
            Note("/message", "must not stand beside messages");
        }

        if (IsMany && _members.Has(FrameMember.IdempotencyKey))
        {
            Note("/idempotency_key", "must not stand beside messages: it is for one");
        }

        return Problems();
    }

    private Fault? ReadRequest(ReadOnlySpan<byte> utf8)
    {
        IsMany = false;
        ReadHow(utf8);
        ReadMessage();
        var wait = Integer(FrameMember.WaitMs, "/wait_ms", 0, long.MaxValue, utf8);
        Wait = wait is null ? WaitDefault
            : wait >= Ranges.WaitMax.TotalMilliseconds ? Ranges.WaitMax
            : TimeSpan.FromMilliseconds(wait.Value);
        return Problems();
    }

    private Fault? ReadReceive(ReadOnlySpan<byte> utf8)
    {
        if (!_members.Has(FrameMember.Credit))
        {
            Note("/credit", "is required");
        }

        var credit = Integer(FrameMember.Credit, "/credit", 0, CreditMax, utf8);
        var batch = Integer(FrameMember.Batch, "/batch", 1, Ranges.PageMax, utf8);
        var lease = Integer(FrameMember.LeaseMs, "/lease_ms", 1, LeaseMaxMs, utf8);
        Terms = new CreditTerms(
            (int)(credit ?? 0), (int)(batch ?? 1), lease is null ? LeaseDefault : TimeSpan.FromMilliseconds(lease.Value));
        return Problems();
    }

    /// <summary>Reads what says how a message is sent.</summary>
    private void ReadHow(ReadOnlySpan<byte> utf8)
    {
        if (!_members.Has(FrameMember.Seq))
        {
            Note("/seq", "is required");
        }

        Durability = Durability.Fsync;
        if (_members.Has(FrameMember.Durability))
        {
            switch (_members.Text(FrameMember.Durability, utf8))
            {
                case "fsync": break;
                case "memory": Durability = Durability.Memory; break;
                default: Note("/durability", "must be memory or fsync"); break;
            }
        }

        IdempotencyKey = _members.Text(FrameMember.IdempotencyKey, utf8);
        if (_members.Has(FrameMember.IdempotencyKey) && !Names.IsMessageId(IdempotencyKey))
        {
            Note("/idempotency_key", "must be 1 to 256 printable characters");
        }

        // As in HTTP, a traceparent that is none is left out (W3C Trace Context, section 3.2).
        TraceParent = _members.Text(FrameMember.Traceparent, utf8);
        if (_members.KindOf(FrameMember.Traceparent) is not (JsonTokenType.None or JsonTokenType.String))
        {
            Note("/traceparent", "must be a string");
        }

        if (TraceParent is not null && !TraceParents.IsWellFormed(TraceParent))
        {
            TraceParent = null;
        }
    }

    private void ReadMessage()
    {
        Messages.Clear();
        if (_members.Has(FrameMember.Message))
        {
            Messages.Add(_members.RangeOf(FrameMember.Message));
        }
        else
        {
            Note("/message", "is required");
        }
    }

    private long? Integer(FrameMember member, string path, long min, long max, ReadOnlySpan<byte> utf8)
    {
        if (!_members.Has(member))
        {
            return null;
        }

        if (_members.TryInteger(member, utf8, out var integer) && integer >= min && integer <= max)
        {
            return integer;
        }

        Note(path, max == long.MaxValue ? $"must be an integer from {min}" : $"must be an integer from {min} to {max}");
        return null;
    }

    private void Note(string path, string message) => (_problems ??= []).Add(new Problem(path, message));

    private Fault? Problems() => _problems is null or { Count: 0 } ? null : Refusal.Of(_problems).Fault;
}
