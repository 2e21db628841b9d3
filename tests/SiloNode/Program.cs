using System.Globalization;
using Hms.Grains;
using Hms.Silo;
using Hms.Tests;

// A silo like any other, but for its clock: it begins at the ticks that the first argument names and moves on to those that come by standard input,
// a line each; it says so when all that was due by then has been woken.
var time = new ManualTime(TicksOf(args[0]));
await using var server = await SiloServer.StartAsync(args[1..], time);
var engine = server.Services.GetRequiredService<SiloEngine>();
_ = Task.Run(async () =>
{
    while (await Console.In.ReadLineAsync() is { } line)
    {
        var end = TicksOf(line);
        do
        {
            await QuietAsync();
        }
        while (time.Step(end));
        await QuietAsync();
        Console.WriteLine($"at {line}");
    }
});
await server.WaitForShutdownAsync();

async Task QuietAsync()
{
    while (engine.Waking > 0)
    {
        await Task.Yield();
    }
}

static DateTimeOffset TicksOf(string text) => new(long.Parse(text, CultureInfo.InvariantCulture), TimeSpan.Zero);
