using Rongtong.Contracts.Registry;

namespace Rongtong.Casework.Liaison;

/// <summary>
/// The register of enterprises, where the installation has one: a health authority may run without, and its cases are then about regions alone.
/// </summary>
internal sealed class EnterpriseFacts(IEnterprises? register = null)
{
    public Task<Enterprise?> FindAsync(int? id, CancellationToken cancel) =>
        id is { } number && register is not null ? register.FindAsync(number, cancel) : Task.FromResult<Enterprise?>(null);

    public Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel) =>
        code.Length > 0 && register is not null ? register.FindByCodeAsync(code, cancel) : Task.FromResult<Enterprise?>(null);

    public Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel) =>
        register is null ? Task.FromResult<IReadOnlyList<Enterprise>>([]) : register.FindAsync(ids, cancel);

    public IAsyncEnumerable<Enterprise> AllAsync(CancellationToken cancel) => register is null ? AsyncEnumerable.Empty<Enterprise>() : register.AllAsync(cancel);
}
