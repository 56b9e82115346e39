import { expect, test } from 'vitest';
import type { Hunk } from '@/shared/api/types';
import { hunkHtml } from './hunkHtml';

const hunk = (...lines: string[]): Hunk => ({ old_start: 3, new_start: 5, old_lines: 0, new_lines: 0, heading: '', lines });

function drawn(of: Hunk, tokens: Parameters<typeof hunkHtml>[1] = null): HTMLElement {
  const root = document.createElement('div');
  root.innerHTML = hunkHtml(of, tokens);
  return root;
}

test('each line has its number, its sign, and the word that says what became of it', () => {
  const lines = [...drawn(hunk(' same', '-old', '+new')).querySelectorAll('.diff-line')];
  expect(lines.map((line) => line.querySelector('.diff-number')?.textContent)).toEqual(['5', '4', '6']);
  expect(lines.map((line) => line.querySelector('.diff-sign')?.getAttribute('aria-label'))).toEqual([null, 'removed', 'added']);
  expect(lines.map((line) => line.querySelector('.diff-code')?.textContent)).toEqual([' same', '−old', '+new']);
});

test('markup in a file is shown as the text that it is', () => {
  const text = '<img src=x onerror=alert(1)> & "quoted"';
  const root = drawn(hunk(`+${text}`), { old: [], new: [[{ start: 0, end: 4, className: 'hljs-tag' }]] });
  expect(root.querySelector('img')).toBeNull();
  expect(root.querySelector('.diff-code')?.textContent).toBe(`+${text}`);
});

test('words that changed are marked, over the colours of the code', () => {
  const root = drawn(hunk('-const HEIGHT: u32 = 1;', '+const HEIGHT: u32 = 2;'), { old: [[{ start: 0, end: 5, className: 'hljs-keyword' }]], new: [[{ start: 0, end: 5, className: 'hljs-keyword' }]] });
  expect([...root.querySelectorAll('.diff-word')].map((word) => word.textContent)).toEqual(['1', '2']);
  expect(root.querySelectorAll('.hljs-keyword')).toHaveLength(2);
});

test('colours that come later are drawn', () => {
  const same = hunk('+const a');
  expect(drawn(same).querySelector('.hljs-keyword')).toBeNull();
  expect(drawn(same, { old: [], new: [[{ start: 0, end: 5, className: 'hljs-keyword' }]] }).querySelector('.hljs-keyword')?.textContent).toBe('const');
});

test('a file that ends without a line end says so', () => {
  expect(drawn(hunk('+a', '\\ No newline at end of file')).querySelector('[title="No line end at the end of the file"]')).not.toBeNull();
});
