using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Grains.Wire;

/// <summary>
/// Reads enums that decide what becomes of a message or of a refusal. An enum crosses as its number; while a cluster is upgraded, a newer
/// silo may send one that has no member here yet. Those below are then read as the member that does least harm. All others (phases,
/// liveness, what a message asks of a lock or says of a task) keep the number: no member of theirs is nearly the same, and what meets an
/// unknown one refuses that one call, which has done nothing yet and can be repeated.
/// </summary>
internal static class Known
{
    /// <summary>The code; <see cref="Protocol.ErrorCode.Internal"/> for an unknown one, which tells the caller to try again.</summary>
    public static Protocol.ErrorCode Code(int number) =>
        Enum.IsDefined((Protocol.ErrorCode)number) ? (Protocol.ErrorCode)number : Protocol.ErrorCode.Internal;

    /// <summary>The priority; the nearest one for an unknown one, since a mailbox has no queue for it.</summary>
    public static Priority Priority(int number) =>
        (Priority)Math.Clamp(number, (int)Protocol.Priority.Low, (int)Protocol.Priority.Critical);

    /// <summary>The durability; the strongest for an unknown one.</summary>
    public static Durability Durability(int number) =>
        Enum.IsDefined((Durability)number) ? (Durability)number : Hms.Abstractions.Durability.Fsync;
}
