import { describe, expect, it } from 'vitest';
import { cutStretches } from './CodeText';
import { tokenise } from './engine';
import { languageOf } from './languages';
import { tokensOfHtml } from './tokens';

describe('highlighting', () => {
  it('finds the language by extension or name', () => {
    expect(['src/a.TSX', 'Dockerfile.multiuser', 'b/Cargo.lock', 'x.unknown', 'Makefile'].map(languageOf)).toEqual(['typescript', 'dockerfile', 'ini', null, 'makefile']);
  });

  it('turns spans into ranges of each line, entities counted as one character', () => {
    expect(tokensOfHtml('<span class="k">if</span> a &lt; b')).toEqual([[{ start: 0, end: 2, className: 'k' }]]);
    expect(tokensOfHtml('a &amp; <span class="s">x</span>')).toEqual([[{ start: 4, end: 5, className: 's' }]]);
  });

  it('goes on with a span that crosses a line end, nested classes joined', () => {
    expect(tokensOfHtml('<span class="c">/* a\n<span class="d">b</span> */</span>')).toEqual([
      [{ start: 0, end: 4, className: 'c' }],
      [
        { start: 0, end: 1, className: 'c d' },
        { start: 1, end: 4, className: 'c' },
      ],
    ]);
  });

  it('gives as many lines as the text has', () => {
    const text = 'fn main() {\n    // "<hi>" & bye\n    let s = "a\nb";\n}\n';
    expect(tokenise(text, 'rust')).toHaveLength(text.split('\n').length);
  });

  it('lays marks over colours', () => {
    const pieces = cutStretches(6, [{ start: 0, end: 4, className: 'k' }], [{ start: 2, end: 5 }]);
    expect(pieces.map(({ start, end, className, marked }) => [start, end, className, marked])).toEqual([
      [0, 2, 'k', false],
      [2, 4, 'k', true],
      [4, 5, '', true],
      [5, 6, '', false],
    ]);
  });
});
