using Hms.Conformance;

namespace Hms.Grains.Tests;

public sealed class ClusterMessaging(ClusterFixture fixture)
    : MessagingConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterRequestReply(ClusterFixture fixture)
    : RequestReplyConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterSupervisors(ClusterFixture fixture)
    : SupervisorConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterMessageTypes(ClusterFixture fixture)
    : MessageTypeConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterErrors(ClusterFixture fixture)
    : ErrorConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterTopics(ClusterFixture fixture)
    : TopicConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterBulk(ClusterFixture fixture)
    : BulkConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterLocks(ClusterFixture fixture)
    : LockConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterTasks(ClusterFixture fixture)
    : TaskConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterBarriers(ClusterFixture fixture)
    : BarrierConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterSessions(ClusterFixture fixture)
    : SessionConformance(fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterMeta(ClusterFixture fixture)
    : MetaConformance(fixture), IClassFixture<ClusterFixture>;
