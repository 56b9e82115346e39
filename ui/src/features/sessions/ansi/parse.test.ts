import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi, styleAfter } from './parse';

describe('terminal output', () => {
  it('turns escapes into styled spans and keeps the text whole', () => {
    expect(parseAnsi('a \u001b[1;31mred\u001b[0m b')).toEqual([
      { text: 'a ', style: {} },
      { text: 'red', style: { bold: true, color: 'red' } },
      { text: ' b', style: {} },
    ]);
  });

  it('knows bright, indexed and true colours', () => {
    const colours = parseAnsi('\u001b[92ma\u001b[38;5;196mb\u001b[38;2;1;2;3mc\u001b[48;5;250md').map(({ style }) => style.background ?? style.color);
    expect(colours).toEqual(['bright-green', 'rgb(255 0 0)', 'rgb(1 2 3)', 'rgb(188 188 188)']);
  });

  it('lets a progress bar overwrite its line', () => {
    expect(stripAnsi('10%\r50%\r100%\ndone\r\n')).toBe('100%\ndone\n');
    expect(parseAnsi('10%\r\u001b[32m100%').map(({ text }) => text)).toEqual(['100%']);
  });

  it('drops what has no look: titles, cursor moves, bells', () => {
    expect(stripAnsi('\u001b]0;title\u0007\u001b[2K\u001b[1Ahello\u0007 \u001b(Bworld')).toBe('hello world');
  });

  it('tells the style that goes on after a cut', () => {
    expect(styleAfter('x \u001b[33my', null)).toEqual({ color: 'yellow' });
    expect(styleAfter('\u001b[m', { bold: true })).toBeNull();
  });
});
