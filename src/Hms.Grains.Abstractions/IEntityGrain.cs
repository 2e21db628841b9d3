namespace Hms.Grains;

/// <summary>One entity of the fabric as a grain. Its reply leaves when all that it rests on is durable.</summary>
[Alias("hms.IEntityGrain")]
public interface IEntityGrain : IGrainWithStringKey
{
    /// <summary>Says that something may be due. It does not fail: what cannot be done now is tried again.</summary>
    [Alias("wake")]
    ValueTask WakeAsync();
}

/// <summary>One supervisor's mailbox; its key is the supervisor's id.</summary>
[Alias("hms.ISupervisorGrain")]
public interface ISupervisorGrain : IEntityGrain, IMailboxPort;

/// <summary>One topic; its key is the topic's name, <c>*</c> for the one that everybody hears.</summary>
[Alias("hms.ITopicGrain")]
public interface ITopicGrain : IEntityGrain, ITopicPort
{
    /// <summary>Has what is published from now on put on the topic's stream, for 20 s: who follows says so again.</summary>
    [Alias("follow")]
    ValueTask FollowAsync();
}

/// <summary>One task; its key is the task's id.</summary>
[Alias("hms.ITaskGrain")]
public interface ITaskGrain : IEntityGrain, ITaskPort;

/// <summary>One lock; its key is the lock's name.</summary>
[Alias("hms.ILockGrain")]
public interface ILockGrain : IEntityGrain, ILockPort;

/// <summary>One barrier; its key is the barrier's id.</summary>
[Alias("hms.IBarrierGrain")]
public interface IBarrierGrain : IEntityGrain, IBarrierPort;

/// <summary>One of 16 parts of the directory, to which supervisors belong by a hash of their ids; its key is <c>0</c> to <c>15</c>.</summary>
[Alias("hms.IDirectoryGrain")]
public interface IDirectoryGrain : IEntityGrain, IDirectoryPort;

/// <summary>What waits for the end of one supervisor's session; its key is the supervisor's id.</summary>
[Alias("hms.ISessionGrain")]
public interface ISessionGrain : IEntityGrain, ISessionPort;

/// <summary>One of 16 parts of the list of tasks; its key is <c>0</c> to <c>15</c>.</summary>
[Alias("hms.ITaskIndexGrain")]
public interface ITaskIndexGrain : IEntityGrain, ITaskIndexPort;

/// <summary>One of 16 parts of what is known of idempotency keys; its key is <c>0</c> to <c>15</c>.</summary>
[Alias("hms.IKeysGrain")]
public interface IKeysGrain : IEntityGrain, IKeysPort;

/// <summary>Which topics there are; its key is <c>topics</c>.</summary>
[Alias("hms.ITopicRegistryGrain")]
public interface ITopicRegistryGrain : IEntityGrain, ITopicRegistryPort;

/// <summary>The custom message types; its key is <c>types</c>.</summary>
[Alias("hms.ICatalogueGrain")]
public interface ICatalogueGrain : IEntityGrain, ICataloguePort
{
    /// <summary>
    /// Has a silo told of types that are added or replaced from now on, for a minute. Returns whether it was told already: if not, it may have missed some.
    /// </summary>
    [Alias("watch")]
    ValueTask<bool> WatchAsync(ICatalogueWatcher watcher);
}

/// <summary>A silo that is told of message types.</summary>
[Alias("hms.ICatalogueWatcher")]
public interface ICatalogueWatcher : IGrainObserver
{
    /// <summary>A type was added or replaced. Returns when it is in use.</summary>
    [Alias("changed")]
    ValueTask ChangedAsync();
}
