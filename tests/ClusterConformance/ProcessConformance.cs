using Hms.Conformance;

namespace Hms.ClusterConformance.Tests;

public sealed class ProcessMessaging(ProcessFixture fixture)
    : MessagingConformance(fixture);

public sealed class ProcessRequestReply(ProcessFixture fixture)
    : RequestReplyConformance(fixture);

public sealed class ProcessSupervisors(ProcessFixture fixture)
    : SupervisorConformance(fixture);

public sealed class ProcessMessageTypes(ProcessFixture fixture)
    : MessageTypeConformance(fixture);

public sealed class ProcessErrors(ProcessFixture fixture)
    : ErrorConformance(fixture);

public sealed class ProcessTopics(ProcessFixture fixture)
    : TopicConformance(fixture);

public sealed class ProcessBulk(ProcessFixture fixture)
    : BulkConformance(fixture);

public sealed class ProcessLocks(ProcessFixture fixture)
    : LockConformance(fixture);

public sealed class ProcessTasks(ProcessFixture fixture)
    : TaskConformance(fixture);

public sealed class ProcessBarriers(ProcessFixture fixture)
    : BarrierConformance(fixture);

public sealed class ProcessSessions(ProcessFixture fixture)
    : SessionConformance(fixture);

public sealed class ProcessMeta(ProcessFixture fixture)
    : MetaConformance(fixture);
