using System.Text.RegularExpressions;

namespace Hms.Deploy.Tests;

/// <summary>What may not stand in deploy/ and docs/cluster.md.</summary>
public sealed partial class SecretsTests
{
    private static readonly string[] Images =
        ["mcr.microsoft.com/dotnet/sdk", "mcr.microsoft.com/dotnet/aspnet"];

    public static TheoryData<string> Files => [.. Repository.Files("deploy", "*").Append("docs/cluster.md")];

    [Theory]
    [MemberData(nameof(Files))]
    public void No_password_stands_anywhere(string file) => Assert.Empty(
        Password().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)
            .Where(password => password is not ("" or "CHANGE-ME" or "…" or "…`") && !password.StartsWith("${POSTGRES_PASSWORD:?", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_key_and_no_digest_stands_anywhere(string file) => Assert.DoesNotMatch(@"PRIVATE KEY|sha256:|BEGIN CERTIFICATE", Repository.Read(file));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_address_stands_anywhere_but_of_this_machine_and_the_service(string file) => Assert.Empty(
        Address().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)
            .Except(["127.0.0.1", "0.0.0.0", $"hms.{Manifests.Namespace}.svc"]));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_registry_stands_anywhere_but_that_of_the_base_images(string file) => Assert.Empty(
        Registry().Matches(Repository.Read(file)).Select(match => match.Value).Where(name => !IsOfKubernetes(name)).Except(Images));

    // Groups of its API and keys of its labels look like addresses.
    private static bool IsOfKubernetes(string name) =>
        name.Split('/')[0] is var host && (host.EndsWith("kubernetes.io", StringComparison.Ordinal) || host is "rbac.authorization.k8s.io" or "networking.k8s.io" or "kustomize.config.k8s.io");

    [GeneratedRegex(@"password[=:]\s*([^;""'\s,]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex(@"https?://([^\s/:""'`)]+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|io|org|net|dev|azurecr)/[a-z0-9./_-]*[a-z0-9]")]
    private static partial Regex Registry();
}
