using System.Buffers;

namespace Hms.Http.Writing;

/// <summary>Writes <c>{"items":[{"sequence","published_at","message"}…],"next"?}</c>, a page of a topic's log, around its messages' bytes.</summary>
internal static class TopicMessageWriter
{
    public static async Task WriteAsync(HttpContext context, Page<TopicMessage> page)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            WriteFrame(scratch, page);
            await SplicedJson.WriteAsync(context, scratch, page.Items, static item => item.Message);
        }
        finally
        {
            scratch.Return();
        }
    }

    private static void WriteFrame(JsonScratch scratch, Page<TopicMessage> page)
    {
        var (buffer, json) = (scratch.Buffer, scratch.Json);
        buffer.Write("{\"items\":["u8);
        for (var i = 0; i < page.Items.Count; i++)
        {
            var item = page.Items[i];
            buffer.Write(i == 0 ? [] : "},"u8);
            json.Reset();
            json.WriteStartObject();
            json.WriteNumber("sequence"u8, item.Sequence);
            json.WriteString("published_at"u8, JsonText.Timestamp(item.PublishedAt));
            json.WritePropertyName("message"u8);
            json.Flush();
            scratch.Cuts.Add(buffer.WrittenCount);
        }

        buffer.Write(page.Items.Count == 0 ? "]"u8 : "}]"u8);
        if (page.Next is not null)
        {
            buffer.Write(",\"next\":"u8);
            json.Reset();
            json.WriteStringValue(page.Next);
            json.Flush();
        }

        buffer.Write("}"u8);
    }
}
