using Hms.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hms.GrainClient.Example;

/// <summary>Starts a client of the cluster in a host, and shows what it can do.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => RunAsync(args, Console.Out, Console.Error);

    /// <summary>Runs it; 0 where all went well, 1 where the fabric said no, 2 where the arguments are wrong.</summary>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (Arguments.Read(args, out var problem) is not { } configure)
        {
            await errors.WriteLineAsync($"{problem}\n\n{Arguments.Usage}");
            return 2;
        }

        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddHmsGrainClient(configure);
        using var host = builder.Build();
        try
        {
            await host.StartAsync();
            await new Tour(host.Services.GetRequiredService<IFabric>(), output).RunAsync();
            await host.StopAsync();
            return 0;
        }
        catch (FaultException e)
        {
            await errors.WriteLineAsync($"{e.Fault.Code}: {e.Fault.Message}");
            return 1;
        }
    }
}
