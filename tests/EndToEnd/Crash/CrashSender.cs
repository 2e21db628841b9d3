using System.Globalization;
using System.Net;
using System.Text;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>Sends messages of all priorities to several mailboxes, and repeats what it has no answer for, as a careful client would.</summary>
internal sealed class CrashSender(IServer server, History history, string source, string name, IReadOnlyList<string> mailboxes, Random random)
{
    private const double RepeatUnknown = 0.8;
    private const double RepeatAcknowledged = 0.05;
    private static readonly string[] Priorities = ["low", "normal", "high", "critical"];
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            await SendUntilKnownAsync(number, stop);
            // Bursts of ten with a breath between: load enough, and a history that a test can hold.
            if (number % 10 == 0)
                await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private async Task SendUntilKnownAsync(int number, CancellationToken stop)
    {
        var key = new MessageKey(source, $"{name}-{number}", mailboxes[random.Next(mailboxes.Count)]);
        var priority = Priorities[random.Next(Priorities.Length)];
        var bytes = Render(key, priority);
        while (true)
        {
            var outcome = await SendAsync(key, priority, bytes, stop);
            var again = outcome switch
            {
                SendOutcome.Accepted or SendOutcome.Duplicate => random.NextDouble() < RepeatAcknowledged,
                SendOutcome.Unknown => random.NextDouble() < RepeatUnknown,
                _ => true,
            };
            if (!again || stop.IsCancellationRequested)
                return;
        }
    }

    private async Task<SendOutcome> SendAsync(MessageKey key, string priority, byte[] bytes, CancellationToken stop)
    {
        Uri address;
        try
        {
            address = await server.AddressAsync().WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return SendOutcome.Refused;
        }
        var began = History.Now;
        SendOutcome outcome;
        try
        {
            outcome = OutcomeOf(await new FabricClient(address).SendAsync(bytes));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            outcome = SendOutcome.Unknown;
        }
        history.Add(new HistoryEvent.Send(began, History.Now, key, priority, bytes, outcome));
        return outcome;
    }

    private static SendOutcome OutcomeOf(SendAnswer answer) => answer.Status switch
    {
        HttpStatusCode.Accepted => answer.Duplicate ? SendOutcome.Duplicate : SendOutcome.Accepted,
        HttpStatusCode.ServiceUnavailable => SendOutcome.Unknown,
        HttpStatusCode.TooManyRequests => SendOutcome.Refused,
        _ => throw new InvalidOperationException($"A send was answered {(int)answer.Status}: {answer.Error}"),
    };

    // Odd blanks, escapes, numbers and unknown members: none of them survives a message being parsed and written again.
    private static byte[] Render(MessageKey key, string priority) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
        { "id" : "{{key.Id}}",	"source":"{{key.Source}}", "destination":"{{key.Destination}}","priority":"{{priority}}",
          "x_unknown":{"z":1, "a":[ ]}, "message_type":"health_notification",
          "content":{"status":"Healthy","component_id":"caf\u00e9 \/ ☕","load":1.50e+1,"name":"{{key.Id}}"},
          "timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ}}" , "version":"1.0"}
        """));
}
