using Hms.Hosting;
using Hms.Silo;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(Usage.Text);
    return 0;
}

if (args is [HealthCheck.Option, .. var url])
{
    return await HealthCheck.RunAsync(url, Console.Error);
}

try
{
    await using var server = await SiloServer.StartAsync(args);
    await server.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (Startup.IsExpected(e) || e is Orleans.Runtime.OrleansException or Hms.Abstractions.FaultException)
{
    await Console.Error.WriteLineAsync($"HMS Fabric did not start: {e.Message}");
    return 1;
}
