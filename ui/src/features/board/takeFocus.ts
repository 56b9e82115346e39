/** Follows the focused card, but only from within the board or from nowhere: focus is never taken out of a panel or a field. */
export function takeFocus(link: HTMLElement | null): void {
  const active = document.activeElement;
  if (active === document.body || active === null || active.closest('[data-board] a, [data-board] button')) link?.focus({ preventScroll: true });
}
