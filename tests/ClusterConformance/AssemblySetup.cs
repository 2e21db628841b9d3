using Hms.ClusterConformance.Tests;

// One cluster serves all suites, one after the other: they restart it, and move its clock.
[assembly: AssemblyFixture(typeof(ProcessFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]
