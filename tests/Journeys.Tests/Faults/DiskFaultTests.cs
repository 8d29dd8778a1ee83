using System.Diagnostics;

namespace Rongtong.Journeys.Tests.Faults;

/// <summary>A test on a small disk of its own; skips by name where this user may not mount one.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.CanMount) Skip = "Needs the right to mount a tmpfs (root on Linux).";
    }
}

/// <summary>A tmpfs of a given size, gone with its owner.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<bool> s_canMount = new(() =>
    {
        if (!OperatingSystem.IsLinux()) return false;
        var folder = Directory.CreateTempSubdirectory("rongtong-mount-").FullName;
        var can = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) == 0 && Run("umount", folder) == 0;
        Directory.Delete(folder);
        return can;
    });

    public SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", Folder).ShouldBe(0);

    public static bool CanMount => s_canMount.Value;

    public string Folder { get; } = Directory.CreateTempSubdirectory("rongtong-disk-").FullName;

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Takes all space but so much.</summary>
    public void FillUpTo(int megabytesLeft)
    {
        using var file = File.Create(Ballast);
        var block = new byte[1 << 16];
        while (new DriveInfo(Folder).AvailableFreeSpace - block.Length >= (long)megabytesLeft << 20) file.Write(block);
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", Folder).ShouldBe(0);
        Directory.Delete(Folder);
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

/// <summary>The disk of the database fills up: the import says so, nothing is lost, and with free space work goes on.</summary>
public sealed class DiskFaultTests
{
    [SmallDiskFact]
    public async Task An_import_that_fills_the_disk_says_so_loses_nothing_and_works_again_when_there_is_space()
    {
        using var disk = new SmallDisk(megabytes: 400);
        var inputs = Directory.CreateTempSubdirectory("rongtong-inputs-");
        try
        {
            var (small, large) = (Path.Combine(inputs.FullName, "small.csv"), Path.Combine(inputs.FullName, "large.csv"));
            await CaseFiles.WriteSmallAsync(small);
            await CaseFiles.WriteLargeAsync(large, 600_000);
            await using var host = await ServedProcess.StartAsync(disk.Folder);
            (await ServedProcess.RunAsync(disk.Folder, "import", "cases", small)).Code.ShouldBe(0);
            var figures = await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative));

            // Space for a part of the file, then for nothing at all.
            foreach (var left in new[] { 20, 0 })
            {
                disk.FillUpTo(left);
                var (refused, said, errors) = await ServedProcess.RunAsync(disk.Folder, "import", "cases", large, "--lang", "en");
                refused.ShouldBe(2, said + errors);
                errors.ShouldSatisfyAllConditions(e => e.ShouldContain("disk of the database is full"), e => e.ShouldContain(disk.Folder), e => e.ShouldContain("nothing was loaded"), e => e.ShouldNotContain("   at "));
                (await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative))).ShouldBe(figures);
                (await host.Browser.GetAsync(new Uri("/outbreak", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);

                disk.Free();
                await ServedProcess.UntilAsync(async () => (await host.Browser.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the database to answer");
            }
            (await ServedProcess.StoredAsync(disk.Folder, "SELECT count(*)::int FROM outbreak.case_count")).ShouldBe(10);
            var (code, output, problems) = await ServedProcess.RunAsync(disk.Folder, "import", "cases", large, "--lang", "en");
            code.ShouldBe(0, output + problems);
            (await ServedProcess.StoredAsync(disk.Folder, "SELECT count(*)::int FROM outbreak.case_count")).ShouldBe(70);
        }
        finally
        {
            inputs.Delete(recursive: true);
        }
    }
}
