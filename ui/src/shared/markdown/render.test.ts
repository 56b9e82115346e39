// The DOM that the sanitiser is made for; the lighter one of the other tests drops its hooks.
// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { renderMarkdown } from './render';

test('raw HTML is shown, not run', () => {
  const html = renderMarkdown('<script>alert(1)</script>\n\ntext <img src=x onerror=alert(1)>');
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain('&lt;script');
});

test('links lead to the web alone, and away from this window', () => {
  expect(renderMarkdown('[a](https://example.org)')).toMatch(/href="https:\/\/example\.org"[^>]*rel="noopener noreferrer"|rel="noopener noreferrer"[^>]*href/);
  expect(renderMarkdown('[a](javascript:alert(1))')).not.toContain('javascript:');
  expect(renderMarkdown('[a](data:text/html,x)')).not.toContain('data:');
});

test('a picture becomes a link, so that nothing is fetched from elsewhere', () => {
  const html = renderMarkdown('![chart](https://example.org/a.png)');
  expect(html).not.toContain('<img');
  expect(html).toContain('href="https://example.org/a.png"');
});

test('lists of things to do keep their boxes', () => {
  expect(renderMarkdown('- [x] done')).toMatch(/<input[^>]*type="checkbox"/);
});
