using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Rongtong.Platform.Access;

namespace Rongtong.Host;

/// <summary>The description of the JSON API at <c>/openapi/v1.json</c>: every endpoint under /api, and the published documents under /open.</summary>
internal static class OpenApiDocument
{
    private static readonly (string Path, string Summary, string ContentType)[] s_published =
    [
        ("/open/tiers.json", "Risk tiers of all regions that are not low, on the last published day.", "application/json"),
        ("/open/tiers.csv", "Risk tiers of all regions, on the last published day.", "text/csv"),
        ("/open/tiers.geojson", "Risk tiers with outlines.", "application/geo+json"),
        ("/open/cases/{region}.json", "Cumulative confirmed cases of a region and its parts by day; counts of small areas are held until they have moved by at least five.", "application/json"),
        ("/open/cases/{region}.csv", "The same as a table.", "text/csv"),
        ("/open/supplies/deliveries.json", "Supplies sent and arrived, cumulative, by item, region and day.", "application/json"),
        ("/open/supplies/deliveries.csv", "The same as a table.", "text/csv"),
        ("/open/supplies/prices.json", "Prices by good, county and day, without shops.", "application/json"),
        ("/open/supplies/prices.csv", "The same as a table.", "text/csv"),
    ];

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Rongtong 融通";
            document.Info.Description = "Errors are application/problem+json. Writes take an Idempotency-Key header: a request repeated with the same key within 24 hours gets the first answer and is not done twice.";
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, rtk_…" };
            foreach (var (path, summary, contentType) in s_published) document.Paths[path] = Published(path, summary, contentType);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequirePermissionAttribute>().FirstOrDefault() is { } needed)
                operation.Description = $"Needs the permission `{needed.Permission}`.";
            return Task.CompletedTask;
        });
    });

    private static OpenApiPathItem Published(string path, string summary, string contentType) => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Get] = new()
            {
                Summary = summary,
                Tags = new HashSet<OpenApiTagReference> { new("Open data") },
                Parameters = !path.Contains("{region}", StringComparison.Ordinal) ? null :
                    [new OpenApiParameter { Name = "region", In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String, Examples = [JsonValue.Create("cn")] }, Description = "cn, or a short GB/T 2260 code such as 42." }],
                Responses = new OpenApiResponses
                {
                    ["200"] = new OpenApiResponse { Description = "With an ETag.", Content = new Dictionary<string, OpenApiMediaType> { [contentType] = new OpenApiMediaType() } },
                    ["304"] = new OpenApiResponse { Description = "The reader has it already." },
                },
            },
        },
    };
}
