namespace Hms.Standalone.Host;

/// <summary>What the server says once it is ready: where it listens, where the data is, and what to try.</summary>
internal static class Greeting
{
    public static void Print(ICollection<string> urls, Settings settings)
    {
        var url = urls.First();
        foreach (var address in urls)
        {
            Console.WriteLine($"Listening on {address}");
        }

        if (settings.Insecure)
        {
            Console.WriteLine("WARNING: insecure: nobody is authenticated, and whoever reaches this address may do anything.");
        }

        Console.WriteLine($"""
            Data in {settings.Storage.Where}

            Try, in another terminal:
              curl -X PUT {url}/v1/supervisors/runtime_supervisor -H 'Content-Type: application/json' \
                -d '{"{"}"supervisor_type":"runtime"{"}"}'
              curl {url}/v1/supervisors/runtime_supervisor

            README.md goes on from here. Ctrl+C stops the server.
            """);
    }
}
