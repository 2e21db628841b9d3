using System.Runtime.InteropServices;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Topics;

/// <summary>Packs and unpacks what feeds hold.</summary>
internal static class Items
{
    public static ReadOnlyMemory<byte> Pack(params FeedItem[] items) => MemoryMarshal.AsBytes(items.AsSpan()).ToArray();

    public static FeedItem[] Of(Feed feed) => MemoryMarshal.Cast<byte, FeedItem>(feed.Items.Span).ToArray();
}
