using Hms.Domain.Entities;
using Hms.Fabric.Entities;

namespace Hms.Grains;

/// <summary>The entities of a cluster, each a grain on one of its silos.</summary>
internal sealed class ClusterEntities(IGrainFactory grains, LocalGrains local, Deaths deaths, TimeProvider time) : IEntities
{
    private readonly Funnels<EnqueueRequest, EnqueueOutcome> _toMailboxes = new(
        (supervisor, requests) => deaths.AskAsync(() => grains.GetGrain<ISupervisorGrain>(supervisor).EnqueueManyAsync(requests), CancellationToken.None), SizeOf);

    private readonly Funnels<EnqueueRequest, EnqueueOutcome> _toTopics = new(
        (topic, requests) => deaths.AskAsync(() => grains.GetGrain<ITopicGrain>(topic).EnqueueManyAsync(requests), CancellationToken.None), SizeOf);

    public ITopicRegistryPort TopicRegistry { get; } = grains.GetGrain<ITopicRegistryGrain>(EntityKey.Topics.Name);

    public ICataloguePort Catalogue { get; } = grains.GetGrain<ICatalogueGrain>(CatalogueEntity.Name);

    public IMailboxPort Mailbox(string supervisor) => new MailboxPortProxy(
        supervisor, grains.GetGrain<ISupervisorGrain>(supervisor), _toMailboxes, local, deaths, time);

    public IDirectoryPort Directory(int partition) => grains.GetGrain<IDirectoryGrain>(Partition.All[partition]);

    public ITopicPort Topic(string name) => new TopicProxy(name, grains.GetGrain<ITopicGrain>(name), _toTopics);

    public ISessionPort Session(string supervisor) => grains.GetGrain<ISessionGrain>(supervisor);

    public ILockPort Lock(string name) => new LockProxy(grains.GetGrain<ILockGrain>(name), deaths);

    public IBarrierPort Barrier(string id) => grains.GetGrain<IBarrierGrain>(id);

    public ITaskPort Task(string id) => grains.GetGrain<ITaskGrain>(id);

    public ITaskIndexPort TaskIndex(int partition) => grains.GetGrain<ITaskIndexGrain>(Partition.All[partition]);

    public IKeysPort Keys(int partition) => grains.GetGrain<IKeysGrain>(Partition.All[partition]);

    /// <summary>The grain of an entity.</summary>
    public IEntityGrain Find(EntityKey key) => key.Kind switch
    {
        EntityKind.Mailbox => grains.GetGrain<ISupervisorGrain>(key.Name),
        EntityKind.Topic => grains.GetGrain<ITopicGrain>(key.Name),
        EntityKind.TopicRegistry => grains.GetGrain<ITopicRegistryGrain>(key.Name),
        EntityKind.Directory => grains.GetGrain<IDirectoryGrain>(key.Name),
        EntityKind.Catalogue => grains.GetGrain<ICatalogueGrain>(key.Name),
        EntityKind.Session => grains.GetGrain<ISessionGrain>(key.Name),
        EntityKind.Lock => grains.GetGrain<ILockGrain>(key.Name),
        EntityKind.Barrier => grains.GetGrain<IBarrierGrain>(key.Name),
        EntityKind.Task => grains.GetGrain<ITaskGrain>(key.Name),
        EntityKind.TaskIndex => grains.GetGrain<ITaskIndexGrain>(key.Name),
        EntityKind.Keys => grains.GetGrain<IKeysGrain>(key.Name),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such entity"),
    };

    private static int SizeOf(EnqueueRequest request) => request.Message.Length;
}
