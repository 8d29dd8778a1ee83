using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Rongtong.Casework.Calendar;
using Rongtong.Testing;

namespace Rongtong.Casework.Tests;

public sealed class CalendarTests
{
    private static readonly WorkingDays s_days = new(CalendarYear.Shipped);

    [SharedTheory("data/calendar")]
    [InlineData(2019)]
    [InlineData(2020)]
    [InlineData(2021)]
    public void Every_day_of_a_shipped_year_is_what_an_independent_collection_of_the_notices_says(int year)
    {
        using var peer = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"data/calendar/holiday-cn_{year}.json")));
        var isOff = peer.RootElement.GetProperty("days").EnumerateArray().ToDictionary(d => DateOnly.ParseExact(d.GetProperty("date").GetString()!, "yyyy-MM-dd"), d => d.GetProperty("isOffDay").GetBoolean());
        isOff.Count.ShouldBeGreaterThan(25);
        var first = isOff.Keys.Min();
        for (var day = first < new DateOnly(year, 1, 1) ? first : new DateOnly(year, 1, 1); day.Year <= year; day = day.AddDays(1))
        {
            var working = isOff.TryGetValue(day, out var off) ? !off : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
            s_days.IsWorkingDay(day).ShouldBe(working, $"{day:yyyy-MM-dd}");
        }
    }

    [Fact]
    public void The_spring_festival_of_2020_lasted_until_the_second_of_february()
    {
        s_days.IsWorkingDay(new(2020, 1, 31)).ShouldBeFalse("a Friday of the extended holiday");
        s_days.IsWorkingDay(new(2020, 2, 1)).ShouldBeFalse("a working Saturday of the first notice, a holiday of the second");
        s_days.IsWorkingDay(new(2020, 2, 3)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("2020-02-20", 0, "2020-02-20")]
    [InlineData("2020-02-20", 1, "2020-02-21")]
    [InlineData("2020-02-20", 2, "2020-02-24")]
    [InlineData("2020-01-23", 1, "2020-02-03")]
    [InlineData("2020-04-30", 1, "2020-05-06")]
    [InlineData("2020-05-08", 1, "2020-05-09")]
    public void The_nth_working_day_does_not_count_the_day_itself(string from, int days, string expected) =>
        s_days.After(DateOnly.ParseExact(from, "yyyy-MM-dd"), days).ShouldBe(DateOnly.ParseExact(expected, "yyyy-MM-dd"));

    [Fact]
    public async Task A_term_ends_at_midnight_in_china()
    {
        await using var world = await CaseworkWorld.CreateAsync();
        world.Calendar.AfterWorkingDays(new DateTimeOffset(2020, 2, 20, 15, 59, 59, TimeSpan.Zero), 2).ShouldBe(new DateTimeOffset(2020, 2, 24, 16, 0, 0, TimeSpan.Zero));
        // One second later it is Friday in China.
        world.Calendar.AfterWorkingDays(new DateTimeOffset(2020, 2, 20, 16, 0, 0, TimeSpan.Zero), 2).ShouldBe(new DateTimeOffset(2020, 2, 25, 16, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Counting_takes_back_what_adding_gave()
    {
        Prop.ForAll(Gen.Choose(0, 1_400).ToArbitrary(), Gen.Choose(0, 60).ToArbitrary(), (offset, days) =>
        {
            var from = new DateOnly(2018, 6, 1).AddDays(offset);
            var to = s_days.After(from, days);
            return s_days.Between(from, to) == days && s_days.Between(to, from) == -days && (days == 0 || s_days.IsWorkingDay(to));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_year_without_a_notice_knows_weekends_alone_and_says_so()
    {
        s_days.Covers(2023).ShouldBeFalse();
        s_days.IsWorkingDay(new(2023, 10, 2)).ShouldBeTrue("a Monday: nobody has told that it is a holiday");
        s_days.Covers(2020).ShouldBeTrue();
    }

    [Fact]
    public async Task A_year_that_an_administrator_records_holds_at_once_and_its_newest_version_wins()
    {
        await using var world = await CaseworkWorld.CreateAsync();
        var administrator = new Rongtong.Platform.Access.Actor(Rongtong.Platform.Access.ActorKind.Account, "account:a", "a", ["*"], Rongtong.Platform.Access.Roles.PermissionsOf(["administrator"]));
        foreach (var lines in new[] { "2022-01-31 off 春节\n2022-02-01 off 春节", "2022-01-31 off 春节\n2022-01-29 work 春节" })
        {
            var year = CalendarEntry.Parse("2022", "国办发明电〔2021〕11号", lines).ShouldBeOfType<CalendarEntry.Understood>().Year;
            await world.DoAsync(administrator, session => WorkCalendar.RecordAsync(session, year, default));
        }
        await world.Calendar.FillAsync();
        world.Calendar.Days.Covers(2022).ShouldBeTrue();
        world.Calendar.IsWorkingDay(new(2022, 1, 29)).ShouldBeTrue();
        world.Calendar.IsWorkingDay(new(2022, 2, 1)).ShouldBeTrue("the newer version does not name it");
        await Should.ThrowAsync<Npgsql.PostgresException>(() => world.DoAsync(CaseworkWorld.CityOfficer, session => WorkCalendar.RecordAsync(session, CalendarYear.Shipped[0], default)));
    }

    [Theory]
    [InlineData("x", "c", "2022-01-31 off 春节", 0, "year")]
    [InlineData("2022", " ", "2022-01-31 off 春节", 0, "citation")]
    [InlineData("2022", "c", "\n\n", 0, "empty")]
    [InlineData("2022", "c", "2022-01-31 off 春节\n2022-01-31 work 春节", 2, "twice")]
    [InlineData("2022", "c", "2022-01-31 frei 春节", 1, "format")]
    [InlineData("2022", "c", "31.01.2022 off 春节", 1, "format")]
    [InlineData("2022", "c", "2023-01-01 off 元旦", 1, "outside")]
    [InlineData("2022", "c", "2021-11-30 off 元旦", 1, "outside")]
    public void A_list_that_is_wrong_is_refused_with_its_line(string year, string citation, string lines, int line, string problem) =>
        CalendarEntry.Parse(year, citation, lines).ShouldBe(new CalendarEntry.Wrong(line, problem));
}
