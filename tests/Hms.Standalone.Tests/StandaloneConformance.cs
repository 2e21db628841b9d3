using Hms.Conformance;

namespace Hms.Standalone.Tests;

public sealed class StandaloneMessaging(StandaloneFixture fixture)
    : MessagingConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneRequestReply(StandaloneFixture fixture)
    : RequestReplyConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneSupervisors(StandaloneFixture fixture)
    : SupervisorConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneMessageTypes(StandaloneFixture fixture)
    : MessageTypeConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneErrors(StandaloneFixture fixture)
    : ErrorConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneTopics(StandaloneFixture fixture)
    : TopicConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneBulk(StandaloneFixture fixture)
    : BulkConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneLocks(StandaloneFixture fixture)
    : LockConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneTasks(StandaloneFixture fixture)
    : TaskConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneBarriers(StandaloneFixture fixture)
    : BarrierConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneSessions(StandaloneFixture fixture)
    : SessionConformance(fixture), IClassFixture<StandaloneFixture>;

public sealed class StandaloneMeta(StandaloneFixture fixture)
    : MetaConformance(fixture), IClassFixture<StandaloneFixture>;
