using System.Text;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Clients;

namespace Hms.Simulation.Checks;

/// <summary>
/// What the fabric says of everything that it keeps. When nothing is under way, what entities have in memory and what they read when they
/// are loaded anew must give the same picture.
/// </summary>
internal static class Picture
{
    private const int PageMax = 1_000;

    /// <summary>Takes one; null where the fabric did not answer.</summary>
    public static async Task<string[]?> TakeAsync(SimClient client, IEnumerable<Inbox> inboxes)
    {
        var names = inboxes.Select(inbox => inbox.Name).ToArray();
        var answer = await client.AskUntilKnownAsync("take a picture", async (fabric, stopped) =>
        {
            var text = new StringBuilder();
            foreach (var record in (await fabric.Supervisors.ListAsync(new SupervisorQuery { Limit = PageMax }, stopped)).Items)
            {
                text.AppendLine($"{record.Id} {record.Session} {record.Mailbox}");
            }

            foreach (var name in names)
            {
                await AddMailboxAsync(text, fabric.Mailbox(name), name, stopped);
            }

            foreach (var topic in (await fabric.Topics.ListAsync("", PageMax, stopped)).Items.Select(topic => topic.Topic).Append(Names.Everybody))
            {
                text.AppendLine($"{await fabric.Topics.GetAsync(topic, stopped)}");
                text.AppendJoin(' ', (await fabric.Topics.SubscribersAsync(topic, "", PageMax, stopped)).Items.Select(item => $"{item.Supervisor}@{item.Cursor}")).AppendLine();
                text.AppendJoin(' ', (await fabric.Topics.ReadAsync(topic, 0, PageMax, stopped)).Items.Select(item => $"{item.Sequence}:{item.Message.Length}")).AppendLine();
            }

            return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        });
        return answer.IsDone ? answer.Value : null;
    }

    private static async ValueTask AddMailboxAsync(StringBuilder text, IMailbox mailbox, string name, CancellationToken stopped)
    {
        try
        {
            var dead = await mailbox.DeadLettersAsync(0, PageMax, stopped);
            text.Append(name).AppendJoin(' ', dead.Items.Select(item => $"{item.Sequence} {item.Reason} {item.Attempt} {item.DeadAt:O}")).AppendLine();
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            text.AppendLine($"{name} was never there");
        }
    }
}
