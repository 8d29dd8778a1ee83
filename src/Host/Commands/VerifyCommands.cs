using System.CommandLine;
using System.Text.Json;
using Rongtong.Host.Commands.Allocate;
using Rongtong.Platform.Audit;
using Rongtong.Platform.Data;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong verify …</c>: checks that anybody may run.</summary>
internal static class VerifyCommands
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var audit = new Command("audit", "Check that no audit entry was changed, removed or moved.") { json };
        audit.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            var result = await VerifyAudit.RunAsync(services.GetRequiredService<Database>(), cancel);
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
            else
            {
                foreach (var problem in result.Problems) Console.WriteLine($"entry {problem.Sequence}: {problem.What}");
                Console.WriteLine($"{result.Entries} entries, {result.Problems.Count} problems, head {result.HeadHash}");
            }
            return result.Problems.Count == 0 ? 0 : 1;
        }, cancel));
        return new Command("verify", "Verify what others claim: the record, a pass, test vectors, a plan.") { audit, VerifyPassCommand.Create(), VerifyDgcCommand.Create(), VerifyAllocation.Create() };
    }
}
