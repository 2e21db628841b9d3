using System.Buffers.Binary;
using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Simulation.Storage;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>
/// What must hold between directory, sessions and those attached to them when all that one had to say was heard, as their rows have it: nobody
/// relies on a session that is over, or of whose end it would not be told.
/// </summary>
internal sealed class Bonds(SimWorld world)
{
    public void Check()
    {
        foreach (var key in world.Store.Keys)
        {
            var state = world.Store.Find(key)!;
            switch (key.Kind)
            {
                case EntityKind.Directory:
                    CheckMembers(state);
                    break;
                case EntityKind.Session:
                    CheckAttached(key.Name, state);
                    break;
                case EntityKind.Barrier or EntityKind.Task:
                    CheckTies(key, state);
                    break;
            }
        }
    }

    private void CheckMembers(StoredState part)
    {
        foreach (var (row, value) in part.Rows.Where(row => row.Key is { Kind: 's', Name: not null }))
        {
            using var json = JsonDocument.Parse(value);
            var number = json.RootElement.GetProperty("session_number").GetInt64();
            var isOver = json.RootElement.GetProperty("over").GetBoolean();
            if (EndedOf(row.Name!) >= number != isOver)
            {
                world.Fail($"the {number}th session of {row.Name} is over {isOver}, and those up to the {EndedOf(row.Name!)}th have ended");
            }
        }
    }

    private void CheckAttached(string supervisor, StoredState session)
    {
        foreach (var (row, value) in session.Rows.Where(row => row.Key.Kind == 'a'))
        {
            if (NumberIn(value) <= EndedOf(supervisor))
            {
                world.Fail($"{row.Name} is attached to the {NumberIn(value)}th session of {supervisor}, which has ended");
            }
        }
    }

    private void CheckTies(EntityKey entity, StoredState state)
    {
        foreach (var (row, value) in state.Rows.Where(row => row.Key.Kind == 't'))
        {
            var session = NumberIn(value);
            var attached = world.Store.Find(EntityKey.Session(row.Name!))?.Rows.GetValueOrDefault(RowKey.Of('a', entity.ToString()));
            if (session > 0 && session > EndedOf(row.Name!) && (attached is null || NumberIn(attached) != session))
            {
                world.Fail($"{entity} relies on the {session}th session of {row.Name}, and would not be told of its end");
            }
        }
    }

    private long EndedOf(string supervisor) =>
        world.Store.Find(EntityKey.Session(supervisor))?.Rows.GetValueOrDefault(RowKey.Of('h')) is { } ended ? NumberIn(ended) : -1;

    private static long NumberIn(byte[] value) => BinaryPrimitives.ReadInt64LittleEndian(value);
}
