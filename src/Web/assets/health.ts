// The pass on the resident's page lives for minutes: the page is loaded anew before it ends, and only while somebody looks at it.
const renewed = document.querySelector<HTMLElement>('[data-refresh]');
if (renewed) {
  const minutes = Number(renewed.dataset.refresh);
  const due = Date.now() + minutes * 60_000 * 0.8;
  const renew = (): void => {
    // Not under somebody's hands: what is being typed would be lost.
    if (document.visibilityState === 'visible' && Date.now() >= due && !document.activeElement?.closest('form')) window.location.reload();
  };
  document.addEventListener('visibilitychange', renew);
  window.setInterval(renew, 15_000);
}
