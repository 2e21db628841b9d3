using Hms.Hosting;

namespace Hms.Deploy.Tests;

/// <summary>The Dockerfile, beside the projects that it builds.</summary>
public sealed class DockerfileTests
{
    private static readonly Dictionary<string, string> Hosts = new() { ["silo"] = "Hms.Silo", ["standalone"] = "Hms.Standalone.Host" };

    public static TheoryData<string> HostFolders => [.. Hosts.Keys];

    [Fact]
    public void Packages_are_restored_from_the_project_files_of_both_hosts_and_all_that_they_refer_to()
    {
        var copied = Copied(Dockerfile.Named("restore")).Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

        Assert.Equal(Hosts.Select(host => $"{host.Key}/{host.Value}.csproj").SelectMany(WithReferences).Distinct().Order(), copied.Order());
    }

    [Fact]
    public void What_is_copied_is_there_and_goes_where_it_was()
    {
        foreach (var words in Dockerfile.Named("restore").All("COPY").Select(Words))
        {
            Assert.All(words[..^1], file => Assert.True(File.Exists(Path.Combine(Repository.Root, file)), file));
            Assert.All(words[..^1], file => Assert.Equal(words[^1].TrimEnd('/'), Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : "."));
        }
    }

    [Fact]
    public void A_list_of_banned_symbols_is_there_when_packages_are_restored_for_it_brings_a_package() => Assert.Empty(
        Repository.Files("src", "BannedSymbols.txt").Except(Copied(Dockerfile.Named("restore"))));

    [Fact]
    public void Everything_that_the_projects_are_built_from_is_sent_to_the_builder()
    {
        var sent = Repository.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToArray();
        var outside = Copied(Dockerfile.Named("restore")).Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .SelectMany(project => Repository.Read(project).Split('"').Where(text => text.StartsWith("$(RootFolder)", StringComparison.Ordinal)))
            .Select(path => path["$(RootFolder)".Length..]);
        var needed = Copied(Dockerfile.Named("restore")).Concat(outside).Append(".editorconfig").Select(path => path.Split('/')[0]);

        Assert.Empty(needed.Except(sent));
        Assert.All(sent, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
    }

    [Fact]
    public void Nothing_is_sent_that_is_not_named_and_no_secret()
    {
        var lines = Repository.Read(".dockerignore").Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToArray();

        Assert.Equal("*", lines[0]);
        Assert.Contains("**/.env", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith('!') && (line.Contains(".git", StringComparison.Ordinal) || line.Contains('*')));
    }

    [Fact]
    public void Images_are_the_official_ones_of_the_version_that_the_projects_want_without_digests()
    {
        var named = Dockerfile.Stages.Select(stage => stage.Name).ToHashSet();
        var images = Dockerfile.Stages.Select(stage => stage.From).Where(from => !named.Contains(from) && from != "$HOST").ToArray();

        Assert.Equal(["mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"], images);
        Assert.Contains("<TargetFramework>net10.0<", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);

        // The image knows no cultures.
        Assert.Contains("<InvariantGlobalization>true<", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_is_chosen_by_an_argument_which_is_the_silo_where_left_out()
    {
        Assert.Equal(["ARG HOST=silo"], Dockerfile.Global);
        Assert.Equal("$HOST", Dockerfile.Stages[^1].From);
        Assert.Empty(Dockerfile.Stages[^1].Steps);
        Assert.Contains("HOST", Dockerfile.Named("restore").All("ARG"));
        Assert.All(
            Dockerfile.Stages.SelectMany(stage => stage.All("RUN")),
            run => Assert.Contains("\"$HOST\"", run, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(HostFolders))]
    public void A_host_is_started_and_asked_by_the_assembly_that_its_project_makes(string host)
    {
        var stage = Dockerfile.Named(host);

        Assert.Equal("runtime", stage.From);
        Assert.Equal([$"{host}/{Hosts[host]}.csproj"], Repository.Files(host, "*.csproj"));
        Assert.DoesNotContain("<AssemblyName>", Repository.Read($"{host}/{Hosts[host]}.csproj"), StringComparison.Ordinal);
        Assert.Equal(["dotnet", $"{Hosts[host]}.dll"], stage.Command("ENTRYPOINT"));
        Assert.Equal(
            ["dotnet", $"{Hosts[host]}.dll", HealthCheck.Option, $"http://127.0.0.1:{Code.HttpPort}"], stage.Command("HEALTHCHECK"));
        Assert.Contains("[HealthCheck.Option, ..", Repository.Read($"{host}/Program.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_those_of_the_code()
    {
        var runtime = Dockerfile.Named("runtime");

        Assert.Equal([$"{Code.HttpPort}"], runtime.All("EXPOSE"));
        Assert.Equal([$"{Code.SiloPort} {Code.GatewayPort}"], Dockerfile.Named("silo").All("EXPOSE"));
        Assert.Contains($"HMS_URLS=http://0.0.0.0:{Code.HttpPort}", runtime.All("ENV"));
    }

    [Fact]
    public void It_runs_as_a_user_without_privileges_who_owns_the_data_and_says_insecure_himself()
    {
        var runtime = Dockerfile.Named("runtime");

        Assert.Equal("USER", runtime.Steps[^1].Instruction);
        Assert.Equal(["$APP_UID"], Dockerfile.Stages.SelectMany(stage => stage.All("USER")));
        Assert.Contains("HMS_DATA=/data", runtime.All("ENV"));
        Assert.Contains("--from=publish --chown=$APP_UID:$APP_UID /data /data", runtime.All("COPY"));
        Assert.DoesNotContain(
            Dockerfile.Stages.SelectMany(stage => stage.Steps), step => step.Arguments.Contains("insecure", StringComparison.OrdinalIgnoreCase));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Copied(Stage stage) => stage.All("COPY").SelectMany(copy => Words(copy)[..^1]);

    private static IEnumerable<string> WithReferences(string project) => Repository.References(project)
        .Select(name => $"src/{name}/{name}.csproj").SelectMany(WithReferences).Prepend(project);
}
