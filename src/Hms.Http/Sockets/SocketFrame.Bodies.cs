using System.Text;
using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;

namespace Hms.Http.Sockets;

/// <content>Operations whose members are those of a body over HTTP, and keep to its rules.</content>
internal sealed partial class SocketFrame
{
    private readonly List<string> _receipts = [];

    /// <summary>Reads receipts that are plainly right; where they are not, the schema has the last word.</summary>
    private bool TryReadReceipts(ReadOnlySpan<byte> utf8)
    {
        _receipts.Clear();
        Receipts = _receipts;
        if (_members.KindOf(FrameMember.Receipts) != JsonTokenType.StartArray)
        {
            return false;
        }

        var reader = new Utf8JsonReader(_members.ValueOf(FrameMember.Receipts, utf8));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.Length is 0 or > 1_024
                || _receipts.Count == Ranges.ReceiptsMax)
            {
                return false;
            }

            _receipts.Add(Encoding.UTF8.GetString(reader.ValueSpan));
        }

        return true;
    }

    private Fault? ReadBody(ReadOnlyMemory<byte> frame, RequestSchema schema)
    {
        if (Surrogates.HasLone(frame.Span))
        {
            return new Fault(ErrorCode.MessageFormat, "the frame escapes half of a surrogate pair");
        }

        try
        {
            using var document = JsonDocument.Parse(frame, JsonText.Reading);
            if (!schema.Validate(document.RootElement, _problems ??= []) || _problems.Count > 0)
            {
                return Problems();
            }

            Take(document.RootElement);
            return null;
        }
        catch (JsonException e)
        {
            return new Fault(ErrorCode.MessageFormat, $"the frame is not valid JSON: {e.Message}");
        }
    }

    private void Take(JsonElement body)
    {
        switch (Op)
        {
            case SocketOp.Ack:
                Receipts = body.Texts("receipts")!;
                break;
            case SocketOp.Extend:
                Receipts = body.Texts("receipts")!;
                Lease = body.Milliseconds("lease_ms");
                break;
            case SocketOp.Nack:
                Receipts = body.Texts("receipts")!;
                Nack = new NackRequest(Receipts)
                {
                    Delay = body.Milliseconds("delay_ms"),
                    DeadLetter = body.Flag("dead_letter"),
                    Reason = body.Text("reason"),
                };
                break;
            case SocketOp.Heartbeat:
                Heartbeat = Heartbeat.Read(body);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
