namespace Hms.Http.Sockets;

/// <summary>What a client may ask for on a socket.</summary>
internal enum SocketOp
{
    Send,
    Request,
    Receive,
    Ack,
    Nack,
    Extend,
    Heartbeat,
}

/// <summary>The names of the operations.</summary>
internal static class SocketOps
{
    public const string Rule = "must be one of send, request, receive, ack, nack, extend, heartbeat";

    /// <summary>The operation of a name; null where there is none.</summary>
    public static SocketOp? FromWire(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("send"u8) => SocketOp.Send,
        _ when name.SequenceEqual("ack"u8) => SocketOp.Ack,
        _ when name.SequenceEqual("request"u8) => SocketOp.Request,
        _ when name.SequenceEqual("receive"u8) => SocketOp.Receive,
        _ when name.SequenceEqual("nack"u8) => SocketOp.Nack,
        _ when name.SequenceEqual("extend"u8) => SocketOp.Extend,
        _ when name.SequenceEqual("heartbeat"u8) => SocketOp.Heartbeat,
        _ => null,
    };
}
