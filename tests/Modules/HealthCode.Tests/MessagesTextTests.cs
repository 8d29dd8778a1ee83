using FsCheck;
using FsCheck.Fluent;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthCode.Travel;

namespace Rongtong.HealthCode.Tests;

public sealed class MessagesTextTests
{
    [Theory]
    [InlineData("CXMYD1234", "1234")]
    [InlineData("cxmyd#1234", "1234")]
    [InlineData("CXMYD 123x", "123X")]
    [InlineData("ＣＸＭＹＤ＃１２３Ｘ", "123X")]
    [InlineData("  cxmyd　１２３４ \n", "1234")]
    public void A_question_for_places_is_understood_however_it_is_typed(string text, string lastFour) => IncomingText.Parse(text).ShouldBe(new IncomingText.AskPlaces(lastFour));

    [Theory]
    [InlineData("CXMYD")]
    [InlineData("CXMYD 123")]
    [InlineData("CXMYD 12345")]
    [InlineData("CXMYD 1234 5678")]
    [InlineData("你好")]
    [InlineData("")]
    public void Anything_else_is_unknown(string text) => IncomingText.Parse(text).ShouldBe(new IncomingText.Unknown());

    [Theory]
    [InlineData("打卡 36.5", 365, Symptoms.None)]
    [InlineData("dk36.5", 365, Symptoms.None)]
    [InlineData("DK 36.5 咳嗽", 365, Symptoms.Cough)]
    [InlineData("打卡３７．８℃，咳嗽、乏力", 378, Symptoms.Cough | Symptoms.Fatigue)]
    [InlineData("打卡 38度 sore throat", 380, Symptoms.SoreThroat)]
    [InlineData("打卡 36.5 无症状。", 365, Symptoms.None)]
    public void A_check_in_is_understood_however_it_is_typed(string text, int tenths, Symptoms symptoms) => IncomingText.Parse(text).ShouldBe(new IncomingText.CheckInToday(null, (short)tenths, symptoms));

    [Fact]
    public void Where_a_telephone_is_shared_the_last_four_say_who() => IncomingText.Parse("DK 123x 36.5").ShouldBe(new IncomingText.CheckInToday("123X", 365, Symptoms.None));

    [Theory]
    [InlineData("DK 33.9")]
    [InlineData("DK 43.1")]
    [InlineData("DK 36.55")]
    [InlineData("DK 365")]
    [InlineData("DK 36.5 头晕眼花")]
    [InlineData("DK 36.5 咳嗽 还有别的")]
    public void What_is_not_clear_is_not_guessed(string text) => IncomingText.Parse(text).ShouldBe(new IncomingText.UnclearCheckIn());

    [Theory]
    [InlineData("DK 34.0", 340)]
    [InlineData("DK 43", 430)]
    public void Both_ends_of_a_possible_temperature_are_taken(string text, int tenths) => IncomingText.Parse(text).ShouldBe(new IncomingText.CheckInToday(null, (short)tenths, Symptoms.None));

    [Fact]
    public void No_text_breaks_the_reader() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            IncomingText.Parse(text).ShouldNotBeNull();
            IncomingText.Parse("DK 36.5 " + text).ShouldNotBeNull();
            TravelProofs.Normalise(text);
            PhoneNumber.Normalise(text);
        }));

    [Theory]
    [InlineData("13800001111", "13800001111")]
    [InlineData("8613800001111", "13800001111")]
    [InlineData("+86 138-0000-1111", "13800001111")]
    [InlineData("008613800001111", "13800001111")]
    [InlineData("+44 7700 900123", "+447700900123")]
    [InlineData("Bank", null)]
    [InlineData("", null)]
    public void A_number_has_one_form(string typed, string? form) => PhoneNumber.Normalise(typed).ShouldBe(form);

    [Theory]
    [InlineData("abcd-efgh", "ABCDEFGH")]
    [InlineData("ＡＢＣＤ ＥＦＧＨ", "ABCDEFGH")]
    [InlineData("ABCDEFG0", null)]
    [InlineData("ABCDEFG", null)]
    public void A_short_code_is_read_as_people_type_it(string typed, string? code) => TravelProofs.Normalise(typed).ShouldBe(code);

    [Fact]
    public void A_phone_is_masked() => ShownTravel.Mask("13812345678").ShouldBe("138****5678");

    [Fact]
    public void Waits_between_attempts_double_up_to_ten_minutes() =>
        Enumerable.Range(0, 9).Select(a => SendSms.RetryAfter(a).TotalSeconds).ShouldBe([5, 10, 20, 40, 80, 160, 320, 600, 600]);
}
