using Hms.Simulation;

// dotnet run --project tests/Simulation -- --seeds N [--seed S] [--break NAME]; everything else is for xunit's own runner.
return args.Contains(CommandLine.Seeds)
    ? CommandLine.Run(args, Console.Out)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
