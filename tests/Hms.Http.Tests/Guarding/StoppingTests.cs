using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Hms.Http.Tests.Guarding;

public sealed class StoppingTests
{
    [Fact]
    public async Task Stop_ends_a_waiting_receive_with_no_deliveries()
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        front.Fabric.OneMailbox.OnReceive = async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            throw new OperationCanceledException(gone);
        };
        var receive = front.GetAsync("/v1/supervisors/b/messages?wait_ms=60000");
        await waits.Task.WaitAsync(TestFront.Patience);

        await front.App.StopAsync();

        using var answer = await receive;
        Assert.Equal("""{"deliveries":[]}""", await answer.Content.ReadAsStringAsync());
        Assert.True(answer.Headers.ConnectionClose);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Stop_ends_a_waiting_request_with_a_timeout()
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        front.Fabric.OnRequest = async (_, gone) =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            throw new OperationCanceledException(gone);
        };
        var request = front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", "wait=60"));
        await waits.Task.WaitAsync(TestFront.Patience);

        await front.App.StopAsync();

        await request.ErrorAsync(ErrorCode.MessageTimeout);
    }

    [Fact]
    public async Task Front_that_is_stopping_is_not_ready()
    {
        await using var front = await TestFront.StartAsync();
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        front.Fabric.OnSend = async _ =>
        {
            entered.SetResult();
            await leave.Task;
            return new SendReceipt("m1", 1, false, Durability.Fsync);
        };
        var send = front.PostAsync("/v1/messages", TestFront.Message);
        await entered.Task.WaitAsync(TestFront.Patience);

        front.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await front.GetAsync("/health/ready").ErrorAsync(ErrorCode.Unavailable);
        leave.SetResult();

        await send.JsonAsync(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Stop_waits_no_longer_than_it_may()
    {
        await using var front = await TestFront.StartAsync(options => options.DrainMax = TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), front.App.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }
}
