// Each test loads the machine or counts on its timing; side by side they would disturb one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
