namespace Hms.Fabric.Storage;

/// <summary>What is to be done once a transaction is durable: handed to the pool a few at a time, not each by itself.</summary>
internal sealed class Continuations
{
    private const int TogetherMax = 8;
    private List<IThreadPoolWorkItem> _together = [];

    public void Add(IThreadPoolWorkItem? item)
    {
        if (item is null)
        {
            return;
        }

        _together.Add(item);
        if (_together.Count == TogetherMax)
        {
            Go();
        }
    }

    /// <summary>Hands over what is left.</summary>
    public void Go()
    {
        if (_together.Count > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new Part(_together), preferLocal: false);
            _together = [];
        }
    }

    private sealed class Part(List<IThreadPoolWorkItem> items) : IThreadPoolWorkItem
    {
        public void Execute() => items.ForEach(static item => item.Execute());
    }
}
