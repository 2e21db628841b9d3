namespace Hms.GrainClient;

/// <summary>One supervisor's mailbox as its receivers use it.</summary>
internal sealed class ClientMailbox(ISupervisorGrain grain, TimeProvider time) : RemoteMailbox(grain, time);
