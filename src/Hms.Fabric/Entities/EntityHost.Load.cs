using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Protocol;

namespace Hms.Fabric.Entities;

/// <content>Reading the state, and those who wait for it in the meantime.</content>
public sealed partial class EntityHost<TState, TCommand, TReply>
{
    private readonly Queue<Queued> _queue = new();
    private Task? _loading;

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task loading;
        lock (_gate)
        {
            if (_activation is not null)
            {
                return;
            }

            loading = _loading ??= services.Background.RunAsync(ReadAsync);
        }

        await loading.WaitAsync(cancellationToken);
    }

    private async Task ReadAsync()
    {
        try
        {
            var stored = await services.Store.LoadAsync(key);
            var activation = new Activation(create(), stored?.Version ?? 0, services.Clock.Now, services.Background);
            activation.Load(stored?.Rows ?? []);
            Start(activation);
        }
        catch (Exception e)
        {
            var failure = e is StoreException away ? Unavailable(away) : e;
            FailQueued(failure);
            throw failure;
        }
    }

    /// <summary>Takes up the state, and carries out what has been asked for since, in its order.</summary>
    private void Start(Activation activation)
    {
        var effects = new List<Effect>();
        var done = new List<(Queued Queued, Outcome Outcome)>();
        (Queued Queued, Exception Bug)? broken = null;
        lock (_gate)
        {
            _activation = activation;
            _loading = null;
            Observed?.Invoke(activation.State);
            Persist(activation, waits: activation.IsDirty);
            while (broken is null && _queue.TryDequeue(out var queued))
            {
                if (queued.IsCancelled)
                {
                    continue;
                }

                try
                {
                    IReadOnlyList<Effect> more = [];
                    done.Add((queued, Run(activation, in queued.Order, ref more)));
                    effects.AddRange(more);
                    queued.IsRun = true;
                }
#pragma warning disable CA1031 // A bug of a machine's is told to whoever asked.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    broken = (queued, e);
                }
            }

            // The state went with the bug; the rest waits for it to be read anew.
            if (_queue.Count > 0)
            {
                _loading = services.Background.RunAsync(ReadAsync);
            }
        }

        Raise(effects);
        done.ForEach(run => services.Background.Run(static it => it.Queued.Source.TrySetResult(it.Outcome), run));
        if (broken is { } bug)
        {
            services.Background.Run(static it => it.Queued.Source.TrySetException(it.Bug), bug);
        }

        if (!activation.Outbox.IsEmpty)
        {
            _ = SpeakAsync();
        }
    }

    private void FailQueued(Exception failure)
    {
        Queued[] all;
        lock (_gate)
        {
            _loading = null;
            all = [.. _queue];
            _queue.Clear();
        }

        foreach (var queued in all)
        {
            services.Background.Run(static it => it.queued.Source.TrySetException(it.failure), (queued, failure));
        }
    }

    /// <summary>
    /// What is asked of the machine: one command or several, and where it comes from another entity's outbox, from which. With neither, the
    /// sender is to be forgotten.
    /// </summary>
    private readonly record struct Order(TCommand? One, IReadOnlyList<TCommand>? Many, string? Sender, long Number);

    private readonly record struct Outcome(
        TReply? Reply, Fault? Fault, IReadOnlyList<Decided<TReply>>? Many, Task? Durable, long SaidFrom, long SaidTo);

    /// <summary>An order that waits for the state to be read.</summary>
    private sealed class Queued(Order order)
    {
        public Order Order = order;

        public TaskCompletionSource<Outcome> Source { get; } = new();

        /// <summary>Whether it was carried out; used under the host's lock, as is <see cref="IsCancelled"/>.</summary>
        public bool IsRun { get; set; }

        public bool IsCancelled { get; private set; }

        /// <summary>Waits until it was carried out. A caller who leaves before that takes it back.</summary>
        public async ValueTask<Outcome> RunAsync(Lock gate, CancellationToken cancellationToken)
        {
            try
            {
                return await Source.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                lock (gate)
                {
                    IsCancelled = !IsRun;
                }

                if (IsCancelled)
                {
                    throw;
                }
            }

            return await Source.Task;
        }
    }
}
