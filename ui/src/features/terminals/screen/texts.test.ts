import { expect, test } from 'vitest';
import { clipboardText } from './clipboard';
import { linkTarget, shownTarget } from './links';
import { pasteable, readyToPaste } from './paste';
import { safeTitle } from './title';

test('pasted text cannot end the bracketed paste', async () => {
  expect(pasteable('a\x1b[201~rm -rf\x07 b\r\nc\rd\te\x9b6n')).toBe('a[201~rm -rf b\nc\nd\te6n');
  expect(await readyToPaste('one\ntwo\n', true)).toBe('one\ntwo\n');
  expect(await readyToPaste('one', false)).toBe('one');
  expect(await readyToPaste('\x1b\x07', true)).toBeNull();
});

test('web links open, other programs are asked about, and nothing runs in the page', () => {
  expect(linkTarget('https://example.org/a')).toEqual({ kind: 'open', href: 'https://example.org/a' });
  expect(linkTarget('mailto:a@example.org').kind).toBe('ask');
  expect(linkTarget('vscode://file/x').kind).toBe('ask');
  for (const uri of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' java\nscript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'blob:https://x/y', 'nothing', ''])
    expect(linkTarget(uri).kind, uri).toBe('never');
});

test('a host in letters that look like others shows what it is', () => {
  expect(linkTarget('https://еxample.org').href).toContain('xn--');
  expect(shownTarget(`https://example.org/${'a'.repeat(1_000)}`).length).toBeLessThanOrEqual(300);
});

test('a title is one short line of text', () => {
  expect(safeTitle('make\n\x1b[31m \u202egnp.exe')).toBe('make [31m gnp.exe');
  expect(safeTitle('x'.repeat(100_000))).toHaveLength(120);
});

test('a program may write text to the clipboard, and never ask for it', () => {
  expect(clipboardText(`c;${btoa('hello')}`)).toBe('hello');
  expect(clipboardText('c;w6k=')).toBe('é');
  for (const data of ['c;?', ';?', 'c;', 'c', '', 'c;!!!', 'c;/w==', `c;${'A'.repeat(2_000_000)}`]) expect(clipboardText(data), data.slice(0, 20)).toBeNull();
});
