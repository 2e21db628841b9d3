namespace Hms.EndToEnd.Tests.Crash;

/// <summary>A fabric in processes that come and go.</summary>
internal interface IServer
{
    /// <summary>Where it is now; while none of its processes runs, the task waits for the next one.</summary>
    Task<Uri> AddressAsync();
}
