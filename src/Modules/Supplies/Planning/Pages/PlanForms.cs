using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Supplies.Planning.Pages;

/// <summary>The posts behind the plan's pages, and its lines as a file.</summary>
internal static class PlanForms
{
    public static void MapPlanForms(this IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup("/supplies/plans").RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();

        forms.MapPost("", (HttpContext http, IFormCollection form, Database database, StoredPlans plans, Places places, LongWork work) =>
        {
            var settings = new PlanSettings
            {
                HorizonDays = int.TryParse(form["days"], CultureInfo.InvariantCulture, out var days) ? days : 0,
                IncludesEstimates = form.ContainsKey("estimates"),
                CountsCapacity = form.ContainsKey("capacity"),
                IsFair = form.ContainsKey("fair"),
                KeepsToTrucks = form.ContainsKey("trucks"),
                KeepsToLots = form.ContainsKey("lots"),
                IsInPacks = form.ContainsKey("packs"),
            };
            return CreateAsync(new CreatePlan(form["region"].ToString(), settings), http, database, plans, places, work);
        });

        forms.MapPost("/{id:long}/remainder", async (long id, HttpContext http, IFormCollection form, Database database, StoredPlans plans, Places places, LongWork work, CancellationToken cancel) =>
        {
            PlanRow? plan;
            PlanSettings settings;
            await using (var session = await database.BeginAsync(http.Actor(), cancel))
            {
                plan = await StoredPlans.FindAsync(session, id, cancel);
                if (plan is null) return Results.NotFound();
                settings = (await plans.SnapshotAsync(session, plan, cancel)).Settings;
            }
            return await CreateAsync(new CreatePlan(plan.RegionCode, settings) { Parent = id }, http, database, plans, places, work);
        });

        forms.MapPost("/{id:long}/renewal", async (long id, HttpContext http, IFormCollection form, Database database, StoredPlans plans, Places places, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await session.QuerySingleOrDefaultAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @id AND state = 'draft' FOR NO KEY UPDATE", new { id }, cancel) is not { } plan) return Results.LocalRedirect(Page(id));
            var present = await new SolveAnew(plan with { Scope = [.. session.Actor.Scope] }).RunAsync(session, plans, places, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "supplies.plan.solved");
            return Results.LocalRedirect(Page(present));
        });

        forms.MapPost("/{id:long}/pins", async (long id, HttpContext http, IFormCollection form, Database database, StoredPlans plans, CancellationToken cancel) =>
        {
            if (!int.TryParse(form["version"], CultureInfo.InvariantCulture, out var version) || !int.TryParse(form["supply"], CultureInfo.InvariantCulture, out var supply) || !int.TryParse(form["demand"], CultureInfo.InvariantCulture, out var demand)) return Results.BadRequest();
            long? quantity = form["what"].ToString() switch { "forbid" => 0, "free" => null, _ => long.TryParse(form["quantity"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var told) ? told : -1 };
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new ChangePins(id, version, [new(supply, demand, quantity)]).RunAsync(session, plans, cancel))
            {
                case ChangeOutcome.Solved:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "supplies.plan.solved");
                    return Results.LocalRedirect(Page(id) + "?show=changed");
                case ChangeOutcome.Stale:
                    return Results.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"{Page(id)}?stale={version}&supply={supply}&demand={demand}&quantity={quantity}"));
                case ChangeOutcome.Refused refused:
                    return Results.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"{Page(id)}?problem={refused.Reason}&most={refused.Most}"));
                case ChangeOutcome.Replaced replaced:
                    return Results.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"{Page(replaced.By)}?replaced={id}") + (replaced.Change is { } change ? string.Create(CultureInfo.InvariantCulture, $"&supply={change.Supply}&demand={change.Demand}&quantity={change.Quantity}") : ""));
                case ChangeOutcome.AlreadySent:
                    return Results.LocalRedirect(Page(id) + "?problem=sent");
                default:
                    return Results.NotFound();
            }
        });

        forms.MapPost("/{id:long}/proof", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await StoredPlans.FindAsync(session, id, cancel) is not { } plan) return Results.NotFound();
            var proof = await VerifyPlan.RunAsync(session, plan, plan.Version, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, proof.IsProven ? "supplies.plan.proof.yes" : "supplies.plan.proof.no");
            return Results.LocalRedirect(Page(id));
        });

        forms.MapPost("/{id:long}/sending", async (long id, HttpContext http, IFormCollection form, Database database, IRegions regions, LongWork work) =>
        {
            if (!int.TryParse(form["version"], CultureInfo.InvariantCulture, out var version)) return Results.BadRequest();
            var actor = http.Actor();
            return await work.RunAsync(http, "web.working.send", "#" + id.ToString(CultureInfo.InvariantCulture), Page(id), async (_, stop) =>
            {
                await using var session = await database.BeginAsync(actor, stop);
                var outcome = await new SendPlan(id, version).RunAsync(session, regions.Current, stop);
                if (outcome is SendOutcome.Sent) await session.CommitAsync(stop);
                return outcome switch
                {
                    SendOutcome.Sent => new(Page(id), "supplies.plan.sent"),
                    SendOutcome.NotEnough missing => new(Page(id) + "?gone=" + Uri.EscapeDataString(string.Join(',', missing.Which.Take(20).Select(s => $"{s.Reference.Split(':')[^1]}:{s.There.ToString(CultureInfo.InvariantCulture)}")))),
                    SendOutcome.Stale => new(string.Create(CultureInfo.InvariantCulture, $"{Page(id)}?stale={version}")),
                    SendOutcome.Replaced replaced => new(string.Create(CultureInfo.InvariantCulture, $"{Page(replaced.By)}?replaced={id}")),
                    SendOutcome.Refused refused => new(Page(id) + "?problem=refused&line=" + Uri.EscapeDataString(refused.Reference.Split(':')[^1] + " " + refused.Field)),
                    SendOutcome.Nothing => new(Page(id) + "?problem=nothing"),
                    _ => new(Page(id) + "?problem=sent"),
                };
            });
        });

        endpoints.MapGet("/supplies/plans/{id:long}/lines.csv", async (long id, HttpContext http, Database database, StoredPlans plans, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await StoredPlans.FindAsync(session, id, cancel) is not { } plan) return Results.NotFound();
            var solved = await plans.SolvedAsync(session, plan, cancel);
            session.AuditRead("supplies.plan-exported", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            return Results.File(Encoding.UTF8.GetBytes(PlanCsv.Write(solved)), "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"plan-{id}-{plan.Version}.csv"));
        }).RequirePermission(SuppliesPermissions.Read).ExcludeFromDescription();
    }

    /// <summary>A province of 20,000 facilities takes some seconds.</summary>
    private static Task<IResult> CreateAsync(CreatePlan create, HttpContext http, Database database, StoredPlans plans, Places places, LongWork work)
    {
        var actor = http.Actor();
        return work.RunAsync(http, "web.working.plan", create.Region, "/supplies/plans", async (_, stop) =>
        {
            await using var session = await database.BeginAsync(actor, stop);
            var outcome = await create.RunAsync(session, plans, places, stop);
            if (outcome is CreateOutcome.Created) await session.CommitAsync(stop);
            return outcome switch
            {
                CreateOutcome.Created created => new(Page(created.Id)),
                CreateOutcome.TooLarge large => new(string.Create(CultureInfo.InvariantCulture, $"/supplies/plans?problem=large&most={large.Most}")),
                CreateOutcome.Invalid invalid => new("/supplies/plans?problem=" + invalid.Field),
                var other => throw new InvalidOperationException($"Making the plan ended as {other}."),
            };
        });
    }

    private static string Page(long id) => string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{id}");
}
