using Hms.Storage.Postgres.Tests;

// One server for all; a test that stops it would disturb those beside it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(PostgresServer))]
