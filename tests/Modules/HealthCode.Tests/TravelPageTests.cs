using System.Net;
using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform.Access;

namespace Rongtong.HealthCode.Tests;

public sealed class TravelPageTests : IAsyncLifetime
{
    private const string Page = "/health/travel";
    private TravelHost _host = null!;

    public async Task InitializeAsync() => _host = (await TravelHost.StartAsync()).WithRisk("420106", RiskTier.High);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Nobody_signed_in_sees_no_places()
    {
        await _host.AddStayAsync(await _host.AddPersonAsync(), "420106", 3, 2);
        (await _host.Browser().GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldNotContain("武昌");
    }

    [Fact]
    public async Task A_person_sees_her_places_and_not_another_s()
    {
        var (mine, other) = (await _host.AddPersonAsync(), await _host.AddPersonAsync("330106198502023456", "13900005678"));
        await _host.AddStayAsync(mine, "420106", 3, 2);
        await _host.AddStayAsync(other, "3303", 3, 2);
        var answer = await _host.Browser(mine).GetAsync(new Uri(Page, UriKind.Relative));
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("湖北省武汉市武昌区");
        html.ShouldContain("data-standing=\"Visited\"");
        html.ShouldNotContain("温州");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        html.ShouldNotContain("⟦");
        (await _host.Browser(mine).GetStringAsync(new Uri(Page + "?culture=en&ui-culture=en", UriKind.Relative))).ShouldContain("I was there");
    }

    [Fact]
    public async Task A_disputed_stay_turns_the_colour_and_both_versions_remain()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        var before = await ColourAsync(person);
        before.ShouldBe(Colour.Colour.Yellow);
        var fact = await FactInForceAsync(person);
        var answer = await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{fact}/answer", ("answer", "wrong"));
        answer.Headers.Location!.OriginalString.ShouldBe(Page);
        (await StoredColourAsync(person)).ShouldNotBe(before);
        (await _host.Browser(person).GetStringAsync(new Uri(Page, UriKind.Relative))).ShouldContain("data-standing=\"Disputed\"");
        var versions = await _host.QueryAsync<(long Id, bool InForce, string? Said, string Source, string? By)>("SELECT id, withdrawn_at = 'infinity', detail->>'confirmedByPerson', source, withdrawn_by FROM health_code.fact WHERE kind = 'Stay' ORDER BY id");
        versions.Select(v => (v.InForce, v.Said, v.Source, v.By)).ShouldBe([(false, null, "Carrier", "person:" + person), (true, "false", "Carrier", null)]);
        // And back: what was disputed can be confirmed.
        await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{versions[1].Id}/answer", ("answer", "right"));
        (await StoredColourAsync(person)).ShouldBe(before);
    }

    [Fact]
    public async Task Confirming_makes_it_certain_and_saying_it_again_changes_nothing()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "3303", 3, 2, confidence: 0.6f);
        await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{await FactInForceAsync(person)}/answer", ("answer", "right"));
        var confirmed = await FactInForceAsync(person);
        await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{confirmed}/answer", ("answer", "right"));
        (await FactInForceAsync(person)).ShouldBe(confirmed);
        (await _host.QueryAsync<float>("SELECT confidence FROM health_code.fact WHERE kind = 'Stay' AND withdrawn_at = 'infinity'")).ShouldBe([1f]);
    }

    [Fact]
    public async Task A_correction_disputes_the_stay_and_records_the_person_s_own()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{await FactInForceAsync(person)}/answer",
            ("answer", "elsewhere"), ("province", "浙江"), ("place", "温州"), ("from", "2020-02-17"), ("to", "2020-02-18"));
        await using var session = await _host.Database.BeginAsync(Person(person));
        var history = await _host.Get<ReadTravel>().OfAsync(session, person);
        history.Places.Select(p => (p.RegionCode, p.Standing)).ShouldBe([("3303", VisitStanding.Visited), ("420106", VisitStanding.Disputed)], ignoreOrder: true);
    }

    [Theory]
    [InlineData("浙江", "不存在的地方", "2020-02-17", "2020-02-18", "place")]
    [InlineData("浙江", "温州", "2020-02-18", "2020-02-17", "days")]
    [InlineData("浙江", "温州", "2020-02-18", "2020-02-21", "days")]
    [InlineData("浙江", "温州", "yesterday", "2020-02-18", "days")]
    public async Task A_correction_that_cannot_be_is_refused_and_changes_nothing(string province, string place, string from, string to, string problem)
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        var fact = await FactInForceAsync(person);
        var answer = await TravelHost.PostAsync(_host.Browser(person), Page, $"/health/travel/facts/{fact}/answer", ("answer", "elsewhere"), ("province", province), ("place", place), ("from", from), ("to", to));
        answer.Headers.Location!.OriginalString.ShouldBe(Page + "?problem=" + problem);
        (await FactInForceAsync(person)).ShouldBe(fact);
    }

    [Fact]
    public async Task Nobody_answers_for_somebody_else()
    {
        var (mine, other) = (await _host.AddPersonAsync(), await _host.AddPersonAsync("330106198502023456", "13900005678"));
        await _host.AddStayAsync(mine, "3301", 3, 2);
        await _host.AddStayAsync(other, "420106", 3, 2);
        var theirs = await FactInForceAsync(other);
        var answer = await TravelHost.PostAsync(_host.Browser(mine), Page, $"/health/travel/facts/{theirs}/answer", ("answer", "wrong"));
        answer.Headers.Location!.OriginalString.ShouldBe(Page + "?problem=gone");
        (await FactInForceAsync(other)).ShouldBe(theirs);
        await using var session = await _host.Database.BeginAsync(Person(mine));
        (await AnswerPlace.DisputePlace(session, other, theirs)).ShouldBeOfType<AnswerOutcome.NotFound>();
    }

    [Fact]
    public async Task A_post_without_the_page_s_token_is_refused()
    {
        var person = await _host.AddPersonAsync();
        await _host.AddStayAsync(person, "420106", 3, 2);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("answer", "wrong")]);
        (await _host.Browser(person).PostAsync(new Uri($"/health/travel/facts/{await FactInForceAsync(person)}/answer", UriKind.Relative), form)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public void Neighbours_are_read_from_the_map()
    {
        var neighbours = _host.Get<OutlineNeighbours>();
        neighbours.Are("3301", "330483").ShouldBeTrue("Hangzhou and Tongxiang of Jiaxing");
        neighbours.Are("110112", "1310").ShouldBeTrue("Tongzhou of Beijing and Langfang of Hebei");
        neighbours.Are("3301", "3303").ShouldBeFalse("Hangzhou and Wenzhou");
        neighbours.Are("110112", "3301").ShouldBeFalse("Beijing and Hangzhou");
        neighbours.Are("3301", "3301").ShouldBeFalse();
    }

    private static Actor Person(long id) => People.Person.ActorOf(id);

    private async Task<Colour.Colour> ColourAsync(long person)
    {
        await using var session = await _host.Database.BeginAsync(Person(person));
        var colours = await _host.Get<RefreshColours>().OfAsync(session, [person]);
        await session.CommitAsync();
        return colours[person].Colour;
    }

    private async Task<Colour.Colour> StoredColourAsync(long person) => (Colour.Colour)(await _host.QueryAsync<short>("SELECT colour FROM health_code.colour WHERE person_id = @person", new { person })).Single();

    private async Task<long> FactInForceAsync(long person) => (await _host.QueryAsync<long>("SELECT id FROM health_code.fact WHERE person_id = @person AND kind = 'Stay' AND withdrawn_at = 'infinity'", new { person })).Single();
}
