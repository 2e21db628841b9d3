using Hms.GrainClient.Connecting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Streams;

namespace Hms.GrainClient;

/// <summary>Puts a client of the fabric's cluster into a host.</summary>
public static class HmsGrainClientExtensions
{
    /// <summary>
    /// Adds an <see cref="IFabric"/> over the silos of a cluster, an <see cref="ITopicFollower"/>, and the Orleans client that they need. The host starts that client, so add it before
    /// the services that use it: its start returns once a silo is reached, and throws a <see cref="FaultException"/> with
    /// <see cref="ErrorCode.Unavailable"/> where none was in time. One that loses its silos later looks for them with every call.
    /// <para>
    /// A call that gets no answer ends with <see cref="ErrorCode.Unavailable"/>: at once when the last silo is lost, within 10 s when another is, else
    /// after 30 s. One that waits for a lock or a reply ends 15 s after its wait at the latest. Waits for tasks and barriers go on at another
    /// silo.
    /// </para>
    /// <para>A silo has an <see cref="IFabric"/> of its own, and takes no client beside it.</para>
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Says which cluster; a silo on this machine where left out.</param>
    /// <exception cref="ArgumentException">What it says cannot work.</exception>
    public static IServiceCollection AddHmsGrainClient(this IServiceCollection services, Action<HmsGrainClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new HmsGrainClientOptions();
        configure?.Invoke(options);
        options.Check();
        services.AddOrleansClient(client => ClientSetup.Apply(client, options));
        services.AddSingleton<ITopicFollower>(provider =>
        {
            var client = provider.GetRequiredService<IClusterClient>();
            return new TopicFollower(client, client.GetStreamProvider(TopicStreams.Provider), options.Time);
        });
        return services.AddSingleton<IFabric>(provider => new ClusterFabric(provider.GetRequiredService<IClusterClient>(), options.Time));
    }
}
