namespace Hms.Standalone.Host;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Usage
{
    public const string Text = """
        HMS Fabric, standalone: the whole fabric in one process.

          dotnet run --project standalone -- [options]

          --urls URL[;URL]    where to listen; port 0 takes a free one       http://127.0.0.1:8420
          --data FOLDER       where the data is kept                         ./hms-data
          --storage KIND      where it is kept: sqlite, or postgres (with --connection)  sqlite
          --connection TEXT   the database, as Host=…;Port=…;Database=…;Username=…;Password=…
                              others may see a command line: a password is safer in HMS_CONNECTION
          --insecure          listen on other addresses than loopback, although nobody is authenticated
          --NAME VALUE        any other setting, such as --Fabric:Mailboxes:DepthMax 100000
          --health-check [URL]  starts nothing: asks the server at URL whether it is ready, and exits with 0 or 1
                                                                             http://127.0.0.1:8420
          --help              this text

        Every setting can also come from the environment, as HMS_URLS, HMS_DATA, HMS_STORAGE, HMS_CONNECTION,
        HMS_INSECURE or HMS_Fabric__Mailboxes__DepthMax, and from appsettings.json in the current folder. docs/operations.md lists them all.
        """;
}
