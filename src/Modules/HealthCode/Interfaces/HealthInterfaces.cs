using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Interfaces;

/// <summary>
/// The seven interfaces that GB/T 38963-2020 names: code-use application, code making, health declaration, trip declaration, health query, code
/// verification, error correction. The standard's field tables are not public; these fields are ours (docs/formats/health-interfaces.md).
/// <code>
/// application (document, name, phone) ──> code to that telephone ──> making (code) ──> subject: the person's consent, for this system and a day ──> the others
/// </code>
/// Nobody is asked for by name and number: without the code from the person's telephone, or a pass that she shows, there is no answer.
/// </summary>
internal static class HealthInterfaces
{
    private const string Root = "/api/v1/health/gbt38963";
    private static readonly TimeSpan s_subjectLife = TimeSpan.FromHours(24);
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    internal sealed record Application(int DocumentType, string Document, string Name, string Phone, string Region);

    internal sealed record Making(int DocumentType, string Document, string Name, string Phone, string Region, string Code);

    internal sealed record HealthDeclaration(string Subject, decimal Temperature, int Symptoms, bool KnowsContact);

    internal sealed record TripDeclaration(string Subject, string From, string To, DateOnly Day, string? Vehicle, string? Number, string? Seat);

    internal sealed record HealthQuery(string Subject);

    internal sealed record Verification(string Token);

    internal sealed record Correction(string Subject, long Fact, string Statement);

    public static void MapHealthInterfaces(this IEndpointRouteBuilder endpoints)
    {
        Map<Application>(endpoints, "codeApplication", "Sends a code to the person's telephone.", async (call, request) =>
        {
            if (Read(request.DocumentType, request.Document) is not { } document || PhoneNumber.Normalise(request.Phone) is not { } phone) return Problem("document-or-phone-wrong");
            await call.Get<SignInPerson>().SendCodeAsync(document, phone, call.Cancel);
            return Results.Ok(new { result = "sent" });
        });
        Map<Making>(endpoints, "codeMaking", "With the code: the person's consent for a day, and her pass if she has declared.", async (call, request) =>
        {
            if (Read(request.DocumentType, request.Document) is not { } document || PhoneNumber.Normalise(request.Phone) is not { } phone || call.Get<IRegions>().Current.Find(new(request.Region)) is not { IsStatistical: false, Level: not RegionLevel.Nation }) return Problem("document-or-region-wrong");
            if (await call.Get<SignInPerson>().SignInAsync(document, request.Name, phone, request.Region, request.Code, call.Cancel) is not PersonSignIn.SignedIn signedIn) return Problem("refused");
            var subject = Subjects(call).Protect($"{signedIn.Person}|{call.Actor.Id}", s_subjectLife);
            return await call.AsPersonAsync(signedIn.Person, async session => Results.Ok(new { subject, token = (await call.Get<IssuePass>().RunAsync(session, signedIn.Person, PassKind.Page, call.Cancel))?.Token }));
        });
        Map<HealthDeclaration>(endpoints, "healthDeclaration", "The person's declaration and today's check-in.", (call, request) => ForSubjectAsync(call, request.Subject, async (session, person) =>
        {
            var symptoms = (Symptoms)(request.Symptoms & 31);
            await new Declare(person.RegionCode, null, null, request.KnowsContact, symptoms).RunAsync(session, call.Get<RefreshColours>(), person.Id, call.Cancel);
            return await call.Get<RecordCheckIn>().RunAsync(session, person.Id, (short)Math.Clamp(Math.Round(request.Temperature * 10), 0, 1_000), symptoms, "api", call.Cancel) is CheckInOutcome.Recorded recorded
                ? Results.Ok(new { colour = CheckPass.Word(recorded.Colour.Colour) }) : Problem("temperature-implausible");
        }));
        Map<TripDeclaration>(endpoints, "tripDeclaration", "A journey the person tells of.", (call, request) => ForSubjectAsync(call, request.Subject, async (session, person) =>
        {
            var regions = call.Get<IRegions>().Current;
            if (regions.Find(new(request.From)) is null || regions.Find(new(request.To)) is null) return Problem("region-unknown");
            var fact = new NewFact(person.Id, FactKind.Trip, request.Day, request.Day, request.To, FactDetail.None with { From = request.From, Vehicle = request.Vehicle, Number = request.Number, Seat = request.Seat, ConfirmedByPerson = true }, FactSource.Person, "");
            if (RecordFacts.ProblemOf(fact, ChinaDay.Of(session.Now)) is { } problem) return Problem(problem.Split('.')[^1]);
            await RecordFacts.WriteAsync(session, [fact], call.Cancel);
            return Results.Ok(new { colour = CheckPass.Word((await call.Get<RefreshColours>().OfAsync(session, [person.Id], call.Cancel))[person.Id].Colour) });
        }));
        Map<HealthQuery>(endpoints, "healthQuery", "Colour, reason and facts of the consenting person.", (call, request) => ForSubjectAsync(call, request.Subject, async (session, person) =>
        {
            var explained = await call.Get<ExplainColour>().RunAsync(session, person.Id, ChinaDay.Of(session.Now), session.Now, call.Cancel);
            return Results.Ok(new
            {
                colour = CheckPass.Word(explained.Colour),
                reason = explained.Reason,
                rule = explained.RuleId,
                version = explained.RuleVersion,
                greenOn = explained.GreenOn,
                checkInsLeft = explained.CheckInsLeft,
                facts = explained.Grounds.Select(g => new { g.FactId, kind = g.Kind.ToString(), g.FromDay, g.ToDay, g.Region, source = g.Source.ToString(), g.RecordedBy }),
            });
        }));
        Map<Verification>(endpoints, "codeVerification", "The colour of a shown pass at this moment.", async (call, request) => Results.Text(await call.Get<CheckPass>().AnswerAsync(request.Token, call.Cancel), "application/json"));
        Map<Correction>(endpoints, "errorCorrection", "An appeal of the person against one fact.", (call, request) => ForSubjectAsync(call, request.Subject, async (session, person) =>
            await Appeals.Appeals.FileAsync(session, person.Id, request.Fact, request.Statement, call.Cancel) is AppealOutcome.Filed filed ? Results.Ok(new { appeal = filed.Id, due = filed.DueAt }) : Problem("fact-unknown-or-appealed")));
    }

