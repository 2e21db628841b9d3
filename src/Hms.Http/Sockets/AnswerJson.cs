using System.Text.Json;
using Hms.Http.Sockets.Framing;
using Hms.Http.Writing;

namespace Hms.Http.Sockets;

/// <summary>The frames that the fabric sends, to the letter of <c>api.md</c>, Receiving.</summary>
internal static class AnswerJson
{
    /// <summary><c>{"op":"accepted","seq"}</c>, for what has no more to say.</summary>
    public static void WriteAccepted(OutputBuffer to, long seq)
    {
        Begin(to, "{\"op\":\"accepted\",\"seq\":"u8, seq);
        to.Write("}"u8);
        to.End();
    }

    /// <summary><c>{"op":"accepted","seq",…receipt}</c>.</summary>
    public static void WriteAccepted(OutputBuffer to, long seq, in SendReceipt receipt)
    {
        var json = BeginAccepted(to, seq);
        ReceiptWriter.WriteMembers(json, receipt);
        End(to, json);
    }

    /// <summary><c>{"op":"accepted","seq","results":[…]}</c>: what came of several messages, in their order.</summary>
    public static void WriteAccepted(OutputBuffer to, long seq, IReadOnlyList<SendOutcome> outcomes, int from, int end)
    {
        var json = BeginAccepted(to, seq);
        json.WriteStartArray("results"u8);
        for (var i = from; i < end; i++)
        {
            ReceiptWriter.WriteResult(json, outcomes[i]);
        }

        json.WriteEndArray();
        End(to, json);
    }

    /// <summary><c>{"op":"acked","seq","acked","stale"}</c>.</summary>
    public static void WriteAcked(OutputBuffer to, long seq, int acked, IReadOnlyList<string> stale)
    {
        Begin(to, "{\"op\":\"acked\",\"seq\":"u8, seq);
        to.Write(",\"acked\":"u8);
        to.Write((long)acked);
        to.Write(",\"stale\":["u8);
        for (var i = 0; i < stale.Count; i++)
        {
            to.Write(i == 0 ? [] : ","u8);
            to.Write(stale[i]);
        }

        to.Write("]}"u8);
        to.End();
    }

    /// <summary><c>{"op":"reply","seq","message"}</c>, with the message as it was sent.</summary>
    public static void WriteReply(OutputBuffer to, long seq, ReadOnlySpan<byte> message)
    {
        Begin(to, "{\"op\":\"reply\",\"seq\":"u8, seq);
        to.Write(",\"message\":"u8);
        to.Write(message);
        to.Write("}"u8);
        to.End();
    }

    /// <summary><c>{"op":"error","seq"?,…ErrorResponse}</c>.</summary>
    public static void WriteError(OutputBuffer to, long? seq, Fault fault)
    {
        to.Begin();
        var json = to.Json();
        json.WriteStartObject();
        json.WriteString("op"u8, "error"u8);
        if (seq is not null)
        {
            json.WriteNumber("seq"u8, seq.Value);
        }

        fault.WriteMembersTo(json);
        End(to, json);
    }

    /// <summary>
    /// <c>{"op":"delivery",…D}</c> for each of some deliveries, or one <c>{"op":"deliveries","deliveries":[D…]}</c> for all of them.
    /// </summary>
    public static void WriteDeliveries(OutputBuffer to, IReadOnlyList<Delivery> deliveries, int from, int end, bool isOne)
    {
        if (isOne)
        {
            to.Begin();
            to.Write("{\"op\":\"deliveries\",\"deliveries\":["u8);
        }

        var until = default(DateTimeOffset);
        var untilText = "";
        for (var i = from; i < end; i++)
        {
            var delivery = deliveries[i];
            if (delivery.LeasedUntil != until || i == from)
            {
                until = delivery.LeasedUntil;
                untilText = JsonText.Timestamp(until);
            }

            if (isOne)
            {
                to.Write(i == from ? [] : ","u8);
                WriteDelivery(to, delivery, untilText, op: []);
            }
            else
            {
                to.Begin();
                WriteDelivery(to, delivery, untilText, "delivery"u8);
                to.End();
            }
        }

        if (isOne)
        {
            to.Write("]}"u8);
            to.End();
        }
    }

    private static void WriteDelivery(OutputBuffer to, Delivery delivery, string leasedUntil, ReadOnlySpan<byte> op)
    {
        var json = to.Json();
        json.WriteStartObject();
        if (!op.IsEmpty)
        {
            json.WriteString("op"u8, op);
        }

        DeliveryWriter.WriteMembers(json, delivery, leasedUntil);
        to.Write(delivery.Message.Span);
        to.Write("}"u8);
    }

    private static Utf8JsonWriter BeginAccepted(OutputBuffer to, long seq)
    {
        to.Begin();
        var json = to.Json();
        json.WriteStartObject();
        json.WriteString("op"u8, "accepted"u8);
        json.WriteNumber("seq"u8, seq);
        return json;
    }

    private static void End(OutputBuffer to, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        to.End();
    }

    private static void Begin(OutputBuffer to, ReadOnlySpan<byte> head, long seq)
    {
        to.Begin();
        to.Write(head);
        to.Write(seq);
    }
}
