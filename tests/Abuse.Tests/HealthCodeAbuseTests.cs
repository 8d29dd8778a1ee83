using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;
using Rongtong.Testing;

namespace Rongtong.Abuse.Tests;

/// <summary>What was done with health codes in 2020 to 2022 and must not be possible here. Each attempt must fail closed.</summary>
public sealed class HealthCodeAbuseTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public void No_type_of_the_module_offers_a_way_to_set_a_colour()
    {
        var setters = typeof(HealthCodeModule).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => m.GetParameters().Any(p => p.ParameterType == typeof(HealthCode.Colour.Colour)) && !m.IsSpecialName && !m.Name.Contains('<', StringComparison.Ordinal))
            .Select(m => m.Name).Distinct().Except(["Word", "ToPass", "Valid", "Alternatives", "DutyOf", "Deconstruct", ".ctor"]);
        setters.ShouldBeEmpty("a method that takes a colour could be one that sets it; if it only shows one, name it here");
    }

    [Fact]
    public void Every_kind_of_fact_is_an_epidemiological_one_with_a_time_after_which_it_is_deleted()
    {
        Enum.GetNames<FactKind>().ShouldBe(["SelfReport", "Trip", "Stay", "VenueVisit", "TestResult", "Exposure", "Diagnosis", "IsolationOrder", "Release", "Certificate"], "a new kind needs a purpose, an expiry and a place in the rules");
        foreach (var kind in Enum.GetValues<FactKind>()) SourceFields.RetentionDays(kind).ShouldBeInRange(1, 365);
        Enum.GetNames<Purpose>().ShouldBe(["Appeal", "Tracing", "Treatment", "IsolationSupport"], "the list of purposes is closed");
    }

    [Fact]
    public void There_is_no_police_role_and_no_permission_to_read_people()
    {
        Roles.All.ShouldNotContain(role => role.Contains("police", StringComparison.OrdinalIgnoreCase));
        Roles.PermissionsOf(Roles.All).Where(p => p.StartsWith("health.", StringComparison.Ordinal)).Order().ShouldBe(["health.appeal", "health.connect", "health.family", "health.gate", "health.record", "health.rules", "health.venue"]);
    }

    [Fact]
    public void No_address_of_the_product_takes_a_name_or_document_number_to_look_somebody_up()
    {
        var routes = _host.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText ?? "");
        routes.Where(r => r.Contains("health", StringComparison.Ordinal)).ShouldNotContain(r => r.Contains("{document", StringComparison.Ordinal) || r.Contains("{name", StringComparison.Ordinal) || r.Contains("{person", StringComparison.Ordinal) || r.Contains("{idNumber", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Somebody_with_another_person_s_number_and_name_learns_nothing_and_gets_in_nowhere()
    {
        using var worker = await GreenAsync("王小明", 31);
        using var thief = new Resident(_host, "王小明", Resident.Card(31), "13900000031");
        (await thief.SignInAsync()).ShouldContain("refused");
        using var wrongName = new Resident(_host, "王大明", Resident.Card(31), "13800000031");
        (await wrongName.SignInAsync()).ShouldContain("refused");
        (await thief.PageAsync()).ShouldNotContain("绿码");
    }

    [Fact]
    public async Task Numbers_cannot_be_tried_one_after_another_from_one_telephone()
    {
        var sent = 0;
        for (var order = 100; order < 110; order++)
        {
            using var prober = new Resident(_host, "某人", Resident.Card(order), "13911111111");
            await RunningHost.PostAsync(prober.Browser, "/health", "/health/sign-in/code", ("documentType", "10"), ("document", Resident.Card(order)), ("name", "某人"), ("phone", "13911111111"), ("region", "3301"));
            // The rate limit of the address would end this sooner; the limit of the telephone is the one looked at.
            _clock.Advance(TimeSpan.FromMinutes(2));
        }
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        sent = (int)await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.sms");
        sent.ShouldBeLessThanOrEqualTo(SignInPerson.CodesPerDay);
    }

    [Fact]
    public async Task A_code_is_not_guessed()
    {
        using var worker = await GreenAsync("王小明", 32);
        using var thief = new Resident(_host, "王小明", Resident.Card(32), "13800000032");
        await RunningHost.PostAsync(thief.Browser, "/health", "/health/sign-in/code", ("documentType", "10"), ("document", Resident.Card(32)), ("name", "王小明"), ("phone", "13800000032"), ("region", "3301"));
        var real = await thief.LastCodeAsync();
        for (var i = 0; i < SignInPerson.AttemptsMax; i++) await RunningHost.PostAsync(thief.Browser, "/health?step=code", "/health/sign-in", ("code", real == "000000" ? "111111" : "000000"));
        (await RunningHost.PostAsync(thief.Browser, "/health?step=code", "/health/sign-in", ("code", real!))).Headers.Location!.OriginalString.ShouldContain("refused");
    }

    [Fact]
    public async Task A_picture_of_yesterday_s_pass_opens_no_gate()
    {
        using var worker = await GreenAsync("王小明", 33);
        var token = (await worker.TokenAsync())!;
        (await CheckAsync(token)).ShouldContain("\"valid\":true");
        _clock.Advance(TimeSpan.FromMinutes(IssuePass.PageMinutes + 1));
        (await CheckAsync(token)).ShouldContain("Expired");
    }

    [Fact]
    public async Task A_pass_carries_no_number_and_two_passes_of_one_person_cannot_be_told_to_be_hers()
    {
        using var worker = await GreenAsync("王小明", 34);
        var (one, two) = ((await worker.TokenAsync())!, (await worker.TokenAsync())!);
        one.ShouldNotBe(two);
        var edition = await _host.Services.GetRequiredService<PassKeys>().NowAsync();
        var verifier = new HealthPass.PassVerifier(edition.List);
        var claims = new[] { one, two }.Select(t => ((HealthPass.PassVerdict.Accepted)verifier.Verify(t, _clock.GetUtcNow())).Claims).ToArray();
        claims[0].Colour!.PassId.ShouldNotBe(claims[1].Colour!.PassId);
        claims[0].Colour!.MaskedName.ShouldBe("**明");
        claims[0].Certificate.ShouldBeNull();
        PassKeys.PersonOf(edition, claims[0].Colour!.PassId).ShouldBe(await worker.IdAsync());
    }

    [Fact]
    public async Task A_restrictive_list_of_one_organisation_alone_changes_nobody_whatever_reason_it_gives()
    {
        using var worker = await GreenAsync("王小明", 35);
        using var clerk = await _host.SignedInAsync("clerk", "health_recorder", "33", "Some bureau");
        await UploadAsync(clerk, $"document,name,region,kind,source,from,evidence\n{Resident.Card(35)},王小明,3301,IsolationOrder,DiseaseControl,2020-02-20,信访人员\n");
        (await worker.PageAsync()).ShouldContain("绿码");
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        await Should.ThrowAsync<Npgsql.PostgresException>(() => session.ExecuteAsync("UPDATE health_code.fact_batch SET approver = author, approved_organisation = 'Another', approved_at = now()"));
    }

    [Fact]
    public async Task An_account_without_an_organisation_cannot_bring_in_or_approve_what_restricts()
    {
        using var clerk = await _host.SignedInAsync("clerk", "health_recorder", "33");
        (await UploadAsync(clerk, $"document,name,region,kind,source,from\n{Resident.Card(36)},王小明,3301,Exposure,DiseaseControl,2020-02-20\n")).ShouldContain("problem=file");
    }

    [Fact]
    public async Task A_venue_s_scan_or_a_source_that_may_not_deliver_a_kind_is_refused_at_the_door()
    {
        using var clerk = await _host.SignedInAsync("clerk", "health_recorder", "33", "Mall");
        (await UploadAsync(clerk, $"document,name,region,kind,source,from\n{Resident.Card(37)},王小明,3301,Diagnosis,Venue,2020-02-20\n{Resident.Card(37)},王小明,3301,Exposure,Carrier,2020-02-20\n")).ShouldContain("problem=file");
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        (await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.fact")).ShouldBe(0);
    }

    [Fact]
    public async Task One_person_s_cookie_reads_and_appeals_nothing_of_another()
    {
        using var one = await GreenAsync("王小明", 38);
        using var other = await GreenAsync("李小红", 39);
        var id = await one.IdAsync();
        await using var session = await _host.Database.Database.BeginAsync(Person.ActorOf(await other.IdAsync()));
        (await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.fact WHERE person_id = @id", new { id })).ShouldBe(0);
        (await Appeals.FileAsync(session, id, 1, "not mine")).ShouldBeOfType<AppealOutcome.NotFound>();
        (await session.ExecuteAsync("UPDATE health_code.fact SET withdrawn_at = now() WHERE person_id = @id", new { id })).ShouldBe(0);
    }

    [Fact]
    public async Task A_resident_s_sign_in_gives_nothing_outside_her_own_pages()
    {
        using var worker = await GreenAsync("王小明", 40);
        foreach (var page in new[] { "/health/batches", "/health/appeals", "/outbreak/warnings", "/audit", "/access" })
            (await worker.Browser.GetAsync(new Uri(page, UriKind.Relative))).StatusCode.ShouldBeOneOf([HttpStatusCode.Redirect, HttpStatusCode.Forbidden], page);
    }

    [Fact]
    public async Task What_is_out_of_time_is_deleted_and_a_receipt_says_how_much_without_saying_what()
    {
        using var worker = await GreenAsync("王小明", 41);
        await worker.PostAsync("/health/check-in", ("temperature", "36.5"));
        _clock.Advance(TimeSpan.FromDays(90));
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await _host.Services.GetServices<IJob>().Single(j => j.Name == "health.delete-expired").RunAsync(session, default);
            await session.CommitAsync();
        }
        await using var after = await _host.Database.Database.BeginAsync(Actor.System);
        (await after.QuerySingleAsync<long>("SELECT count(*) FROM health_code.fact")).ShouldBe(0);
        (await after.QuerySingleAsync<long>("SELECT count(*) FROM health_code.check_in")).ShouldBe(0);
        (await after.QueryAsync<string>("SELECT what FROM health_code.deletion_receipt ORDER BY what")).ShouldContain("check_in");
    }

    [Fact]
    public async Task After_its_last_day_the_health_code_is_over_until_a_named_authority_renews_it()
    {
        using var worker = await GreenAsync("王小明", 43);
        var token = (await worker.TokenAsync())!;
        _clock.Advance(TimeSpan.FromDays(Sunset.DaysMax));
        (await worker.Browser.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await CheckAsync(token)).ShouldNotContain("valid");
        (await worker.Browser.GetAsync(new Uri("/outbreak", UriKind.Relative))).StatusCode.ShouldNotBe(HttpStatusCode.Gone);
        var sunset = _host.Services.GetRequiredService<Sunset>();
        var today = Platform.ChinaDay.Of(_clock.GetUtcNow());
        (await sunset.RenewAsync(today.AddDays(30), " ", "test")).IsDone.ShouldBeFalse();
        (await sunset.RenewAsync(today.AddDays(1_000), "headquarters, notice 12", "test")).IsDone.ShouldBeFalse();
        (await sunset.RenewAsync(today.AddDays(30), "headquarters, notice 12", "test")).IsDone.ShouldBeTrue();
        (await worker.Browser.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var session = await _host.Database.Database.BeginAsync(Actor.System);
        (await session.QuerySingleAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE details LIKE '%notice 12%'")).ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_that_identifies_a_person_stands_in_the_database_in_clear()
    {
        using var worker = await GreenAsync("欧阳小明", 42);
        await using var connection = new Npgsql.NpgsqlConnection(_host.Database.SuperuserConnectionString);
        await connection.OpenAsync();
        foreach (var table in new[] { "health_code.person", "health_code.fact", "health_code.sms", "health_code.sign_in_code", "platform.audit_entry", "platform.outbox_event" })
        {
            await using var command = new Npgsql.NpgsqlCommand($"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t", connection);
            var text = (string)(await command.ExecuteScalarAsync())!;
            foreach (var secret in new[] { "欧阳小明", Resident.Card(42), "13800000042", Convert.ToHexStringLower(Encoding.UTF8.GetBytes("欧阳小明")), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Resident.Card(42))) }) text.ShouldNotContain(secret, customMessage: table);
        }
    }

    private async Task<Resident> GreenAsync(string name, int order)
    {
        var resident = new Resident(_host, name, Resident.Card(order), "138000000" + order);
        (await resident.SignInAsync()).ShouldBe("/health");
        await resident.PostAsync("/health/declaration", ("from", ""));
        (await resident.PageAsync()).ShouldContain("绿码");
        return resident;
    }

    private async Task<string> CheckAsync(string token)
    {
        using var gate = _host.Browser();
        using var body = new StringContent(token, Encoding.ASCII, "text/plain");
        return await (await gate.PostAsync(new Uri(CheckPass.Path, UriKind.Relative), body)).Content.ReadAsStringAsync();
    }

    private static Task<string> UploadAsync(HttpClient staff, string csv) => RunningHost.UploadAsync(staff, "/health/batches", "/health/batches/imports", "facts.csv", csv);
}
