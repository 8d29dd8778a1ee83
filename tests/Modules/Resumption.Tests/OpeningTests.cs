using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Outbreak;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Rules;
using Rongtong.Rules;

namespace Rongtong.Resumption.Tests;

/// <summary>Openings: the rule decides what is needed, the list decides what may be asked, the clock decides what silence means.</summary>
public sealed class OpeningTests : World
{
    [Theory]
    [InlineData("2020-03-06", "low", false, 50, "none")]
    [InlineData("2020-03-06", "medium", false, 99, "notice")]
    [InlineData("2020-03-06", "medium", false, 100, "filing")]
    [InlineData("2020-03-06", "medium", false, null, "filing")]
    [InlineData("2020-03-06", "high", false, 5, "approval")]
    [InlineData("2020-03-06", "low", true, 5, "approval")]
    [InlineData("2020-03-06", "undetermined", false, 5, "filing")]
    [InlineData("2020-03-02", "low", false, 5, "filing")]
    [InlineData("2020-03-03", "low", false, 5, "none")]
    [InlineData("2020-02-20", "medium", false, 5, "approval")]
    public void The_rule_of_the_day_says_what_an_opening_needs(string day, string tier, bool hubei, int? staff, string track)
    {
        var table = DatedRules.On(DatedRules.Openings, DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));
        var decision = table.Decide(DatedRules.Facts(Enum.Parse<RiskTier>(tier, ignoreCase: true), hubei ? "420102" : "330106", staff));
        decision.ShouldBeOfType<Decision.Decided>().Outcome.ShouldBe(track);
    }

    [Fact]
    public void An_unknown_tier_gives_the_precaution_not_the_mildest_way() =>
        DatedRules.On(DatedRules.Openings, new(2020, 3, 6)).Decide(DatedRules.Facts(null, "330106", 50)).ShouldBeOfType<Decision.Decided>().Outcome.ShouldBe("approval");

    [Fact]
    public void An_opening_moves_only_along_its_states()
    {
        var waiting = Opening.Begin("filing", ["industry", "health"]);
        var one = waiting.Next(new OpeningEvent.Agreed("industry"))!;
        one.Status.ShouldBe(OpeningStatus.Waiting);
        one.Next(new OpeningEvent.Agreed("industry")).ShouldBeNull("an office answers once");
        one.Next(new OpeningEvent.Agreed("police")).ShouldBeNull("only offices of the list are asked");
        one.Next(new OpeningEvent.Agreed("health"))!.Status.ShouldBe(OpeningStatus.Agreed);
        one.Next(new OpeningEvent.Refused("health"))!.Status.ShouldBe(OpeningStatus.Refused);
        waiting.Next(new OpeningEvent.Silence("deemed"))!.Status.ShouldBe(OpeningStatus.Deemed);
        var escalated = waiting.Next(new OpeningEvent.Silence("escalated"))!;
        escalated.Next(new OpeningEvent.Silence("deemed")).ShouldBeNull("silence speaks once");
        escalated.Next(new OpeningEvent.Agreed("industry")).ShouldNotBeNull();
        foreach (var end in new[] { "none", "notice" }) Opening.Begin(end, []).Next(new OpeningEvent.TakenBack()).ShouldBeNull();
    }

    [Fact]
    public async Task In_a_low_risk_county_nothing_is_needed_and_the_factory_may_work_at_once()
    {
        var filed = await FileAsync();
        (filed.Track, filed.Status, filed.DueAt).ShouldBe(("none", OpeningStatus.Open, (DateTimeOffset?)null));
        (await EventsAsync(DeadlineSet.Kind)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_is_due_at_the_end_of_the_second_working_day()
    {
        var filed = await FilingAsync();
        filed.DueAt.ShouldBe(new DateTimeOffset(2020, 3, 11, 0, 0, 0, TimeSpan.FromHours(8)), "filed on a Friday: Monday, Tuesday, to midnight");
        JsonSerializer.Deserialize<DeadlineSet>((await EventsAsync(DeadlineSet.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Key.ShouldBe($"resumption.opening:{filed.Id}");
    }

    [Fact]
    public async Task Both_offices_agree_and_every_step_stands_on_the_applicant_s_page()
    {
        var id = (await FilingAsync()).Id;
        await AnswerAsync(id, "industry", true);
        (await AnswerAsync(id, "health", true)).ShouldBe(new StepOutcome.Done(OpeningStatus.Agreed));
        (await EventsAsync(DeadlineMet.Kind)).Count.ShouldBe(1);
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        var page = await owner.GetStringAsync(new Uri($"/resumption/openings/{id}", UriKind.Relative));
        page.ShouldContain("已同意");
        page.ShouldContain("国办发明电〔2020〕6号");
    }

    [Fact]
    public async Task Twenty_one_documents_are_asked_and_those_outside_the_list_are_refused_by_name_with_the_clause()
    {
        var id = (await FilingAsync()).Id;
        string[] asked = [.. DatedRules.List.Documents.Select(d => d.Id), .. Enumerable.Range(1, 21 - DatedRules.List.Documents.Count).Select(n => $"证明{n}")];
        var refused = (await AsAsync(Officer(), session => AnswerOpening.AskAsync(session, Offices, id, asked, default))).ShouldBeOfType<StepOutcome.NotOnTheList>();
        refused.Names.ShouldBe(asked[DatedRules.List.Documents.Count..]);
        refused.Clause.Clause.Chinese.ShouldContain("清单之外");
        (await AsAsync(Officer(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.opening_document"))).ShouldBe(0, "nothing is asked when anything is unlisted");
        (await AsAsync(Officer(), session => AnswerOpening.AskAsync(session, Offices, id, ["prevention-plan"], default))).ShouldBe(new StepOutcome.Done(OpeningStatus.Waiting));
    }

    [Fact]
    public async Task Silence_at_the_deadline_counts_as_agreed_for_a_filing_and_once()
    {
        var filed = await FilingAsync();
        await PassAsync(filed.Id, filed.DueAt!.Value);
        (await StatusAsync(filed.Id)).ShouldBe("deemed");
        await PassAsync(filed.Id, filed.DueAt.Value);
        (await AsAsync(Owner(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.opening_step WHERE kind = 'deemed'"))).ShouldBe(1);
        (await AnswerAsync(filed.Id, "industry", false)).ShouldBe(new StepOutcome.NotPossible(OpeningStatus.Deemed), "a late refusal changes nothing");
    }

    [Fact]
    public async Task Silence_on_an_approval_goes_to_the_office_above_and_opens_a_case_there()
    {
        Known.Tiers["3301"] = RiskTier.High;
        var filed = await FileAsync();
        await PassAsync(filed.Id, filed.DueAt!.Value);
        (await StatusAsync(filed.Id)).ShouldBe("escalated");
        JsonSerializer.Deserialize<CaseWanted>((await EventsAsync(CaseWanted.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Region.ShouldBe("3301");
        (await AnswerAsync(filed.Id, "industry", true)).ShouldBe(new StepOutcome.Done(OpeningStatus.Escalated));
    }

    [Fact]
    public async Task An_officer_of_another_district_sees_no_opening_and_cannot_answer_one()
    {
        var id = (await FilingAsync()).Id;
        (await AsAsync(Officer("3302"), session => AnswerOpening.AnswerAsync(session, Offices, id, "industry", false, "no", default))).ShouldBeOfType<StepOutcome.NotFound>();
        (await AsAsync(Owner(Neighbour), session => AnswerOpening.WithdrawAsync(session, id, default))).ShouldBeOfType<StepOutcome.NotFound>();
        (await StatusAsync(id)).ShouldBe("waiting");
    }

    [Fact]
    public async Task An_enterprise_cannot_write_an_office_s_answer_even_past_the_use_cases()
    {
        var id = (await FilingAsync()).Id;
        (await AsAsync(Owner(), session => session.ExecuteAsync("UPDATE resumption.opening_office SET answer = 'agreed' WHERE opening_id = @id", new { id }))).ShouldBe(0);
    }

    [Fact]
    public async Task Of_two_officers_at_once_one_answers_and_the_other_is_told()
    {
        var id = (await FilingAsync()).Id;
        var outcomes = await Task.WhenAll(AnswerAsync(id, "industry", true, "one"), AnswerAsync(id, "industry", false, "two"));
        outcomes.Count(o => o is StepOutcome.Done).ShouldBe(1);
        outcomes.Count(o => o is StepOutcome.NotPossible).ShouldBe(1);
    }

    [Fact]
    public async Task An_officer_answers_only_for_the_office_of_his_organisation()
    {
        var id = (await FilingAsync()).Id;
        (await AsAsync(Officer(), session => AnswerOpening.AnswerAsync(session, Offices, id, "health", true, "", default))).ShouldBe(new StepOutcome.NotYourOffice("health"));
        var grocer = Officer(organisation: "Grocery bureau");
        (await AsAsync(grocer, session => AnswerOpening.AnswerAsync(session, Offices, id, "industry", true, "", default))).ShouldBe(new StepOutcome.NotYourOffice("industry"));
        (await AsAsync(grocer, session => AnswerOpening.AskAsync(session, Offices, id, ["commitment"], default))).ShouldBe(new StepOutcome.NotYourOffice(""));
        (await StatusAsync(id)).ShouldBe("waiting");
    }

    [Fact]
    public async Task One_person_answers_for_one_office_even_where_his_organisation_answers_for_two()
    {
        var both = new OfficeBindings("""{"bindings": [{"organisation": "County office", "office": "industry"}, {"organisation": "County office", "office": "health"}, {"organisation": "x", "office": "headquarters"}]}""", "test");
        var id = (await FilingAsync()).Id;
        var clerk = Officer(organisation: "County office");
        (await AsAsync(clerk, session => AnswerOpening.AnswerAsync(session, both, id, "industry", true, "", default))).ShouldBeOfType<StepOutcome.Done>();
        (await AsAsync(clerk, session => AnswerOpening.AnswerAsync(session, both, id, "health", true, "", default))).ShouldBeOfType<StepOutcome.SamePerson>();
        await Should.ThrowAsync<Npgsql.PostgresException>(() => AsAsync(clerk, session => session.ExecuteAsync("UPDATE resumption.opening_office SET answer = 'agreed', answered_by = @author, organisation = 'x' WHERE opening_id = @id AND office = 'health'", new { id, author = clerk.Id })));
        (await AsAsync(Officer(name: "second", organisation: "County office"), session => AnswerOpening.AnswerAsync(session, both, id, "health", true, "", default))).ShouldBe(new StepOutcome.Done(OpeningStatus.Agreed));
    }

    [Fact]
    public async Task The_page_offers_each_officer_the_answer_of_his_own_office()
    {
        var id = (await FilingAsync()).Id;
        using var industry = await Host.SignedInAsync("industry", "industry_officer", "3301", "Industry bureau");
        using var grocer = await Host.SignedInAsync("grocer", "industry_officer", "3301", "Grocery bureau");
        var page = new Uri($"/resumption/openings/{id}", UriKind.Relative);
        var shown = await industry.GetStringAsync(page);
        shown.ShouldContain("ground-industry");
        shown.ShouldNotContain("ground-health");
        (await grocer.GetStringAsync(page)).ShouldContain("您所在单位没有被指定答复这份申请");
        (await HostTesting.RunningHost.PostAsync(industry, page.OriginalString, page.OriginalString + "/answers", ("office", "health"), ("agreed", "true"), ("ground", ""))).Headers.Location!.OriginalString.ShouldEndWith("problem=not-your-office");
    }

    [Fact]
    public void For_every_office_that_an_opening_asks_there_is_a_demo_account()
    {
        foreach (var office in DatedRules.List.Offices.Values.SelectMany(o => o).Distinct()) DemoAccounts.Logins.Any(l => Offices.Of(l.Organisation).Contains(office) && Roles.PermissionsOf([l.Role]).Contains(ResumptionPermissions.Decide)).ShouldBeTrue(office);
    }

    [Theory]
    [InlineData("""{"bindings": [{"organisation": "x", "office": "police"}]}""", "one of headquarters, health, industry was expected")]
    [InlineData("""{"bindings": [{"organisation": "x", "office": "industry"}]}""", "binds nobody to headquarters, health")]
    [InlineData("""{"bindings": [{"organisation": " ", "office": "industry"}]}""", "binding 1, names no organisation")]
    [InlineData("[]", "docs/how-to/bind-offices.md")]
    public void A_list_of_offices_that_cannot_be_used_says_where_and_what_was_expected(string json, string expected) =>
        Should.Throw<InvalidOperationException>(() => new OfficeBindings(json, "offices.json")).Message.ShouldContain(expected);

    [Fact]
    public async Task A_refusal_needs_a_ground_can_be_appealed_and_does_not_bar_a_new_filing()
    {
        var id = (await FilingAsync()).Id;
        (await AsAsync(HealthOfficer, session => AnswerOpening.AnswerAsync(session, Offices, id, "health", false, " ", default))).ShouldBeOfType<StepOutcome.TextMissing>();
        await AnswerAsync(id, "health", false);
        (await AsAsync(Owner(), session => AnswerOpening.AppealAsync(session, id, "隔离房间已备好", default))).ShouldBeOfType<StepOutcome.Done>();
        JsonSerializer.Deserialize<CaseWanted>((await EventsAsync(CaseWanted.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Category.ShouldBe("rules");
        (await FileAsync(150)).Id.ShouldBeGreaterThan(id);
    }

    [Fact]
    public async Task A_second_filing_while_one_is_open_is_refused()
    {
        var first = await FilingAsync();
        (await TryAsync(150)).ShouldBe(new FilingOutcome.AlreadyFiled(first.Id));
    }

    [Fact]
    public async Task Notice_and_commitment_asks_for_the_commitment()
    {
        Known.Tiers["3301"] = RiskTier.Medium;
        (await AsAsync(Owner(), session => Filing.RunAsync(session, Factory, new(2020, 3, 7), 50, false, default))).ShouldBeOfType<FilingOutcome.CommitmentMissing>();
        (await FileAsync(50)).Status.ShouldBe(OpeningStatus.Committed);
    }

    [Theory]
    [InlineData("2020-03-05", 10, "day")]
    [InlineData("2020-05-06", 10, "day")]
    [InlineData("2020-03-07", -1, "staff")]
    public async Task A_filing_that_makes_no_sense_is_refused_by_field(string day, int staff, string field) =>
        (await AsAsync(Owner(), session => Filing.RunAsync(session, Factory, DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture), staff, true, default))).ShouldBe(new FilingOutcome.Invalid(field));

    [Fact]
    public async Task What_was_shown_and_left_alone_is_not_counted_as_typed()
    {
        Known.Staff = 150;
        await FileAsync(150, new(2020, 3, 6));
        (await TypedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_changed_is_counted_as_typed()
    {
        Known.Staff = 150;
        await FileAsync(151, new(2020, 3, 9));
        (await TypedAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_form_that_asks_what_is_held_is_refused_with_the_place_where_it_is_held()
    {
        var held = (await DefineAsync("electricity")).ShouldBeOfType<FormOutcome.Held>();
        held.Place.English.ShouldContain("observations");
        (await DefineAsync("staff.present")).ShouldBe(new FormOutcome.AskedAlready("staff.present", "daily-report"));
        (await DefineAsync("masks.left")).ShouldBeOfType<FormOutcome.Defined>();
        (await DefineAsync("masks.left")).ShouldBe(new FormOutcome.AskedAlready("masks.left", "表"));
    }

    [Fact]
    public async Task A_closed_form_asks_nobody_any_more_keeps_its_answers_and_frees_its_fact()
    {
        var form = (await DefineAsync("masks.left")).ShouldBeOfType<FormOutcome.Defined>().Id;
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        await HostTesting.RunningHost.PostAsync(owner, "/resumption/own", $"/resumption/own/forms/{form}", ("masks.left", "500"));
        (await AsAsync(Officer("3302"), session => CloseForm.RunAsync(session, form, default))).ShouldBeFalse("it is no form of theirs");
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "3301", "Industry bureau");
        (await HostTesting.RunningHost.PostAsync(officer, "/resumption/burden", $"/resumption/forms/{form}/closure")).Headers.Location!.OriginalString.ShouldBe("/resumption/burden");
        (await officer.GetStringAsync(new Uri("/resumption/burden", UriKind.Relative))).ShouldContain("停用");
        (await AsAsync(Officer(), session => CloseForm.RunAsync(session, form, default))).ShouldBeFalse("it is closed once");
        (await AsAsync(Officer(), session => session.QuerySingleAsync<string>("SELECT value FROM resumption.form_answer"))).ShouldBe("500");
        (await DefineAsync("masks.left")).ShouldBeOfType<FormOutcome.Defined>();
        (await DefineAsync("masks.left")).ShouldBeOfType<FormOutcome.AskedAlready>();
    }

    [Fact]
    public async Task The_page_marks_row_by_row_what_is_an_example_and_not_a_published_text()
    {
        var current = DatedRules.Openings[^1];
        DatedRules.IsExample(current, "low").ShouldBeFalse("no approval in low-risk counties is what the notice says");
        DatedRules.IsExample(current, "medium-small").ShouldBeTrue("the line of 100 staff is ours");
        DatedRules.IsExample(current, "a-row-that-says-nothing").ShouldBeTrue();
        DatedRules.Silences.SelectMany(t => t.Document.Rows.Select(r => DatedRules.IsExample(t, r.Id))).ShouldAllBe(example => example);
        using var nobody = Host.Browser();
        var rows = DatedRules.Openings.Concat(DatedRules.Silences).Sum(t => t.Document.Rows.Count(r => DatedRules.IsExample(t, r.Id))) + DatedRules.List.Documents.Count(d => d.Example);
        (await nobody.GetStringAsync(new Uri("/resumption/rules", UriKind.Relative))).Split("text-bg-warning").Length.ShouldBe(rows + 1);
    }

    private FileOpening Filing => Host.Services.GetRequiredService<FileOpening>();

    private async Task<FilingOutcome.Filed> FilingAsync()
    {
        Known.Tiers["3301"] = RiskTier.Medium;
        return await FileAsync(150);
    }

    private async Task<FilingOutcome.Filed> FileAsync(int staff = 10, DateOnly? day = null) => (await TryAsync(staff, day)).ShouldBeOfType<FilingOutcome.Filed>();

    private Task<FilingOutcome> TryAsync(int staff, DateOnly? day = null) => AsAsync(Owner(), session => Filing.RunAsync(session, Factory, day ?? new(2020, 3, 6), staff, true, default));

    [Fact]
    public async Task An_office_that_only_answers_openings_reads_them_and_nothing_else()
    {
        var id = (await AsAsync(Owner(), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, Factory, new(2020, 3, 6), 10, true, default))).ShouldBeOfType<FilingOutcome.Filed>().Id;
        using var health = await Host.SignedInAsync("health", "opening_officer", "3301", "Health bureau");
        (await health.GetStringAsync(new Uri($"/resumption/openings/{id}", UriKind.Relative))).ShouldContain("示例制造厂");
        foreach (var closed in new[] { "/enterprises/imports", "/outbreak/data" }) (await health.GetAsync(new Uri(closed, UriKind.Relative))).IsSuccessStatusCode.ShouldBeFalse(closed);
    }

    private static Actor HealthOfficer => Officer(name: "health", organisation: "Health bureau");

    /// <summary>Answered by somebody of the office.</summary>
    private Task<StepOutcome> AnswerAsync(long id, string office, bool isAgreed, string officer = "officer") => AsAsync(office == "health" ? HealthOfficer : Officer(name: officer), session => AnswerOpening.AnswerAsync(session, Offices, id, office, isAgreed, isAgreed ? "" : "缺少隔离房间", default));

    private async Task PassAsync(long id, DateTimeOffset dueAt) => await AsAsync(Actor.System, async session =>
    {
        await new WhenDeadlinePassed().HandleAsync(session, new OutboxEvent(1, DeadlinePassed.Kind, "", JsonSerializer.Serialize(new DeadlinePassed($"resumption.opening:{id}", dueAt), JsonSerializerOptions.Web), Clock.GetUtcNow()), default);
        return true;
    });

    private Task<string> StatusAsync(long id) => AsAsync(Owner(), session => session.QuerySingleAsync<string>("SELECT status FROM resumption.opening WHERE id = @id", new { id }));

    private Task<int> TypedAsync() => AsAsync(Owner(), session => session.QuerySingleAsync<int>("SELECT sum(typed)::int FROM resumption.burden"));

    /// <summary>As the endpoint does: a refused form is not committed.</summary>
    private async Task<FormOutcome> DefineAsync(string fact)
    {
        await using var session = await Host.Database.Database.BeginAsync(Officer());
        var outcome = await DefineForm.RunAsync(session, "3301", "表", [new(fact, "多少？")], default);
        if (outcome is FormOutcome.Defined) await session.CommitAsync();
        return outcome;
    }
}
