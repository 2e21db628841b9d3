// Every class starts a cluster of its own.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
