using System.Globalization;
using Hms.Http;

namespace Hms.Deploy.Tests;

/// <summary>The systemd units, beside the hosts that they start.</summary>
public sealed class SystemdTests
{
    private const string Folder = "deploy/systemd";

    public static TheoryData<string, string, string> Units => new()
    {
        { "hms-silo", "silo", "Hms.Silo" },
        { "hms-standalone", "standalone", "Hms.Standalone.Host" },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void It_starts_the_program_that_its_project_makes_with_options_that_it_knows(string unit, string host, string project)
    {
        var command = Value(unit, "ExecStart").Split(' ');
        var usage = host == "silo" ? Code.SiloUsage : Code.StandaloneUsage;

        Assert.Equal($"/opt/hms/{host}/{project}", command[0]);
        Assert.True(File.Exists(Path.Combine(Repository.Root, host, $"{project}.csproj")));
        var options = command.Where(word => word.StartsWith("--", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(options);
        Assert.All(options, option => Assert.True(Settings.IsKnown(option[2..], usage), option));
    }

    [Fact]
    public void The_standalone_host_reads_the_arguments_of_its_unit() =>
        Settings.ReadAsStandalone(Value("hms-standalone", "ExecStart").Split(' ')[1..]);

    [Fact]
    public void A_silo_of_a_machine_is_one_of_a_cluster_and_listens_on_loopback_unless_told_otherwise() =>
        Assert.Equal(["--clustering", "postgres"], Value("hms-silo", "ExecStart").Split(' ')[1..]);

    [Theory]
    [MemberData(nameof(Units))]
    public void Its_data_is_where_it_may_write(string unit, string host, string project)
    {
        Assert.EndsWith(project, Value(unit, "ExecStart").Split(' ')[0], StringComparison.Ordinal);
        Assert.Equal(unit, Value(unit, "StateDirectory"));
        Assert.Equal($"%S/{unit}", Value(unit, "WorkingDirectory"));
        Assert.Equal(host == "standalone", Value(unit, "ExecStart").EndsWith($"--data %S/{unit}", StringComparison.Ordinal));
        Assert.Equal("strict", Value(unit, "ProtectSystem"));
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void It_comes_back_and_has_time_to_stop(string unit, string host, string project)
    {
        Assert.NotEqual(host, project);
        Assert.Equal("always", Value(unit, "Restart"));
        Assert.True(
            TimeSpan.FromSeconds(int.Parse(Value(unit, "TimeoutStopSec"), CultureInfo.InvariantCulture))
            >= (2 * new HttpOptions().DrainMax) + TimeSpan.FromSeconds(10));
        Assert.True(int.Parse(Value(unit, "LimitNOFILE"), CultureInfo.InvariantCulture) > 2 * new HttpOptions().ConnectionsMax);
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void It_runs_as_a_user_of_its_own_that_may_little(string unit, string host, string project)
    {
        Assert.NotEqual(host, project);
        Assert.Equal("yes", Value(unit, "DynamicUser"));
        Assert.Equal("yes", Value(unit, "NoNewPrivileges"));
        Assert.Equal("", Value(unit, "CapabilityBoundingSet"));

        // .NET makes code while it runs, and looks at all of /proc that tells of memory.
        Assert.DoesNotContain(Lines(unit), line => line.StartsWith("MemoryDenyWriteExecute", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines(unit), line => line.StartsWith("ProcSubset", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hms-silo", "/etc/hms/silo.env")]
    [InlineData("hms-standalone", "-/etc/hms/standalone.env")]
    public void The_connection_comes_from_a_file_and_not_from_a_command_line(string unit, string file)
    {
        Assert.Equal(file, Value(unit, "EnvironmentFile"));
        Assert.DoesNotContain("connection", Value(unit, "ExecStart"), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Lines(unit), line => line.StartsWith("Environment=", StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_of_that_file_holds_what_differs_from_machine_to_machine() => Assert.Equal(
        ["HMS_CONNECTION", "HMS_Silo__Address"],
        Repository.Read($"{Folder}/hms-silo.env.example").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=')[0]));

    private static IEnumerable<string> Lines(string unit) => Repository.Read($"{Folder}/{unit}.service").Split('\n')
        .Where(line => line.Length > 0 && line[0] is not '#' and not '[');

    private static string Value(string unit, string name) =>
        Lines(unit).Single(line => line.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];
}
