namespace Hms.Silo;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Usage
{
    public const string Text = """
        HMS Fabric as a silo: one of several processes that are one fabric.

          dotnet run --project silo -- [options]

          --urls URL[;URL]        where HTTP listens; port 0 takes a free one    http://127.0.0.1:8420
          --clustering KIND       localhost: one silo alone; postgres: it joins those that use
                                  the same --connection                          localhost
          --connection TEXT       the database, as Host=…;Port=…;Database=…;Username=…;Password=…
                                  others may see a command line: a password is safer in HMS_CONNECTION
          --storage KIND          sqlite, or postgres (which --clustering postgres implies)  sqlite
          --data FOLDER           where sqlite keeps the data                    ./hms-data
          --Silo:Address HOST     the address under which other silos reach it   127.0.0.1
          --Silo:Port N           where other silos reach it                     11111
          --Silo:GatewayPort N    where .NET clients reach it                    30000
          --Cluster:Id TEXT       silos of one cluster have the same             hms
          --Cluster:ServiceId TEXT  stays the same from one cluster to the next  hms
          --Tls:Certificate FILE  this silo's certificate (PEM); with it, silos and clients
          --Tls:Key FILE          speak TLS only, and each must show a certificate
          --Tls:Authority FILE    that this authority (PEM) has signed
          --Tls:HandshakeTimeout TIME  how long the other side has for it        00:00:10
          --kubernetes            takes its address and name from its pod
          --otlp URL              where traces and metrics go (OpenTelemetry, gRPC)
          --insecure              listen on other addresses than loopback, although nobody is authenticated
          --NAME VALUE            any other setting, such as --Fabric:Mailboxes:DepthMax 100000
          --health-check [URL]    starts nothing: asks the server at URL whether it is ready, and exits with 0 or 1
                                                                                 http://127.0.0.1:8420
          --help                  this text

        Every setting can also come from the environment, as HMS_CLUSTERING, HMS_CONNECTION, HMS_Silo__Port or
        HMS_Fabric__Mailboxes__DepthMax, and from appsettings.json in the current folder. docs/cluster.md explains them.
        """;
}
