using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Keys;

/// <summary>Decides which name an idempotency key stands for. No clock, no I/O, no async.</summary>
public static class KeysMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<KeysReply> Decide(KeysState state, KeysCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        var at = now.ToUnixTimeMilliseconds();
        return command switch
        {
            KeysCommand.Claim c => state.Claim(c, at),
            KeysCommand.Wake => Step<KeysReply>.Of(new KeysReply(""), Rest.Memory),
            _ => throw new UnreachableException(),
        };
    }
}
