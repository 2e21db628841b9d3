namespace Hms.Grains;

/// <summary>One supervisor's mailbox as its receiver uses it.</summary>
internal sealed class MailboxProxy(ISupervisorGrain grain, TimeProvider time) : RemoteMailbox(grain, time);
