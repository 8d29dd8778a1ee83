using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Working;

namespace Rongtong.Outbreak.Demo;

/// <summary>Fills an installation in demo mode: the invented province up to yesterday, and the demo accounts for it.</summary>
public sealed class LoadDemo(Database database, IRegions regions, Accounts accounts, IEnumerable<IDemoData> others)
{
    /// <summary>Batch number of demo rows; real batches begin at 1.</summary>
    public const long DemoBatch = 0;

    /// <summary>Loads once; a second call changes nothing. Progress counts modules.</summary>
    public async Task RunAsync(IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        // China has one zone; yesterday is the last day that is complete there.
        var lastDay = DateOnly.FromDateTime(session.Now.ToOffset(TimeSpan.FromHours(8)).DateTime).AddDays(-1);
        var rows = DemoProvince.Generate(regions.Current, lastDay);
        await MergeCases.StageAsync(session, [.. rows.Select((row, i) => (row, false, (long)i))], cancel);
        await MergeCases.SettleDuplicatesAsync(session, cancel);
        await MergeCases.MergeAsync(session, session.Now, DemoBatch, cancel);
        await new PublishFigures(lastDay).RunAsync(session, cancel);
        await RefreshPicture.RunAsync(session, regions.Current, cancel);
        session.Audit("outbreak.demo-loaded", DemoProvince.Code.Value);
        await session.CommitAsync(cancel);
        await DemoAccounts.CreateAsync(accounts, DemoProvince.Code.Value, cancel);
        var all = others.ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            progress?.Report(new(i + 1, all.Length + 1));
            await all[i].LoadAsync(DemoProvince.Code.Value, cancel);
        }
    }
}
