using static Hms.Deploy.Tests.Manifests;

namespace Hms.Deploy.Tests;

/// <summary>Who finds whom, and who reaches what.</summary>
public sealed class KubernetesNetworkTests
{
    private const string ClientLabel = "hms-client";

    private static readonly YamlNode Policy = Only("NetworkPolicy");

    [Fact]
    public void Whoever_looks_for_the_pods_by_labels_finds_them()
    {
        Assert.True(Selects(Deployment.Pairs("spec", "selector", "matchLabels")));
        Assert.True(Selects(Only("Service").Pairs("spec", "selector")));
        Assert.True(Selects(Only("PodDisruptionBudget").Pairs("spec", "selector", "matchLabels")));
        Assert.True(Selects(Policy.Pairs("spec", "podSelector", "matchLabels")));
        Assert.True(Selects(Pod.Items("topologySpreadConstraints").Single().Pairs("labelSelector", "matchLabels")));
    }

    [Fact]
    public void Orleans_is_told_what_it_asks_of_Kubernetes()
    {
        Assert.Equal("metadata.name", Field("POD_NAME"));
        Assert.Equal("metadata.namespace", Field("POD_NAMESPACE"));
        Assert.Equal("status.podIP", Field("POD_IP"));
    }

    [Fact]
    public void The_names_of_the_cluster_are_the_labels_by_which_Orleans_lists_its_pods()
    {
        var labels = Template.Pairs("metadata", "labels");

        Assert.Equal("metadata.labels['orleans/clusterId']", Field("HMS_Cluster__Id"));
        Assert.Equal("metadata.labels['orleans/serviceId']", Field("HMS_Cluster__ServiceId"));
        Assert.Equal(Code.Options(Code.SiloUsage)["Cluster:Id"], labels["orleans/clusterId"]);
        Assert.Equal(Code.Options(Code.SiloUsage)["Cluster:ServiceId"], labels["orleans/serviceId"]);
    }

    [Fact]
    public void The_service_is_for_this_Kubernetes_cluster_alone_and_leads_to_HTTP()
    {
        var service = Only("Service");
        var port = service.Items("spec", "ports").Single();

        Assert.Equal("ClusterIP", service.Text("spec", "type"));
        Assert.Equal("http", port.Text("targetPort"));
        Assert.Equal(Code.HttpPort, port.Number("port"));
        Assert.DoesNotContain(All, one => one.Text("kind") is "Ingress" or "Gateway" or "HTTPRoute");
    }

    [Fact]
    public void Every_name_of_the_service_is_allowed_in_a_Host_header()
    {
        var name = Only("Service").Text("metadata", "name");
        string[] names = [name, $"{name}.{Namespace}", $"{name}.{Namespace}.svc", $"{name}.{Namespace}.svc.cluster.local"];

        Assert.Equal(names, Enumerable.Range(0, names.Length).Select(i => Variables[$"HMS_Http__AllowedHosts__{i}"].Text("value")));
    }

    [Fact]
    public void Kubernetes_adds_no_variables_that_look_like_settings() => Assert.Equal("false", Pod.Text("enableServiceLinks"));

    [Fact]
    public void Each_port_has_one_rule_and_all_else_is_closed()
    {
        var rules = Policy.Items("spec", "ingress");

        Assert.Equal(["Ingress"], Policy.Texts("spec", "policyTypes"));
        Assert.Equal(Ports.Keys.Order(), rules.Select(rule => rule.Items("ports").Single().Text("port")).Order());
        Assert.All(rules, rule => Assert.Single(rule.Items("from")));
    }

    [Fact]
    public void Silos_are_reached_by_silos_and_the_gateway_and_HTTP_by_those_who_are_labelled()
    {
        var silo = From("silo");
        var gateway = From("gateway");
        var http = From("http");

        Assert.True(Selects(silo.Pairs("podSelector", "matchLabels")));
        Assert.Equal(new Dictionary<string, string> { [ClientLabel] = "true" }, gateway.Pairs("podSelector", "matchLabels"));
        Assert.Equal(new Dictionary<string, string> { [ClientLabel] = "true" }, http.Pairs("podSelector", "matchLabels"));
        Assert.False(silo.Has("namespaceSelector") || gateway.Has("namespaceSelector"));
    }

    [Fact]
    public void Orleans_may_look_at_pods_and_do_nothing_else()
    {
        var rule = Only("Role").Items("rules").Single();

        Assert.Equal([""], rule.Texts("apiGroups"));
        Assert.Equal(["pods"], rule.Texts("resources"));
        Assert.Equal(["get", "list", "watch"], rule.Texts("verbs"));
    }

    [Fact]
    public void The_role_is_that_of_the_pods_account()
    {
        var binding = Only("RoleBinding");
        var subject = binding.Items("subjects").Single();

        Assert.Equal("Role", binding.Text("roleRef", "kind"));
        Assert.Equal(Only("Role").Text("metadata", "name"), binding.Text("roleRef", "name"));
        Assert.Equal(Pod.Text("serviceAccountName"), subject.Text("name"));
        Assert.Equal(Pod.Text("serviceAccountName"), Only("ServiceAccount").Text("metadata", "name"));
        Assert.Equal(Namespace, subject.Text("namespace"));
    }

    private static YamlNode From(string port) =>
        Policy.Items("spec", "ingress").Single(rule => rule.Items("ports").Single().Text("port") == port).Items("from").Single();
}
