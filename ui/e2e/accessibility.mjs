// Checks with axe, and that one sees where the focus is.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];
const MARGIN_PX = 5;

/** The grave violations on the page as it is. Another theme changes nothing but colours, so only they are looked at again. */
async function audit(page) {
  const lines = [];
  // Colours that fade over, parents and children one after the other, are read half-way otherwise.
  await page.addStyleTag({ content: '*, *::before, *::after { transition: none !important }' });
  for (const [theme, rules] of [['light', {}], ['dark', { runOnly: ['color-contrast'] }]]) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
    if (theme === 'light') await page.evaluate(AXE);
    const violations = await page.evaluate(async (options) => (await window.axe.run(document, options)).violations, { resultTypes: ['violations'], ...rules });
    for (const { id, impact, help, nodes } of violations) {
      if (!GRAVE.includes(impact)) continue;
      for (const node of nodes) lines.push(`${theme} ${impact} ${id}: ${help}\n    ${node.html}\n    ${node.failureSummary.replaceAll('\n', '\n    ')}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return lines;
}

export async function assertAccessible(page) {
  const violations = await audit(page);
  assert.equal(violations.length, 0, `axe found:\n${violations.join('\n')}`);
}

/** Walks with Tab; each stop must look different with the focus and without. */
export async function assertFocusIsVisible(page, stops) {
  const unseen = [];
  for (let i = 0; i < stops; i += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height, label: element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? element.tagName };
    });
    if (!stop || stop.width === 0) continue;
    const view = page.viewportSize();
    const x = Math.max(0, stop.x - MARGIN_PX);
    const y = Math.max(0, stop.y - MARGIN_PX);
    const clip = { x, y, width: Math.min(view.width - x, stop.width + 2 * MARGIN_PX), height: Math.min(view.height - y, stop.height + 2 * MARGIN_PX) };
    if (clip.width <= 0 || clip.height <= 0) continue;
    const focused = await page.screenshot({ clip });
    await page.evaluate(() => document.activeElement.blur());
    const without = await page.screenshot({ clip });
    if (focused.equals(without)) unseen.push(stop.label);
  }
  assert.deepEqual(unseen, [], 'these do not show that they have the focus');
}
