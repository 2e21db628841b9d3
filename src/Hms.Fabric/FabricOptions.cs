using Hms.Domain.Barriers;
using Hms.Domain.Catalogue;
using Hms.Domain.Directory;
using Hms.Domain.Locks;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tasks;
using Hms.Domain.Topics;

namespace Hms.Fabric;

/// <summary>How a fabric behaves, and what it may hold.</summary>
public sealed record FabricOptions
{
    /// <summary>Whether a message of a type that nobody registered is refused. Default false: the protocol is extensible.</summary>
    public bool StrictTypes { get; init; }

    /// <summary>Bytes that the message inside a compressed one may have; a host sets what it allows a message. Default 1,048,576 (1 MiB).</summary>
    public int MessageBytesMax { get; init; } = 1_048_576;

    /// <summary>Bytes of message bodies kept in memory besides those not yet stored. Default 4 MiB.</summary>
    public long BodyCacheBytes { get; init; } = 4L << 20;

    /// <summary>How long an entity that nobody asks for stays in memory. Default 5 minutes.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Limits of each mailbox.</summary>
    public MailboxLimits Mailboxes { get; init; } = new();

    /// <summary>Limits of topics.</summary>
    public TopicLimits Topics { get; init; } = new();

    /// <summary>Limits of each lock.</summary>
    public LockLimits Locks { get; init; } = new();

    /// <summary>Limits of each barrier.</summary>
    public BarrierLimits Barriers { get; init; } = new();

    /// <summary>Limits of tasks.</summary>
    public TaskLimits Tasks { get; init; } = new();

    /// <summary>Limits of the directory.</summary>
    public DirectoryLimits Directory { get; init; } = new();

    /// <summary>Limits of the catalogue.</summary>
    public CatalogueLimits Catalogue { get; init; } = new();
}
