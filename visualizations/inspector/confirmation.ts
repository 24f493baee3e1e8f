import { button, element, found } from './elements.ts';

/** Asks before something that cannot be taken back. */
export class Confirmation {
  readonly #dialog = found('confirmation', HTMLDialogElement);

  ask(question: string, consequence: string, doIt: string, confirmed: () => void): void {
    const yes = button(doIt, () => {
      this.#dialog.close();
      confirmed();
    });
    yes.className = 'danger';
    this.#dialog.replaceChildren(
      element('h2', { id: 'confirmation-title', class: 'question' }, question),
      element('p', {}, consequence),
      element(
        'div',
        { class: 'choices' },
        button('Cancel', () => this.#dialog.close(), { autofocus: '' }),
        yes,
      ),
    );
    this.#dialog.showModal();
  }
}
