using System.Globalization;
using Hms.Processes;

namespace Hms.Bench;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        bench [scenario…] [options]
          scenarios: send1 send receive end-to-end request idle memory socket frames ndjson socket-receive socket-request
                     fan-out lock-socket heartbeats deep, or all (the default: all but deep);
                     silo and cluster, which need the silo to be built (dotnet build -c Release silo)
          --deep            with all: deep too
          --server DLL      the host to start; the one built beside this program where none is given
          --url URL         measure a server that runs already, instead of starting one
          --connection TEXT a PostgreSQL for cluster: Host=…;Database=…;Username=…
          --data DIR        folder for temporary data, on the disk to be measured (default: the system's temporary folder)
          --seconds N       length of a measured round (default 5)
          --rounds N        rounds, limit and ours in turns (default 3)
          --connections N   connections that send (default 64)
          --mailboxes N     mailboxes that are sent to (default 16)
          --size N          bytes of a message (default 512)
          --messages N      messages waiting in deep (default 1000000)
          --supervisors N   supervisors in heartbeats (default 100000)
          --json FILE       the figures as JSON
        """;

    // An envelope with nothing in it, the longest names of the bench, and a correlation id.
    private const int SizeMin = 350;

    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    public string Server { get; private init; } = "";

    public Uri? Url { get; private init; }

    public string? Data { get; private init; }

    public string? Connection { get; private init; }

    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(5);

    public int Rounds { get; private init; } = 3;

    public int Connections { get; private init; } = 64;

    public int Mailboxes { get; private init; } = 16;

    public int Size { get; private init; } = 512;

    public int Messages { get; private init; } = 1_000_000;

    public int Supervisors { get; private init; } = 100_000;

    public string? Json { get; private init; }

    public bool Deep { get; private init; }

    /// <summary>Reads the arguments; an unknown or half one is an <see cref="ArgumentException"/>.</summary>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (!name.StartsWith('-'))
                options = options with { Scenarios = [.. options.Scenarios, name] };
            else if (name == "--deep")
                options = options with { Deep = true };
            else if (++i < arguments.Count)
                options = options.With(name, arguments[i]);
            else
                throw new ArgumentException($"{name} needs a value.");
        }
        return options.Server.Length > 0 || options.Url is not null ? options : options with { Server = Repository.HostAssembly() };
    }

    private BenchOptions With(string name, string value) => name switch
    {
        "--server" => this with { Server = Path.GetFullPath(value) },
        "--url" => this with { Url = new Uri(value) },
        "--connection" => this with { Connection = value },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--seconds" => this with { Round = TimeSpan.FromSeconds(Positive(name, value)) },
        "--rounds" => this with { Rounds = Positive(name, value) },
        "--connections" => this with { Connections = Positive(name, value) },
        "--mailboxes" => this with { Mailboxes = Positive(name, value) },
        "--size" => this with { Size = Positive(name, value, SizeMin) },
        "--messages" => this with { Messages = Positive(name, value) },
        "--supervisors" => this with { Supervisors = Positive(name, value) },
        "--json" => this with { Json = Path.GetFullPath(value) },
        _ => throw new ArgumentException($"There is no option {name}."),
    };

    private static int Positive(string name, string value, int min = 1) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= min
            ? number
            : throw new ArgumentException($"{name} takes a number from {min}, not '{value}'.");
}
