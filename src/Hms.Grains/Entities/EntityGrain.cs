using Hms.Domain.Entities;
using Hms.Fabric;
using Hms.Fabric.Entities;

namespace Hms.Grains.Entities;

/// <summary>
/// What all grains of entities have in common. Orleans runs one of them at a time in the cluster, nearly always; where it runs two, the store's check
/// of versions decides, and the one that loses leaves. When one that nobody uses leaves is decided here and not by Orleans' own collection: it stays
/// while it holds what is in memory only, such as leases.
/// </summary>
/// <typeparam name="TEntity">The entity.</typeparam>
internal abstract class EntityGrain<TEntity> : Grain, IEntityGrain, ILocalGrain
    where TEntity : class, IWakeable
{
    private readonly TEntity _entity;
    private long _usedAt;

    protected EntityGrain(IGrainContext context, SiloEngine silo, EntityKind kind, Func<string, TEntity> make)
        : base(context)
    {
        Silo = silo;
        Key = new EntityKey(kind, context.GrainId.Key.ToString()!);
        _entity = make(Key.Name);
        Use();
    }

    public EntityKey Key { get; }

    public DateTimeOffset LastUsed => new(Volatile.Read(ref _usedAt), TimeSpan.Zero);

    public bool IsKnown => _entity is not IResident { IsKnown: false };

    /// <summary>The silo on which it is.</summary>
    protected SiloEngine Silo { get; }

    /// <summary>The time by which entities decide.</summary>
    protected FabricClock Clock => Silo.Clock;

    /// <summary>The entity, of which somebody makes use.</summary>
    protected TEntity Entity
    {
        get
        {
            Use();
            return _entity;
        }
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Silo.Local.Add(this);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Silo.Local.Remove(this);
        return Task.CompletedTask;
    }

    public async ValueTask WakeAsync() => await Entity.WakeAsync();

    public bool TryPassivate() => _entity is IResident resident && resident.TryPassivate();

    public void Leave(string why) =>
        GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, why));

    private void Use() => Volatile.Write(ref _usedAt, Silo.Clock.Now.UtcTicks);
}
