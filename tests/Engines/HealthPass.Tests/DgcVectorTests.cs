using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rongtong.Testing;

namespace Rongtong.HealthPass.Tests;

public sealed class DgcVectorTests : IDisposable
{
    private static readonly string[] s_all =
    [
        "EXPECTEDVALIDOBJECT", "EXPECTEDENCODE", "EXPECTEDUNPREFIX", "EXPECTEDB45DECODE", "EXPECTEDCOMPRESSION", "EXPECTEDVERIFY", "EXPECTEDDECODE", "EXPECTEDVALIDJSON",
        "EXPECTEDSCHEMAVALIDATION", "EXPECTEDKEYUSAGE", "EXPECTEDEXPIRATIONCHECK",
    ];

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [SharedFact("data/passes/dgc-testdata")]
    public void Every_vector_of_the_EU_collection_at_hand_passes_at_every_stage()
    {
        var files = Directory.GetFiles(SharedData.PathOf("data/passes/dgc-testdata"), "*.json", SearchOption.AllDirectories);
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var result = DgcVector.Run(document.RootElement, World.Now);
            result.Outcome.ShouldBe(VectorOutcome.Passed, file);
            result.Stages.Where(s => s.Actual is null).Select(s => s.Name).ShouldBe(["EXPECTEDPICTUREDECODE"], file);
        }
    }

    [Fact]
    public void A_sound_vector_succeeds_at_every_stage()
    {
        foreach (var stage in Run(Vector())) stage.Actual.ShouldBe(true, $"{stage.Name}: {stage.Reason}");
    }

    [Fact]
    public void A_form_that_is_left_out_is_derived_from_the_one_outside_it()
    {
        var vector = Vector();
        foreach (var form in new[] { "CBOR", "COSE", "COMPRESSED", "BASE45" }) vector.Remove(form);
        foreach (var stage in Run(vector).Where(s => s.Name != "EXPECTEDENCODE")) stage.Actual.ShouldBe(true, $"{stage.Name}: {stage.Reason}");
    }

    [Fact]
    public void A_stage_without_anything_to_try_it_on_is_not_tried_and_does_not_fail()
    {
        var vector = Vector();
        foreach (var form in new[] { "PREFIX", "BASE45", "COMPRESSED" }) vector.Remove(form);
        foreach (var stage in Run(vector)) stage.Actual.ShouldBe(stage.Name is "EXPECTEDUNPREFIX" or "EXPECTEDB45DECODE" or "EXPECTEDCOMPRESSION" ? null : true, $"{stage.Name}: {stage.Reason}");
        vector.Remove("COSE");
        foreach (var stage in Run(vector)) stage.Actual.ShouldBe(stage.Name is "EXPECTEDVALIDOBJECT" or "EXPECTEDENCODE" or "EXPECTEDDECODE" or "EXPECTEDVALIDJSON" ? true : null, $"{stage.Name}: {stage.Reason}");
    }

    [Fact]
    public void Expected_failures_that_come_are_passes_and_that_do_not_come_are_failures()
    {
        var vector = Vector();
        vector["EXPECTEDRESULTS"] = new JsonObject { ["EXPECTEDUNPREFIX"] = false };
        DgcVector.Run(Element(vector), World.Now).Outcome.ShouldBe(VectorOutcome.Failed);
        vector["PREFIX"] = "HL0:" + (string)vector["BASE45"]!;
        DgcVector.Run(Element(vector), World.Now).Outcome.ShouldBe(VectorOutcome.Passed);
    }

    [Fact]
    public void A_vector_with_nothing_but_a_picture_or_no_expectation_is_skipped()
    {
        DgcVector.Run(Element(new JsonObject { ["2DCODE"] = "iVBO", ["EXPECTEDRESULTS"] = new JsonObject { ["EXPECTEDPICTUREDECODE"] = false } }), World.Now).Outcome.ShouldBe(VectorOutcome.Skipped);
        DgcVector.Run(Element(new JsonObject { ["JSON"] = new JsonObject() }), World.Now).Outcome.ShouldBe(VectorOutcome.Skipped);
        DgcVector.Run(Element(new JsonArray(1)), World.Now).Outcome.ShouldBe(VectorOutcome.Skipped);
    }

    [Fact]
    public void Each_spoiled_form_fails_its_own_stage()
    {
        ShouldFail("EXPECTEDB45DECODE", v => v["BASE45"] = "ABC}");
        ShouldFail("EXPECTEDB45DECODE", v => v["BASE45"] = "BB8");
        ShouldFail("EXPECTEDCOMPRESSION", v => v["COMPRESSED"] = (string)v["COSE"]!);
        ShouldFail("EXPECTEDCOMPRESSION", v => v["COSE"] = "d2");
        ShouldFail("EXPECTEDVERIFY", v => v["COSE"] = string.Concat(((string)v["COSE"]!).Reverse()));
        ShouldFail("EXPECTEDVERIFY", v => v["COSE"] = ((string)v["COSE"]!)[..^2] + "00");
        ShouldFail("EXPECTEDDECODE", v => v["CBOR"] = "41" + "00");
        ShouldFail("EXPECTEDDECODE", v => v["JSON"]!["dob"] = "1980-05-02");
        ShouldFail("EXPECTEDVALIDJSON", v => v["JSON"]!["t"]![0]!["tr"] = "260373001");
        ShouldFail("EXPECTEDVALIDOBJECT", v => v["JSON"]!.AsObject().Remove("nam"));
        ShouldFail("EXPECTEDENCODE", v => v["JSON"]!["extra"] = 1);
        ShouldFail("EXPECTEDEXPIRATIONCHECK", v => v["TESTCTX"]!["VALIDATIONCLOCK"] = "2019-01-01T00:00:00Z");
        ShouldFail("EXPECTEDEXPIRATIONCHECK", v => v["TESTCTX"]!["VALIDATIONCLOCK"] = "2021-01-01T00:00:00+08:00");
    }

    [Fact]
    public void A_certificate_other_than_the_key_id_names_does_not_verify_even_over_the_same_key()
    {
        var vector = Vector();
        using var again = World.Certificate(_key, "1.3.6.1.4.1.1847.2021.1.1");
        vector["TESTCTX"]!["CERTIFICATE"] = Convert.ToBase64String(again.RawData);
        Stage(vector, "EXPECTEDVERIFY").Actual.ShouldBe(false);
    }

    [Theory]
    [InlineData("1.3.6.1.4.1.1847.2021.1.1", true)]
    [InlineData("1.3.6.1.4.1.0.1847.2021.1.1", true)]
    [InlineData("1.3.6.1.4.1.1847.2021.1.2", false)]
    [InlineData("1.3.6.1.4.1.0.1847.2021.1.3", false)]
    [InlineData("1.3.6.1.5.5.7.3.4", true)]
    public void Key_usage_counts_when_the_certificate_states_one_of_the_EU(string oid, bool isAllowed) =>
        Stage(Vector(oid), "EXPECTEDKEYUSAGE").Actual.ShouldBe(isAllowed);

    [Fact]
    public void The_key_must_cover_the_whole_validity_of_the_pass()
    {
        Stage(Vector(issuedAt: World.Now.AddDays(-31)), "EXPECTEDEXPIRATIONCHECK").Actual.ShouldBe(false);
        Stage(Vector(expiresAt: World.Now.AddYears(21)), "EXPECTEDEXPIRATIONCHECK").Actual.ShouldBe(false);
        Stage(Vector(issuedAt: World.Now), "EXPECTEDEXPIRATIONCHECK").Actual.ShouldBe(true);
    }

    [Theory]
    [InlineData("/ver", null, false)]
    [InlineData("/ver", "one", false)]
    [InlineData("/dob", "1980", true)]
    [InlineData("/dob", "1980-05", true)]
    [InlineData("/dob", "", true)]
    [InlineData("/dob", "1880-05-01", false)]
    [InlineData("/dob", "1980-xx-xx", false)]
    [InlineData("/nam/fnt", null, false)]
    [InlineData("/nam/fnt", "Zhang", false)]
    [InlineData("/nam/gnt", null, true)]
    [InlineData("/t/0/ci", null, false)]
    [InlineData("/t/0/nm", null, true)]
    [InlineData("/t/0/sc", "yesterday", false)]
    [InlineData("/t/0/sc", "2021-02-20T12:34:56.789+02:00", true)]
    [InlineData("/t/0/co", "", false)]
    public void The_schema_demands_what_the_EU_demands(string path, string? value, bool isSound)
    {
        var vector = Vector();
        var parts = path.Split('/')[1..];
        var node = parts[..^1].Aggregate((JsonNode)vector["JSON"]!, (n, p) => n is JsonArray array ? array[int.Parse(p, System.Globalization.CultureInfo.InvariantCulture)]! : n[p]!);
        if (value is null) node.AsObject().Remove(parts[^1]);
        else node[parts[^1]] = value;
        Stage(vector, "EXPECTEDVALIDOBJECT").Actual.ShouldBe(isSound);
    }

    [Fact]
    public void A_certificate_is_about_one_thing()
    {
        var vector = Vector();
        vector["JSON"]!["r"] = vector["JSON"]!["t"]!.DeepClone();
        Stage(vector, "EXPECTEDVALIDOBJECT").Reason.ShouldContain("a certificate is about one thing");
        vector["JSON"]!["t"] = null;
        vector["JSON"]!["r"] = null;
        Stage(vector, "EXPECTEDVALIDOBJECT").Reason.ShouldContain("none of v, t and r");
    }

    [Fact]
    public void Times_are_compared_as_times_however_they_are_spelled()
    {
        var vector = Vector();
        vector["JSON"]!["t"]![0]!["sc"] = "2020-02-19T17:30:00.000+08:00";
        Stage(vector, "EXPECTEDVALIDJSON").Actual.ShouldBe(true);
        vector["JSON"]!["t"]![0]!["sc"] = "2020-02-19T17:30:01+08:00";
        Stage(vector, "EXPECTEDVALIDJSON").Actual.ShouldBe(false);
    }

    [Fact]
    public void The_JSON_may_be_given_as_text()
    {
        var vector = Vector();
        vector["JSON"] = vector["JSON"]!.ToJsonString();
        Stage(vector, "EXPECTEDVALIDJSON").Actual.ShouldBe(true);
    }

    private void ShouldFail(string stage, Action<JsonObject> spoil)
    {
        var vector = Vector();
        spoil(vector);
        Stage(vector, stage).Actual.ShouldBe(false, stage);
    }

    private static VectorStage Stage(JsonObject vector, string name) => Run(vector).Single(s => s.Name == name);

    private static IReadOnlyList<VectorStage> Run(JsonObject vector)
    {
        vector["EXPECTEDRESULTS"] = new JsonObject(s_all.Select(name => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(true))));
        return DgcVector.Run(Element(vector), World.Now).Stages;
    }

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);

    private JsonObject Vector(string usage = "1.3.6.1.4.1.1847.2021.1.1", DateTimeOffset? issuedAt = null, DateTimeOffset? expiresAt = null)
    {
        using var certificate = World.Certificate(_key, usage);
        using var key = new SigningKey(_key, SigningKey.KeyIdOf(certificate.RawData));
        var test = World.Test();
        var token = new PassSigner(key).Sign(new("CN", issuedAt ?? World.Now.AddDays(-1), expiresAt ?? World.Now.AddDays(1), null, test));
        var message = PassEnvelope.Open(token).Message;
        var compressed = new byte[2000];
        Base45.Decode(token.AsSpan(4), compressed, out var length);
        return new JsonObject
        {
            ["JSON"] = new JsonObject
            {
                ["ver"] = test.Version,
                ["nam"] = new JsonObject { ["fn"] = test.Name.FamilyName, ["gn"] = test.Name.GivenName, ["fnt"] = test.Name.FamilyNameStandard, ["gnt"] = test.Name.GivenNameStandard },
                ["dob"] = test.DateOfBirth,
                ["t"] = new JsonArray(new JsonObject(test.Entry.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)JsonValue.Create(e.Value))))),
            },
            ["CBOR"] = Convert.ToHexString(CoseSign1.Parse(message).Message!.Payload.Span),
            ["COSE"] = Convert.ToHexStringLower(message.Span),
            ["COMPRESSED"] = Convert.ToHexStringLower(compressed.AsSpan(0, length)),
            ["BASE45"] = token[4..],
            ["PREFIX"] = token,
            ["TESTCTX"] = new JsonObject { ["CERTIFICATE"] = Convert.ToBase64String(certificate.RawData), ["VALIDATIONCLOCK"] = "2020-02-20T08:00:00+08:00", ["DESCRIPTION"] = "made here" },
        };
    }
}
