using Hms.Storage.Postgres.Tests;

[assembly: AssemblyFixture(typeof(PostgresServer))]
