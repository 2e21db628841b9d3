namespace Hms.Domain.Entities;

/// <summary>One row of an entity, as it is stored.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
public readonly record struct Row(RowKey Key, ReadOnlyMemory<byte> Value);

/// <summary>
/// The body of a message: stored once under a number of its own, whichever and however many entities refer to it, and never changed.
/// </summary>
/// <param name="Message">The message, byte for byte as it was sent.</param>
/// <param name="TraceParent">The W3C <c>traceparent</c> that it was sent with; null where there was none.</param>
public readonly record struct MessageBody(ReadOnlyMemory<byte> Message, string? TraceParent);
