using System.Globalization;
using Hms.Http;

namespace Hms.Deploy.Tests;

/// <summary>The Compose file, beside the Dockerfile and the code.</summary>
public sealed class ComposeTests
{
    private const string File = "deploy/compose/compose.yaml";
    private const string Password = "${POSTGRES_PASSWORD:?";

    private static readonly YamlNode Compose = Yaml.Read(File)[0];
    private static readonly string[] Silos = ["silo1", "silo2", "silo3"];

    public static TheoryData<string> SiloNames => [.. Silos];

    [Fact]
    public void There_are_PostgreSQL_and_three_silos() => Assert.Equal(["postgres", .. Silos], Compose.Pairs("services").Keys);

    [Theory]
    [MemberData(nameof(SiloNames))]
    public void A_silo_is_reached_by_its_name_of_the_network(string name)
    {
        var command = Service(name).Texts("command");

        Assert.Equal(name, command[command.ToList().IndexOf("--Silo:Address") + 1]);
        Assert.Contains("--insecure", command);
        Assert.Equal("postgres", command[command.ToList().IndexOf("--clustering") + 1]);
    }

    [Theory]
    [MemberData(nameof(SiloNames))]
    public void The_network_may_use_the_names_of_all_silos_in_a_Host_header(string name)
    {
        var environment = Service(name).Pairs("environment");

        Assert.Equal(Silos, Enumerable.Range(0, Silos.Length).Select(i => environment[$"HMS_Http__AllowedHosts__{i}"]));
    }

    [Fact]
    public void Of_the_host_loopback_alone_reaches_HTTP_alone() => Assert.Equal(
        Enumerable.Range(1, Silos.Length).Select(i => $"127.0.0.1:842{i}:{Code.HttpPort}"),
        Silos.Concat(["postgres"]).SelectMany(name => Service(name).Has("ports") ? Service(name).Texts("ports") : []));

    [Theory]
    [MemberData(nameof(SiloNames))]
    public void A_silo_waits_for_the_database_comes_back_and_has_time_to_leave(string name)
    {
        var silo = Service(name);

        Assert.Equal("service_healthy", silo.Text("depends_on", "postgres", "condition"));
        Assert.Equal("unless-stopped", silo.Text("restart"));
        Assert.True(Seconds(silo.Text("stop_grace_period")) >= (2 * new HttpOptions().DrainMax) + TimeSpan.FromSeconds(10));
        Assert.Equal("true", silo.Text("read_only"));
        Assert.Contains("/tmp", silo.Texts("tmpfs"));
    }

    [Theory]
    [MemberData(nameof(SiloNames))]
    public void A_silo_is_built_by_the_Dockerfile(string name)
    {
        var build = Service(name).At("build");
        var root = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(File)!, build.Text("context")));

        Assert.Equal(Repository.Root, root);
        Assert.Equal(Dockerfile.Path, build.Text("dockerfile"));
        Assert.Equal("silo", build.Text("args", "HOST"));
    }

    [Theory]
    [MemberData(nameof(SiloNames))]
    public void A_silo_connects_to_the_database_that_is_made(string name)
    {
        var postgres = Service("postgres").Pairs("environment");
        var connection = Service(name).Pairs("environment")["HMS_CONNECTION"].Split(';').Select(part => part.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal("postgres", connection["Host"]);
        Assert.Equal(postgres["POSTGRES_DB"], connection["Database"]);
        Assert.Equal(postgres["POSTGRES_USER"], connection["Username"]);
        Assert.Equal(postgres["POSTGRES_PASSWORD"], connection["Password"]);
        Assert.Equal("Disable", connection["Gss Encryption Mode"]);
        Assert.True(Silos.Length * (5 + int.Parse(connection["Maximum Pool Size"], CultureInfo.InvariantCulture)) < 100);
    }

    [Fact]
    public void The_password_comes_from_a_file_that_its_user_makes_and_there_is_no_start_without()
    {
        Assert.StartsWith(Password, Service("postgres").Text("environment", "POSTGRES_PASSWORD"), StringComparison.Ordinal);
        Assert.Equal(["POSTGRES_PASSWORD="], Repository.Read("deploy/compose/.env.example").Split('\n').Where(line => line.Length > 0 && line[0] != '#'));
        Assert.Contains(".env", Repository.Read(".gitignore").Split('\n'));
    }

    [Fact]
    public void The_database_is_of_the_least_version_that_will_do_says_when_it_is_there_and_keeps_its_data()
    {
        var postgres = Service("postgres");
        var test = postgres.Texts("healthcheck", "test");

        Assert.Equal("postgres:15", postgres.Text("image"));
        Assert.Equal(["CMD", "pg_isready", "--host=127.0.0.1"], test.Take(3));
        Assert.Contains($"--dbname={postgres.Text("environment", "POSTGRES_DB")}", test);
        Assert.Contains($"--username={postgres.Text("environment", "POSTGRES_USER")}", test);
        Assert.Equal(["postgres:/var/lib/postgresql/data"], postgres.Texts("volumes"));
        Assert.Contains("postgres", Compose.Pairs("volumes").Keys);
    }

    private static YamlNode Service(string name) => Compose.At("services", name);

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture));
}
