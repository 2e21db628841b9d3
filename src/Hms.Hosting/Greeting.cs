namespace Hms.Hosting;

/// <summary>What a host says once it is ready: where it listens, where the data is, and what to try.</summary>
public static class Greeting
{
    /// <summary>Prints it.</summary>
    /// <param name="urls">Where it listens.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="more">What else there is to say of this host, a line each.</param>
    public static void Print(IReadOnlyCollection<string> urls, HostSettings settings, params IReadOnlyList<string> more)
    {
        ArgumentNullException.ThrowIfNull(urls);
        ArgumentNullException.ThrowIfNull(settings);
        var url = urls.First();
        foreach (var address in urls)
        {
            Console.WriteLine($"Listening on {address}");
        }

        if (settings.Insecure)
        {
            Console.WriteLine("WARNING: insecure: nobody is authenticated, and whoever reaches this address may do anything.");
        }

        Console.WriteLine($"Data in {settings.Storage.Where}");
        foreach (var line in more)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"""

            Try, in another terminal:
              curl -X PUT {url}/v1/supervisors/runtime_supervisor -H 'Content-Type: application/json' \
                -d '{"{"}"supervisor_type":"runtime"{"}"}'
              curl {url}/v1/supervisors/runtime_supervisor

            README.md goes on from here. Ctrl+C stops the server.
            """);
    }
}
