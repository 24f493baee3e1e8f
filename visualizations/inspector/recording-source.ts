import { found } from './elements.ts';

/** Where a recording on the disk comes from: the file picker, or a file that is dropped on the page. */
export function takeRecordings(taken: (file: File) => void): void {
  const input = found('file', HTMLInputElement);
  found('open', HTMLButtonElement).addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // The same file can be chosen again.
    input.value = '';
    if (file) taken(file);
  });
  const hint = found('drop', HTMLParagraphElement);
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    hint.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hint.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    hint.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    taken(file);
  });
}