    /// <summary>One signed call.</summary>
    private sealed record Call(HttpContext Http, Actor Actor, CancellationToken Cancel)
    {
        public T Get<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

        /// <summary>Works in the person's own name, and puts on the record that the system did.</summary>
        public async Task<IResult> AsPersonAsync(long person, Func<Session, Task<IResult>> work)
        {
            await using var session = await Get<Database>().BeginAsync(Person.ActorOf(person) with { Name = Actor.Name, Organisation = Actor.Organisation }, Cancel);
            var result = await work(session);
            // What ends in a problem leaves nothing behind.
            if (result is IStatusCodeHttpResult { StatusCode: >= 400 }) return result;
            session.Audit("health.interface-used", Person.ActorOf(person).Id, Actor.Id);
            await session.CommitAsync(Cancel);
            return result;
        }
    }

    private static void Map<TRequest>(IEndpointRouteBuilder endpoints, string name, string summary, Func<Call, TRequest, Task<IResult>> work) where TRequest : class =>
        endpoints.MapPost($"{Root}/{name}", async (HttpContext http, SignedRequest signed, CancellationToken cancel) =>
        {
            var (actor, body, problem) = await signed.ReadAsync(http, cancel);
            if (actor is null) return Results.Problem(statusCode: problem is "body-too-large" ? 413 : problem is "not-permitted" ? 403 : 401, title: "The request is not accepted.", detail: problem);
            try
            {
                return JsonSerializer.Deserialize<TRequest>(body, s_json) is { } request ? await work(new(http, actor, cancel), request) : Problem("body-empty");
            }
            catch (JsonException e)
            {
                return Results.Problem(statusCode: 400, title: "The body is not the JSON of this interface.", detail: e.Path);
            }
        }).WithTags("GB/T 38963").WithName(name).WithSummary(summary).Accepts<TRequest>("application/json").ProducesProblem(400).ProducesProblem(401).ProducesProblem(422);

    private static async Task<IResult> ForSubjectAsync(Call call, string subject, Func<Session, Person, Task<IResult>> work)
    {
        long id;
        try
        {
            if (Subjects(call).Unprotect(subject ?? "").Split('|', 2) is not [var person, var app] || app != call.Actor.Id || !long.TryParse(person, NumberStyles.None, CultureInfo.InvariantCulture, out id)) return Problem("subject-unknown");
        }
        catch (CryptographicException)
        {
            return Problem("subject-unknown");
        }
        return await call.AsPersonAsync(id, async session => await Person.FindAsync(session, id, call.Cancel) is { } person ? await work(session, person) : Problem("subject-unknown"));
    }

    private static ITimeLimitedDataProtector Subjects(Call call) => call.Get<IDataProtectionProvider>().CreateProtector("Rongtong.HealthCode.Subject").ToTimeLimitedDataProtector();

    private static DocumentNumber? Read(int type, string? number) => DocumentNumber.Parse((DocumentType)type, number).Document;

    private static IResult Problem(string code) => Results.Problem(statusCode: 422, title: "The request cannot be carried out.", detail: code);
}
