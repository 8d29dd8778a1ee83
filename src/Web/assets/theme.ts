// Runs before the first paint: "auto" follows the system, and a page must not flash in the other theme.
const root = document.documentElement;
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  const chosen = root.dataset.theme ?? 'auto';
  root.dataset.bsTheme = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
  document.dispatchEvent(new CustomEvent('rt-theme'));
}

apply();
dark.addEventListener('change', apply);
