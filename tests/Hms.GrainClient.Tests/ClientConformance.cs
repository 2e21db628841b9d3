using Hms.Conformance;

namespace Hms.GrainClient.Tests;

public sealed class ClientMessaging(ClientFixture fixture)
    : MessagingConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientRequestReply(ClientFixture fixture)
    : RequestReplyConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientSupervisors(ClientFixture fixture)
    : SupervisorConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientMessageTypes(ClientFixture fixture)
    : MessageTypeConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientErrors(ClientFixture fixture)
    : ErrorConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientTopics(ClientFixture fixture)
    : TopicConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientBulk(ClientFixture fixture)
    : BulkConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientLocks(ClientFixture fixture)
    : LockConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientTasks(ClientFixture fixture)
    : TaskConformance(fixture), IClassFixture<ClientFixture>;

public sealed class ClientBarriers(ClientFixture fixture)
    : BarrierConformance(fixture), IClassFixture<ClientFixture>;
