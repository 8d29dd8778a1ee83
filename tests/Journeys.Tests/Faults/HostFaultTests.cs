using System.Diagnostics;

namespace Rongtong.Journeys.Tests.Faults;

/// <summary>The host or its database is killed while people work with it: a clear error, nothing lost, and it goes on.</summary>
public sealed class HostFaultTests : IDisposable
{
    /// <summary>Enough rows for several seconds of import.</summary>
    private const int LargeRows = 1_000_000;

    private readonly string _data = Directory.CreateTempSubdirectory("rongtong-fault-").FullName;

    public HostFaultTests()
    {
        // The server may run as another user than the one who made the folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_data, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_host_killed_with_9_leaves_no_server_behind_and_the_next_start_has_every_figure()
    {
        string before;
        int postmaster;
        await using (var host = await ServedProcess.StartAsync(_data))
        {
            await ImportSmallAsync();
            before = await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative));
            before.ShouldContain("1900");
            postmaster = ServedProcess.PostmasterOf(_data);
            await host.KillAsync();
        }
        await ServedProcess.UntilAsync(() => Task.FromResult(!ServedProcess.IsAlive(postmaster)), "the server to end with its host");
        await using var again = await ServedProcess.StartAsync(_data);
        (await again.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative))).ShouldBe(before);
    }

    [Fact]
    public async Task A_host_started_in_the_moment_its_predecessor_is_killed_waits_for_the_old_server_to_end()
    {
        for (var round = 0; round < 3; round++)
        {
            await using var host = await ServedProcess.StartAsync(_data);
            if (round == 0) await ImportSmallAsync();
            (await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative))).ShouldContain("1900");
            await host.KillAsync();
        }
    }

    [Fact]
    public async Task A_host_killed_in_the_middle_of_an_import_ends_the_import_with_words_and_without_half_of_its_rows()
    {
        string errors;
        await using (var host = await ServedProcess.StartAsync(_data))
        {
            using var import = await StartLargeImportAsync();
            await host.KillAsync();
            (var code, _, errors) = await ContinueAsync(import);
            code.ShouldBe(2);
        }
        errors.ShouldContain("nothing was loaded", Case.Insensitive);
        await using var again = await ServedProcess.StartAsync(_data);
        (await ServedProcess.StoredAsync(_data, "SELECT count(*)::int FROM outbreak.case_count")).ShouldBe(0);
        await ImportSmallAsync();
    }

    [Fact]
    public async Task A_database_killed_in_the_middle_of_an_import_loses_nothing_and_the_host_goes_on()
    {
        await using var host = await ServedProcess.StartAsync(_data);
        await ImportSmallAsync();
        var figures = await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative));
        var page = await host.Browser.GetAsync(new Uri("/outbreak", UriKind.Relative));
        page.IsSuccessStatusCode.ShouldBeTrue();

        using var import = await StartLargeImportAsync();
        var postmaster = ServedProcess.PostmasterOf(_data);
        using (var server = Process.GetProcessById(postmaster)) server.Kill();
        // What the public reads does not wait for the database.
        (await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative))).ShouldBe(figures);
        (await host.Browser.GetAsync(new Uri("/outbreak", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await host.Browser.GetStringAsync(new Uri("/health/live", UriKind.Relative))).ShouldContain("alive");
        // Asked for the first time while there is no database: the failure must not be remembered.
        using (await host.Browser.GetAsync(new Uri("/open/tiers.csv", UriKind.Relative)))
        {
        }

        var (code, _, errors) = await ContinueAsync(import);
        code.ShouldBe(2);
        errors.ShouldContain("the database", Case.Insensitive);
        errors.ShouldContain("nothing was loaded", Case.Insensitive);
        errors.ShouldNotContain("   at ");

        await ServedProcess.UntilAsync(async () => (await host.Browser.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the host to bring its database back");
        ServedProcess.PostmasterOf(_data).ShouldNotBe(postmaster);
        (await host.Browser.GetAsync(new Uri("/open/tiers.csv", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await ServedProcess.StoredAsync(_data, "SELECT count(*)::int FROM outbreak.case_count")).ShouldBe(10);
        (await ServedProcess.StoredAsync(_data, "SELECT count(*)::int FROM platform.import_batch WHERE status = 'done'")).ShouldBe(1);
        await ImportSmallAsync(from: 2000);
        await ServedProcess.UntilAsync(async () => (await host.Browser.GetStringAsync(new Uri("/open/cases/cn.csv", UriKind.Relative))).Contains("2900", StringComparison.Ordinal), "the new figures");
        host.Said.ShouldContain("PostgreSQL is back");
    }

    [Fact]
    public async Task A_second_host_on_the_same_data_folder_says_so_and_leaves_it_alone()
    {
        await using var host = await ServedProcess.StartAsync(_data);
        var (code, output, errors) = await ServedProcess.RunAsync(_data, "serve", "--urls", "http://127.0.0.1:0");
        code.ShouldBe(2, output);
        errors.ShouldSatisfyAllConditions(e => e.ShouldContain(_data), e => e.ShouldContain("already"), e => e.ShouldContain("DataFolder"), e => e.ShouldNotContain("   at "));
        await ServedProcess.UntilAsync(async () => (await host.Browser.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the first host to be ready");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_way_out()
    {
        await using var host = await ServedProcess.StartAsync(_data);
        var other = Directory.CreateDirectory(Path.Combine(_data, "other")).FullName;
        var (code, _, errors) = await ServedProcess.RunAsync(other, "serve", "--urls", host.Browser.BaseAddress!.GetLeftPart(UriPartial.Authority));
        code.ShouldBe(2);
        errors.ShouldSatisfyAllConditions(e => e.ShouldContain(host.Browser.BaseAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)), e => e.ShouldContain("--urls"), e => e.ShouldNotContain("   at "));
    }

    private async Task ImportSmallAsync(int from = 1000)
    {
        var file = Path.Combine(_data, "small.csv");
        await CaseFiles.WriteSmallAsync(file, from);
        var (code, output, errors) = await ServedProcess.RunAsync(_data, "import", "cases", file);
        code.ShouldBe(0, output + errors);
    }

    /// <summary>An import held still in the middle of its transaction; <see cref="ContinueAsync"/> lets it go on.</summary>
    private async Task<Process> StartLargeImportAsync()
    {
        var file = Path.Combine(_data, "large.csv");
        await CaseFiles.WriteLargeAsync(file, LargeRows);
        var import = ServedProcess.Start(_data, "import", "cases", file, "--lang", "en");
        await ServedProcess.UntilAsync(
            async () => await ServedProcess.StoredAsync(_data, "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE 'COPY staged_row%'") is > 0 || import.HasExited, "the import to put rows aside");
        import.HasExited.ShouldBeFalse("the import ended before the fault");
        await ServedProcess.SignalAsync(import.Id, "STOP");
        return import;
    }

    private static async Task<(int Code, string Output, string Errors)> ContinueAsync(Process import)
    {
        await ServedProcess.SignalAsync(import.Id, "CONT");
        return await ServedProcess.EndAsync(import);
    }
}
