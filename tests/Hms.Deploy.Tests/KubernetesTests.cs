using System.Xml.Linq;
using Hms.Http;
using Hms.Storage.Postgres;
using static Hms.Deploy.Tests.Manifests;

namespace Hms.Deploy.Tests;

/// <summary>How pods are started, asked and stopped, beside the code.</summary>
public sealed class KubernetesTests
{
    [Fact]
    public void Ports_are_those_of_the_code() => Assert.Equal(
        new Dictionary<string, int> { ["http"] = Code.HttpPort, ["silo"] = Code.SiloPort, ["gateway"] = Code.GatewayPort }, Ports);

    [Theory]
    [InlineData("startupProbe", "/health/live")]
    [InlineData("livenessProbe", "/health/live")]
    [InlineData("readinessProbe", "/health/ready")]
    public void A_probe_asks_at_a_path_that_is_served(string probe, string path)
    {
        Assert.Equal(path, Container.Text(probe, "httpGet", "path"));
        Assert.Contains(path, Code.HealthPaths);
        Assert.Equal("http", Container.Text(probe, "httpGet", "port"));
    }

    [Fact]
    public void A_start_may_take_as_long_as_joining_and_the_database_may()
    {
        // Orleans gives up joining after 5 minutes.
        var start = TimeSpan.FromSeconds(Container.Number("startupProbe", "periodSeconds") * Container.Number("startupProbe", "failureThreshold"));
        var least = TimeSpan.FromMinutes(5) + new PostgresStoreOptions { ConnectionString = "" }.OpenPatience;

        Assert.True(start > least);
        Assert.True(TimeSpan.FromSeconds(Deployment.Number("spec", "progressDeadlineSeconds")) > start);
    }

    [Fact]
    public void A_stop_may_take_as_long_as_draining_and_leaving_do()
    {
        var grace = TimeSpan.FromSeconds(Pod.Number("terminationGracePeriodSeconds"));
        var before = TimeSpan.FromSeconds(Container.Number("lifecycle", "preStop", "sleep", "seconds"));

        Assert.True(before > TimeSpan.Zero);
        Assert.True(grace >= before + (2 * new HttpOptions().DrainMax) + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void One_silo_at_a_time_is_replaced_or_drained()
    {
        Assert.Equal(3, Deployment.Number("spec", "replicas"));
        Assert.Equal("RollingUpdate", Deployment.Text("spec", "strategy", "type"));
        Assert.Equal(1, Deployment.Number("spec", "strategy", "rollingUpdate", "maxUnavailable"));
        Assert.Equal(0, Deployment.Number("spec", "strategy", "rollingUpdate", "maxSurge"));
        Assert.True(Deployment.Number("spec", "minReadySeconds") > 0);
        Assert.Equal(1, Only("PodDisruptionBudget").Number("spec", "maxUnavailable"));
    }

    [Fact]
    public void The_arguments_are_a_silo_of_a_cluster_in_Kubernetes() =>
        Assert.Equal(["--clustering", "postgres", "--kubernetes", "--insecure"], Container.Texts("args"));

    [Fact]
    public void A_pod_may_nothing_that_it_does_not_need()
    {
        var container = Container.At("securityContext");

        Assert.Equal("true", Pod.Text("securityContext", "runAsNonRoot"));
        Assert.True(Pod.Number("securityContext", "runAsUser") > 0);
        Assert.Equal("RuntimeDefault", Pod.Text("securityContext", "seccompProfile", "type"));
        Assert.Equal("false", container.Text("allowPrivilegeEscalation"));
        Assert.Equal("true", container.Text("readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], container.Texts("capabilities", "drop"));
        Assert.Equal("/tmp", Container.Items("volumeMounts").Single().Text("mountPath"));
        Assert.Equal(Pod.Items("volumes").Single().Text("name"), Container.Items("volumeMounts").Single().Text("name"));
    }

    [Fact]
    public void The_connection_comes_from_the_secret_that_the_example_makes()
    {
        var reference = Variables["HMS_CONNECTION"].At("valueFrom", "secretKeyRef");
        var example = Only("Secret");

        Assert.Equal(example.Text("metadata", "name"), reference.Text("name"));
        Assert.Contains(reference.Text("key"), example.Pairs("stringData").Keys);
        Assert.Contains("Gss Encryption Mode=Disable", example.Text("stringData", reference.Text("key")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_kustomization_holds_every_file_but_the_example() => Assert.Equal(
        Repository.Files(Folder, "*.yaml").Select(file => Path.GetFileName(file)!).Except(["kustomization.yaml", Example]).Order(),
        Kustomization.Texts("resources").Order());

    [Fact]
    public void The_image_is_that_of_Compose_in_the_version_that_is_built()
    {
        var image = Kustomization.Items("images").Single();
        var version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Equal(Yaml.Read("deploy/compose/compose.yaml")[0].Text("services", "silo1", "image"), Container.Text("image"));
        Assert.Equal(Container.Text("image"), image.Text("name"));
        Assert.Equal(version, image.Text("newTag"));
    }

    [Fact]
    public void Everything_is_in_one_namespace() => Assert.All(
        All.Where(one => one.Text("kind") != "Namespace"),
        one => Assert.Equal(Only("Namespace").Text("metadata", "name"), one.Text("metadata", "namespace")));
}
