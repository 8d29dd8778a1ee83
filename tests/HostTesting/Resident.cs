using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HostTesting;

/// <summary>A resident with a telephone, as a test plays her. Invented: the digits belong to nobody.</summary>
public sealed partial class Resident(RunningHost host, string name, string document, string phone) : IDisposable
{
    public HttpClient Browser { get; } = host.Browser();

    /// <summary>An identity card number with the right check character; <paramref name="order"/> is its last three digits.</summary>
    public static string Card(int order, string birth = "19800101", string place = "330106")
    {
        var digits = place + birth + order.ToString("D3", System.Globalization.CultureInfo.InvariantCulture);
        return digits + DocumentNumber.CheckCharacter(digits);
    }

    /// <summary>Signs in by telephone; returns where the product led.</summary>
    public async Task<string> SignInAsync(string region = "3301")
    {
        await RunningHost.PostAsync(Browser, "/health", "/health/sign-in/code", ("documentType", "10"), ("document", document), ("name", name), ("phone", phone), ("region", region));
        var code = await LastCodeAsync();
        var answer = await RunningHost.PostAsync(Browser, "/health?step=code", "/health/sign-in", ("code", code ?? "000000"));
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>The code in the newest message to the telephone; null when none was sent.</summary>
    public async Task<string?> LastCodeAsync()
    {
        var secrets = host.Services.GetRequiredService<Secrets>();
        var hash = await secrets.HashOfPhoneAsync(phone);
        await using var session = await host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        var text = await session.QuerySingleOrDefaultAsync<byte[]>("SELECT text FROM health_code.sms WHERE phone_hash = @hash ORDER BY id DESC LIMIT 1", new { hash });
        return text is null ? null : Digits().Match(secrets.Unprotect(text)).Value;
    }

    /// <summary>Posts a form of her own page.</summary>
    public Task<HttpResponseMessage> PostAsync(string action, params (string, string)[] fields) => RunningHost.PostAsync(Browser, "/health", action, fields);

    /// <summary>Her page.</summary>
    public Task<string> PageAsync() => Browser.GetStringAsync(new Uri("/health", UriKind.Relative));

    /// <summary>The token on her page; null when there is none.</summary>
    public async Task<string?> TokenAsync() => Token().Match(await PageAsync()) is { Success: true } found ? System.Net.WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    /// <summary>Her number, for tests that look behind the page.</summary>
    public async Task<long> IdAsync()
    {
        var secrets = host.Services.GetRequiredService<Secrets>();
        var hash = await secrets.HashOfAsync(DocumentNumber.Parse(DocumentType.ResidentCard, document).Document!.Value);
        await using var session = await host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        return await session.QuerySingleAsync<long>("SELECT id FROM health_code.person WHERE document_hash = @hash", new { hash });
    }

    public void Dispose() => Browser.Dispose();

    [GeneratedRegex(@"\d{6}")]
    private static partial Regex Digits();

    [GeneratedRegex("data-token=\"([^\"]+)\"")]
    private static partial Regex Token();
}
