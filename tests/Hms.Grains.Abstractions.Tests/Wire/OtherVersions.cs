namespace Hms.Grains.Tests.Wire;

/// <summary>A delivery of a version that knows more of it.</summary>
[GenerateSerializer]
internal struct NewerDelivery
{
    [Id(0)] public string Receipt;
    [Id(1)] public long Sequence;
    [Id(2)] public int Attempt;
    [Id(3)] public DateTimeOffset LeasedUntil;
    [Id(4)] public string? Topic;
    [Id(5)] public string? TraceParent;
    [Id(6)] public ReadOnlyMemory<byte> Message;
    [Id(7)] public string Early;
    [Id(8)] public string[] Between;
    [Id(9)] public NewerPart Late;
    [Id(200)] public NewerPart LateAgain;
}

/// <summary>What only the newer version knows.</summary>
[GenerateSerializer]
internal sealed class NewerPart
{
    [Id(0)] public string Text = "";
    [Id(1)] public byte[] Bytes = [];
}

/// <summary>A bid of a version in which a member stands between those of today, and one has no type of its own.</summary>
[GenerateSerializer]
internal struct NewerBid
{
    [Id(0)] public string Owner;
    [Id(1)] public long LeaseMs;
    [Id(4)] public object? Anything;
    [Id(5)] public string? Extra;
    [Id(2)] public string? Instance;
    [Id(6)] public string? More;
}

/// <summary>Traits of a version that knew no capabilities.</summary>
[GenerateSerializer]
internal struct OlderTraits
{
    [Id(0)] public string[] Roles;
}

/// <summary>A fault with whatever number.</summary>
[GenerateSerializer]
internal struct NumberedFault
{
    [Id(0)] public int Code;
    [Id(1)] public string Message;
    [Id(4)] public string SourceMessageId;
}

/// <summary>A message with whatever numbers.</summary>
[GenerateSerializer]
internal struct NumberedRequest
{
    [Id(1)] public string Source;
    [Id(2)] public string Id;
    [Id(6)] public int Priority;
    [Id(8)] public int Durability;
}
