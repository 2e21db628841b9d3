using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Hms.GrainClient.Example;

/// <summary>Where the cluster is, from the command line.</summary>
internal static class Arguments
{
    public const string Usage = """
        dotnet run --project examples/grain-client -- [--gateway HOST:PORT | --connection TEXT]

          --gateway HOST:PORT   where a silo listens for clients; may stand several times   127.0.0.1:30000
          --connection TEXT     the database of a cluster that runs with --clustering postgres,
                                as Host=…;Database=…;Username=…;Password=…
        """;

    /// <summary>What the arguments say; null, and what is wrong, where they cannot be read.</summary>
    public static Action<HmsGrainClientOptions>? Read(string[] args, out string problem)
    {
        problem = "";
        var gateways = new List<IPEndPoint>();
        string? connection = null;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            if (args[i] == "--gateway" && TryResolve(value, out var gateway))
            {
                gateways.Add(gateway);
            }
            else if (args[i] == "--connection" && value.Length > 0)
            {
                connection = value;
            }
            else
            {
                problem = $"{args[i]} {value} is not understood";
                return null;
            }
        }

        return options =>
        {
            options.PostgresConnection = connection;
            options.Gateways = gateways.Count > 0 ? gateways : options.Gateways;
        };
    }

    private static bool TryResolve(string text, [NotNullWhen(true)] out IPEndPoint? gateway)
    {
        gateway = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), out var port))
        {
            return false;
        }

        try
        {
            // A name may stand for both kinds of addresses, while silos listen on one, and that is nearly always this.
            var address = Dns.GetHostAddresses(text[..colon]).MinBy(found => found.AddressFamily != AddressFamily.InterNetwork)!;
            gateway = new IPEndPoint(address, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
