using Hms.Conformance;

namespace Hms.Grains.Tests;

/// <summary>One cluster serves all suites about messages, one after the other: they restart it, and move its clock.</summary>
[CollectionDefinition(Name)]
public sealed class MessageCluster : ICollectionFixture<ClusterFixture>
{
    /// <summary>What suites name to be of it.</summary>
    public const string Name = "messages";
}

/// <summary>And another those about who does what, and when.</summary>
[CollectionDefinition(Name)]
public sealed class CoordinationCluster : ICollectionFixture<ClusterFixture>
{
    /// <summary>What suites name to be of it.</summary>
    public const string Name = "coordination";
}

[Collection(MessageCluster.Name)]
public sealed class ClusterMessaging(ClusterFixture fixture)
    : MessagingConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterRequestReply(ClusterFixture fixture)
    : RequestReplyConformance(fixture);

[Collection(CoordinationCluster.Name)]
public sealed class ClusterSupervisors(ClusterFixture fixture)
    : SupervisorConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterMessageTypes(ClusterFixture fixture)
    : MessageTypeConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterErrors(ClusterFixture fixture)
    : ErrorConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterTopics(ClusterFixture fixture)
    : TopicConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterBulk(ClusterFixture fixture)
    : BulkConformance(fixture);

[Collection(CoordinationCluster.Name)]
public sealed class ClusterLocks(ClusterFixture fixture)
    : LockConformance(fixture);

[Collection(CoordinationCluster.Name)]
public sealed class ClusterTasks(ClusterFixture fixture)
    : TaskConformance(fixture);

[Collection(CoordinationCluster.Name)]
public sealed class ClusterBarriers(ClusterFixture fixture)
    : BarrierConformance(fixture);

[Collection(CoordinationCluster.Name)]
public sealed class ClusterSessions(ClusterFixture fixture)
    : SessionConformance(fixture);

[Collection(MessageCluster.Name)]
public sealed class ClusterMeta(ClusterFixture fixture)
    : MetaConformance(fixture);
