namespace Hms.Http.Events;

/// <summary>How a supervisor wants its messages as events.</summary>
/// <param name="Max">Messages at most that it may have without having acknowledged them.</param>
/// <param name="Lease">How long each is held for it.</param>
/// <param name="AutoAck">Whether they are acknowledged as they are taken; then there is no such bound.</param>
/// <param name="LastEventId">The sequence of the last event that it saw on an earlier connection; null where there was none.</param>
internal sealed record EventRequest(int Max, TimeSpan Lease, bool AutoAck, long? LastEventId);
