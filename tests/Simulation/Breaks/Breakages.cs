using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Entities;

namespace Hms.Simulation.Breaks;

/// <summary>All that can be broken, by name.</summary>
internal static class Breakages
{
    private static readonly Dictionary<string, Func<Breakage>> Known = new()
    {
        ["version-check"] = () => new VersionCheck(),
        ["dedup"] = () => new Dedup(),
        ["heard"] = () => new Heard(),
        ["fencing-counter"] = () => new FencingCounter(),
        ["outbox"] = () => new Outbox(),
        ["flush"] = () => new Flush(),
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    /// <summary>A fresh one of that name; nothing is broken where there is no name.</summary>
    public static Breakage Make(string? name) => name is null ? Breakage.None : Known[name]();

    /// <summary>The store writes whatever version an entity is at.</summary>
    private sealed class VersionCheck : Breakage
    {
        public override bool ChecksVersion => false;
    }

    /// <summary>A mailbox or a topic does not know an id that it has had before.</summary>
    private sealed class Dedup : Breakage
    {
        private int _count;

        public override object? Pass(object? argument) => argument switch
        {
            EnqueueRequest request => Unknown(request),
            IReadOnlyList<EnqueueRequest> requests => requests.Select(Unknown).ToArray(),
            _ => argument,
        };

        private EnqueueRequest Unknown(EnqueueRequest request) =>
            request with { IdempotencyKey = (++_count).ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>An entity that is loaded anew does not know what it has heard of others' outboxes.</summary>
    private sealed class Heard : Breakage
    {
        public override bool Writes(EntityKey entity, RowKey row) => row.Kind != 'I';
    }

    /// <summary>A lock that is loaded anew does not know which tokens it has given out.</summary>
    private sealed class FencingCounter : Breakage
    {
        public override bool Writes(EntityKey entity, RowKey row) => entity.Kind != EntityKind.Lock || row.Kind != 'h';
    }

    /// <summary>What an entity has to say is not stored with what it decided: a crash loses it.</summary>
    private sealed class Outbox : Breakage
    {
        public override bool Writes(EntityKey entity, RowKey row) => row.Kind != 'O';
    }

    /// <summary>The store calls a commit durable before it is.</summary>
    private sealed class Flush : Breakage
    {
        public override bool Flushes => false;
    }
}
