using Rongtong.Platform.Access;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Tests;

public sealed class CreditCodeTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    [Theory]
    [InlineData("91350100M000100Y43")]
    [InlineData("91110000600037341L")]
    [InlineData("121200004013590816")]
    [InlineData("91440300708461136T")]
    [InlineData(DemoAccounts.DemoEnterprise)]
    public void A_published_code_passes_both_checks(string code) => CreditCode.Check(code).ShouldBe(CreditCodeFindings.None);

    [Theory]
    [InlineData("91350100M000100Y4", "Length")]
    [InlineData("", "Length")]
    [InlineData("91350100M000100Y4Z", "Alphabet")]
    [InlineData("9135O100M000100Y43", "Alphabet")]
    [InlineData("91350100m000100Y43", "Alphabet")]
    [InlineData("91350100M000100Y44", "Outer")]
    [InlineData("91350100M000100Y56", "Inner")]
    public void Each_kind_of_mistake_has_its_name(string code, string expected) => CreditCode.Check(code).ToString().ShouldBe(expected);

    [Fact]
    public void A_letter_in_the_registrars_division_is_named() => CreditCode.Check("91A50100M000100Y43").ShouldBe(CreditCodeFindings.Division | CreditCodeFindings.Outer);

    [Theory]
    [InlineData("91350100M000100Y43")]
    [InlineData("91110000600037341L")]
    [InlineData("91420100MA4KRT0092")]
    public void Every_wrong_character_and_every_swap_of_neighbours_is_found(string code)
    {
        var tried = 0;
        for (var i = 0; i < code.Length; i++)
        {
            foreach (var other in Alphabet.Where(c => c != code[i]))
            {
                tried++;
                CreditCode.Check(code[..i] + other + code[(i + 1)..]).HasFlag(CreditCodeFindings.Outer).ShouldBeTrue($"{other} at {i}");
            }
            if (i + 1 < code.Length && code[i] != code[i + 1])
                CreditCode.Check(code[..i] + code[i + 1] + code[i] + code[(i + 2)..]).HasFlag(CreditCodeFindings.Outer).ShouldBeTrue($"swap at {i}");
        }
        tried.ShouldBe(18 * 30);
    }

    [Theory]
    [InlineData("９１３５０１００ｍ０００１００ｙ４３")]
    [InlineData(" 91350100-M000100Y4-3 ")]
    public void Ways_of_writing_a_code_are_brought_into_its_form(string text) => CreditCode.Normalise(text).ShouldBe("91350100M000100Y43");

    [Fact]
    public void The_right_check_characters_are_told()
    {
        CreditCode.ExpectedOuter("91350100M000100Y4X").ShouldBe('3');
        CreditCode.ExpectedInner("91350100M000100YX3").ShouldBe('4');
        CreditCode.ExpectedOuter("9135").ShouldBeNull();
        CreditCode.Complete("91350100M000100Y").ShouldBe("91350100M000100Y43");
    }

    [Fact]
    public void The_first_two_characters_say_who_registered_what()
    {
        CreditCode.DepartmentKey("91350100M000100Y43").ShouldBe("registry.code.department.9");
        CreditCode.KindKey("91350100M000100Y43").ShouldBe("registry.code.kind.91");
        CreditCode.KindKey("121200004013590816").ShouldBe("registry.code.kind.12");
        CreditCode.DepartmentKey("A1350100M000100Y43").ShouldBe("registry.code.department.x");
    }
}
