using System.Collections.Concurrent;
using Hms.Processes;

namespace Hms.Storage.Sqlite.Tests;

/// <summary>Commits for which nobody waits.</summary>
public sealed class PatientCommitTests : IAsyncLifetime
{
    // As many as go with one transaction.
    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScratchFolder _folder = new();
    private readonly ConcurrentQueue<string> _collected = [];
    private SqliteStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(new SqliteStoreOptions { Folder = _folder.Path });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task They_are_made_in_their_order_though_nothing_urgent_comes()
    {
        var patient = Many(500);

        await EnlistTogetherAsync(patient);

        Assert.All(await Task.WhenAll(patient.Select(entity => entity.Completed)), Assert.Null);
        Assert.Equal(patient.Select(entity => entity.Key.Name), _collected);
    }

    [Fact]
    public async Task An_urgent_one_goes_before_those_who_wait_already()
    {
        var (patient, urgent) = (Many(500), Entity("urgent"));

        await EnlistTogetherAsync(patient, urgent);

        Assert.Null(await urgent.Completed);
        Assert.Equal("urgent", _collected.First());
        Assert.All(await Task.WhenAll(patient.Select(entity => entity.Completed)), Assert.Null);
    }

    [Fact]
    public async Task An_urgent_one_that_comes_during_a_transaction_waits_for_a_bounded_number_of_others()
    {
        var urgent = Entity("urgent");
        var first = new FakeEntity("first") { Collecting = () => _store.Enlist(urgent, urgent: true) };
        var patient = Many(500);

        await EnlistTogetherAsync([first, .. patient]);

        Assert.Null(await urgent.Completed);
        Assert.All(await Task.WhenAll(patient.Select(entity => entity.Completed)), Assert.Null);
        Assert.Equal(AtOnce - 1, _collected.TakeWhile(name => name != "urgent").Count());
    }

    [Fact]
    public async Task All_are_made_before_the_file_is_closed()
    {
        var patient = Many(500);
        foreach (var entity in patient)
        {
            _store.Enlist(entity, urgent: false);
        }

        await _store.DisposeAsync();

        Assert.All(await Task.WhenAll(patient.Select(entity => entity.Completed)), Assert.Null);
        await InitializeAsync();
        Assert.NotNull(await _store.LoadAsync(patient[^1].Key));
    }

    [Fact]
    public async Task One_who_enlists_again_before_its_turn_takes_no_second_place()
    {
        var (often, last) = (new FakeEntity("often") { IsEmpty = true, Collecting = () => _collected.Enqueue("often") }, Entity("last"));
        for (var rounds = 1; rounds <= 2; rounds++)
        {
            await EnlistTogetherAsync([.. Enumerable.Repeat(often, 1_000)]);
            await Entity($"after {rounds}").CommitAsync(_store);
        }

        _store.Enlist(last, urgent: false);

        Assert.Null(await last.Completed);
        Assert.Equal(2, _collected.Count(name => name == "often"));
    }

    /// <summary>Holds the writer until all have enlisted; who is urgent does so last.</summary>
    private async Task EnlistTogetherAsync(FakeEntity[] patient, FakeEntity? urgent = null)
    {
        using var allThere = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var letGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Enlist(
            new FakeEntity("holding the writer")
            {
                IsEmpty = true,
                Collecting = () =>
                {
                    held.SetResult();
                    allThere.Wait();
                    letGo.SetResult();
                },
            },
            urgent: true);
        await held.Task.WaitAsync(Patience);
        foreach (var entity in patient)
        {
            _store.Enlist(entity, urgent: false);
        }

        if (urgent is not null)
        {
            _store.Enlist(urgent, urgent: true);
        }

        allThere.Set();
        await letGo.Task.WaitAsync(Patience);
    }

    private FakeEntity[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => Entity($"patient {i}"))];

    private FakeEntity Entity(string name) => new(name) { Collecting = () => _collected.Enqueue(name) };
}
