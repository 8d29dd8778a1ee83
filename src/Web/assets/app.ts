import 'htmx.org';
import './chart';
import './live';
import './map';
import './health';

// Choices that apply at once where scripts run; without them the form's button does it.
for (const control of document.querySelectorAll<HTMLSelectElement>('select[data-submit]')) {
  control.addEventListener('change', () => control.form?.requestSubmit());
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-dismiss]')) {
  button.addEventListener('click', () => button.closest('[data-toast]')?.remove());
}
