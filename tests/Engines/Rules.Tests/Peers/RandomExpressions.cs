namespace Rongtong.Rules.Tests.Peers;

/// <summary>Random expressions over random data: mostly of the right types, sometimes not, now and then malformed.</summary>
internal sealed class RandomExpressions(int seed)
{
    private readonly Random _random = new(seed);
    private bool _malformed;

    /// <summary>An expression, its data, and whether something malformed was put into it.</summary>
    public (string Expression, string Data, bool IsMalformed) Next()
    {
        _malformed = false;
        var expression = Any(_random.Next(1, 5));
        return (expression, Data(), _malformed);
    }

    private string Any(int depth) => _random.Next(5) switch { 0 => Number(depth), 1 => Text(depth), 2 => List(depth), 3 => Time(depth), _ => Truth(depth) };

    /// <summary>What is asked for, but one time in twelve something else, and one time in eighty something that is no expression.</summary>
    private string Or(Func<int, string> wanted, int depth)
    {
        if (_random.Next(80) == 0)
        {
            _malformed = true;
            return Of("null", "1.5", "{}", """{"nothing":[1,2]}""", """{"if":[true,1]}""", """{"===":[1]}""", """{"var":1}""", """{"<":[1,2,3,4]}""", """{"+":1}""", """{"plusTime":["2020-01-01",1.5,"day"]}""", """{"plusTime":["2020-01-01",1,"week"]}""");
        }
        return _random.Next(12) == 0 ? Any(depth) : wanted(depth);
    }

    private string Truth(int depth) => depth == 0 ? Of("true", "false", """{"var":"p"}""", """{"var":"q"}""", """{"var":"nobody"}""", """{"var":"a"}""", """{"var":"s"}""", """{"var":"xs"}""") : _random.Next(9) switch
    {
        0 => $$"""{"!":[{{Or(Truth, depth - 1)}}]}""",
        1 => $$"""{"and":[{{Several(Truth, depth - 1, 2, 4)}}]}""",
        2 => $$"""{"{{Of("<", ">", "<=", ">=")}}":[{{Several(Number, depth - 1, 2, 3)}}]}""",
        3 => $$"""{"===":[{{Several(Simple, depth - 1, 2, 2)}}]}""",
        4 => $$"""{"in":[{{Or(Simple, depth - 1)}},{{Or(List, depth - 1)}}]}""",
        5 => $$"""{"{{Of("after", "before", "not-after", "not-before")}}":[{{Several(Time, Math.Max(1, depth - 1), 2, 3)}}]}""",
        6 => If(Truth, depth - 1),
        _ => Truth(0),
    };

    private string Number(int depth) => depth == 0 ? Of("0", "1", "-3", "7", "42", "2.0", """{"var":"a"}""", """{"var":"b"}""", """{"var":"xs.1"}""", """{"var":"m.n"}""") : _random.Next(5) switch
    {
        0 or 1 => $$"""{"+":[{{Several(Number, depth - 1, 2, 2)}}]}""",
        2 => If(Number, depth - 1),
        3 => $$"""{"reduce":[{{Or(List, depth - 1)}},{{Of(
            """{"+":[{"var":"accumulator"},{"var":"current"}]}""", """{"+":[{"var":"accumulator"},1]}""",
            """{"if":[{"<":[{"var":"accumulator"},{"var":"current"}]},{"var":"current"},{"var":"accumulator"}]}""", """{"var":"current.n"}""")}},{{Or(Number, 0)}}]}""",
        _ => Number(0),
    };

    private string Text(int depth) => depth == 0
        ? Of("\"\"", "\"武汉\"", "\"a\"", """{"var":"s"}""", """{"var":"t"}""", """{"var":"m.text"}""")
        : _random.Next(3) == 0 ? If(Text, depth - 1)
        : _random.Next(2) == 0 ? $$"""{"extractFromUVCI":[{{Of("""{"var":"uvci"}""", "\"URN:UVCI:01:NL:187/37512422923\"", "\"01/x#y:z\"", """{"var":"nobody"}""", "\"\"")}},{{_random.Next(-1, 6)}}]}""" : Text(0);

    private string List(int depth) => depth == 0
        ? Of("[]", "[1,2,3]", """["a","武汉",1,true]""", """{"var":"xs"}""", """{"var":"ys"}""", """{"var":"m.xs"}""")
        : _random.Next(2) == 0 ? $"[{Several(Simple, depth - 1, 0, 3)}]" : _random.Next(2) == 0 ? If(List, depth - 1) : List(0);

    private string Time(int depth) => _random.Next(5) switch
    {
        0 => $$"""{"dccDateOfBirth":[{{Of("\"1990\"", "\"2020-02\"", "\"2021-12-31\"", "\"2020-2\"", """{"var":"day"}""")}}]}""",
        1 when depth > 0 => If(Time, depth - 1),
        _ => $$"""{"plusTime":[{{Or(_ => Of("\"2020-02-29\"", "\"2020-01-31T23:59:59.987654Z\"", "\"2021-06-01T10:00:00+02:00\"", "\"2021-06-01T10:00:00-0130\"", "\"2021-06-01T10:00:00+9\"", "\"2021-06-01T10:00:00\"",
            "\"2019\"", "\"2020-02\"", "\"yesterday\"", "\"2021-06-01T10:00Z\"", """{"var":"day"}""", """{"var":"clock"}"""), 0)}},{{_random.Next(-40, 40)}},"{{Of("year", "month", "day", "hour")}}"]}""",
    };

    private string Simple(int depth) => _random.Next(4) switch { 0 => Text(depth), 1 => Truth(depth), _ => Number(depth) };

    private string If(Func<int, string> branch, int depth) => $$"""{"if":[{{Or(Truth, depth)}},{{Or(branch, depth)}},{{Or(branch, depth)}}]}""";

    private string Several(Func<int, string> wanted, int depth, int least, int most) => string.Join(',', Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => Or(wanted, Math.Max(0, depth))));

    private string Data()
    {
        if (_random.Next(60) == 0) return Of("null", "{}", "[]", "5", "\"text\"");
        var members = new List<string>();
        void Member(string name, params string[] values)
        {
            if (_random.Next(10) > 0) members.Add($"\"{name}\":{Of(values)}");
        }
        Member("a", "0", "5", "-7", "2.5", "null");
        Member("b", "42", "1", "9007199254740991");
        Member("p", "true", "false");
        Member("q", "true", "false", "null", "\"\"");
        Member("s", "\"a\"", "\"\"", "\"武汉\"");
        Member("t", "\"b\"", "\"0\"");
        Member("xs", "[1,2,3]", "[]", "[4,null,6]", "[{\"n\":1},{\"n\":2}]");
        Member("ys", "[\"a\",\"b\"]", "[5,42]", "null");
        Member("m", "{}", "{\"n\":3,\"text\":\"a\",\"xs\":[1,1,2]}", "{\"n\":null}");
        Member("day", "\"2020-02-13\"", "\"1958\"", "\"13.02.2020\"");
        Member("clock", "\"2021-07-01T12:00:00.5+08:00\"", "\"2020-03-01T00:00:00Z\"");
        Member("uvci", "\"URN:UVCI:01:SE:EHM/V12907267LAJW#E\"", "7");
        return "{" + string.Join(',', members) + "}";
    }

    private string Of(params string[] values) => values[_random.Next(values.Length)];
}
