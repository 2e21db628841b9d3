using System.Globalization;
using Hms.Grains;
using Hms.Silo;
using Hms.Tests;

// A silo like any other, but for its clock, which begins at the ticks that the first argument names. What it is to do comes by standard input, a
// line each, and it says the line again when that is done:
//   start         the silo
//   stop          it, as a signal would
//   jump TICKS    moves the clock on without waking anybody on the way
//   walk TICKS    moves the clock on, and waits for all that was due by then
var time = new ManualTime(TicksOf(args[0]));
SiloServer? server = null;
while (await Console.In.ReadLineAsync() is { } line)
{
    switch (line.Split(' '))
    {
        case ["start"]:
            server = await SiloServer.StartAsync(args[1..], time);
            break;
        case ["stop"]:
            await server!.StopAsync();
            await server.DisposeAsync();
            break;
        case ["jump", var ticks]:
            time.Jump(TicksOf(ticks) - time.GetUtcNow());
            break;
        case ["walk", var ticks]:
            await WalkAsync(server!.Services.GetRequiredService<SiloEngine>(), TicksOf(ticks));
            break;
    }

    Console.WriteLine(line);
}

async Task WalkAsync(SiloEngine engine, DateTimeOffset end)
{
    do
    {
        await QuietAsync(engine);
    }
    while (time.Step(end));
    await QuietAsync(engine);
}

static async Task QuietAsync(SiloEngine engine)
{
    // What is awaited is done by other processes on the same processors.
    for (var looks = 0; engine.Waking > 0; looks++)
    {
        await (looks < 10 ? Task.Run(Thread.Yield) : Task.Delay(1));
    }
}

static DateTimeOffset TicksOf(string text) => new(long.Parse(text, CultureInfo.InvariantCulture), TimeSpan.Zero);
