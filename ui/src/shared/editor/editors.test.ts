import { describe, expect, it } from 'vitest';
import { EDITORS, editorHref, editorName } from './editors';

describe('the address of a file in an editor', () => {
  it('names the path and the line', () => {
    expect(editorHref('vscode://file{path}:{line}', '/w/src/a.ts', 7)).toBe('vscode://file/w/src/a.ts:7');
    expect(editorHref('idea://open?file={path}&line={line}', '/w/a.ts', 7)).toBe('idea://open?file=/w/a.ts&line=7');
  });

  it('leaves the line out, with what belongs to it, where none is named', () => {
    for (const { address } of EDITORS) expect(editorHref(address, '/w')).not.toMatch(/line|:$|[{}]/);
    expect(editorHref('vscode://file{path}:{line}', '/w')).toBe('vscode://file/w');
    expect(editorHref('x://open?line={line}&file={path}', '/w')).toBe('x://open?file=/w');
  });

  it('lets no path be anything but a path', () => {
    expect(editorHref('idea://open?file={path}&line={line}', '/w/a&line=1#$& %.ts', 2)).toBe('idea://open?file=/w/a%26line%3D1%23%24%26%20%25.ts&line=2');
  });
});

describe('the name of an editor', () => {
  it('is its own where it is known', () => {
    expect([editorName('zed://file{path}:{line}'), editorName('my://{path}')]).toEqual(['Zed', 'the editor']);
  });
});
