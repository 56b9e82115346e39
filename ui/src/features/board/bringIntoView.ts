import type { Virtualizer } from '@tanstack/react-virtual';

/**
 * Scrolls as little as is needed to show a row of a list whose rows have known heights. Worked out of what the list
 * knows: asking the page would make it lay itself out, for each repetition of a held key.
 */
export function bringIntoView(list: Virtualizer<HTMLDivElement, Element>, index: number): void {
  const row = list.measurementsCache[index];
  const { scrollElement, scrollOffset, scrollRect } = list;
  if (!row || !scrollElement || scrollOffset === null || !scrollRect) return;
  const { paddingStart, paddingEnd } = list.options;
  const [top, bottom] = [row.start - paddingStart, row.end + paddingEnd];
  if (top < scrollOffset) scrollElement.scrollTop = top;
  else if (bottom > scrollOffset + scrollRect.height) scrollElement.scrollTop = bottom - scrollRect.height;
}
