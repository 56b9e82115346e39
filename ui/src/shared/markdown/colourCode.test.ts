import { afterEach, expect, test, vi } from 'vitest';
import { colourCode, withColours } from './colourCode';

afterEach(() => document.body.replaceChildren());

function page(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body;
}

test('a code block that names its language gets colours, and its text stays as it was', async () => {
  const root = page('<pre><code class="language-ts">const a = "&lt;b&gt;";</code></pre><pre><code>const a = 1;</code></pre>');
  colourCode(root, 'soon');
  await vi.waitFor(() => expect(root.querySelector('.hljs-keyword')?.textContent).toBe('const'), { timeout: 5_000 });
  expect(root.querySelector('code')?.textContent).toBe('const a = "<b>";');
  expect(root.querySelectorAll('b')).toHaveLength(0);
  expect(root.querySelectorAll('code')[1]?.children).toHaveLength(0);
});

test('a language that is not known stays plain', async () => {
  const root = page('<pre><code class="language-ts">let a;</code></pre><pre><code class="language-klingon">let a;</code></pre>');
  colourCode(root, 'now');
  await vi.waitFor(() => expect(root.querySelector('.hljs-keyword')).not.toBeNull(), { timeout: 5_000 });
  expect(root.querySelectorAll('code')[1]?.innerHTML).toBe('let a;');
});

test('HTML gets its colours before it is shown, once the highlighter is there', async () => {
  const html = '<p>text</p><pre><code class="language-ts">const a = "&lt;b&gt;";</code></pre>';
  await vi.waitFor(() => expect(withColours(html)).toContain('hljs-keyword'), { timeout: 5_000 });
  const root = page(withColours(html) ?? '');
  expect(root.textContent).toBe('textconst a = "<b>";');
  expect(root.querySelectorAll('b')).toHaveLength(0);
  expect(withColours('<p>no code</p>')).toBe('<p>no code</p>');
});
