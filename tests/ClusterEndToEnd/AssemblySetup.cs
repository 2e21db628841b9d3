// Each test runs three silos and loads the machine; side by side they would disturb one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
