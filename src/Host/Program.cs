using System.CommandLine;
using Rongtong.Host.Commands;
using Rongtong.Host.Commands.Allocate;
using Rongtong.Host.Commands.Analyse;

var root = new RootCommand("Rongtong: contain an outbreak, reopen the economy. Without a command it serves http://localhost:8080.")
{
    ServeCommand.Create(),
    AllocateCommand.Create(),
    AnalyseCommands.Create(),
    DbCommands.Create(),
    EnterpriseCommands.Create(),
    HealthCommands.Create(),
    ImportCommand.Create(),
    RulesCommands.Create(),
    VerifyCommands.Create(),
};
root.SetAction((_, cancel) => ServeCommand.RunAsync([], cancel));
// What cannot be parsed is a usage error: 2, as everywhere; 1 is an answer ("not valid", "differences found").
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? 2 : code;
