using Hms.Processes;

namespace Hms.EndToEnd.Tests;

/// <summary>How the process starts, what it says, and what it refuses.</summary>
public sealed class LifecycleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task It_starts_and_says_where_it_listens_where_the_data_is_and_what_to_try()
    {
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);

        await server.SaysAsync($"Listening on {server.Address.GetLeftPart(UriPartial.Authority)}", Patience);
        await server.SaysAsync(data.Path, Patience);
        await server.SaysAsync("curl ", Patience);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_folder_is_refused_with_a_clear_message()
    {
        using var data = new ScratchFolder();
        await using var first = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await using var second = ServerProcess.Spawn(Repository.HostAssembly(), "--urls", "http://127.0.0.1:0", "--data", data.Path);

        Assert.NotEqual(0, await second.WaitForExitAsync(Patience));
        Assert.Contains(data.Path, second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        await first.ReadyAsync(Patience);
    }

    [Fact]
    public async Task It_refuses_to_listen_beyond_loopback_unless_told_insecure()
    {
        using var data = new ScratchFolder();
        string[] arguments = ["--urls", "http://0.0.0.0:0", "--data", data.Path];

        await using (var refused = ServerProcess.Spawn(Repository.HostAssembly(), arguments))
        {
            Assert.NotEqual(0, await refused.WaitForExitAsync(Patience));
            Assert.Contains("--insecure", refused.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Listening on", refused.Output, StringComparison.Ordinal);
        }
        await using var told = ServerProcess.Spawn(Repository.HostAssembly(), [.. arguments, "--insecure"]);
        await told.ReadyAsync(Patience);
        await told.SaysAsync("insecure", Patience);
    }

    [Theory]
    [InlineData("wants a Connection", "--storage", "postgres")]
    [InlineData("it is sqlite or postgres", "--storage", "punched-cards")]
    [InlineData("is for Storage postgres", "--connection", "Host=nowhere;Password=a-secret")]
    [InlineData("the database hms at 127.0.0.1:1", "--storage", "postgres", "--connection", "Host=127.0.0.1;Port=1;Database=hms;Username=hms;Password=a-secret",
        "--Storage:OpenPatience", "00:00:00")]
    public async Task It_says_in_one_sentence_why_it_cannot_keep_data_there(string reason, params string[] arguments)
    {
        using var data = new ScratchFolder();
        await using var refused = ServerProcess.Spawn(
            Repository.HostAssembly(), ["--urls", "http://127.0.0.1:0", "--data", data.Path, .. arguments]);

        Assert.NotEqual(0, await refused.WaitForExitAsync(Patience));
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", refused.Output, StringComparison.Ordinal);
    }
}
