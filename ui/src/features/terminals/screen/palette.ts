import type { ITheme } from '@xterm/xterm';

// The colours of the app's tokens, in a form that xterm.js reads. Text keeps 4.5:1 on the ground: xterm.js sees to it.
const LIGHT: ITheme = {
  background: '#ffffff',
  foreground: '#1d2026',
  cursor: '#5046c8',
  cursorAccent: '#ffffff',
  selectionBackground: '#cdc9f5',
  selectionInactiveBackground: '#e3e2ee',
  black: '#2b2e34',
  red: '#c2242c',
  green: '#1a7f37',
  yellow: '#8a6100',
  blue: '#2a5fd0',
  magenta: '#a02fb0',
  cyan: '#0b7285',
  white: '#6a6e77',
  brightBlack: '#63676f',
  brightRed: '#d63a3f',
  brightGreen: '#1f8a3d',
  brightYellow: '#946800',
  brightBlue: '#3a6fe8',
  brightMagenta: '#b13cc2',
  brightCyan: '#0f7f93',
  brightWhite: '#3a3d44',
  overviewRulerBorder: '#00000000',
  scrollbarSliderBackground: '#9a9ea855',
  scrollbarSliderHoverBackground: '#9a9ea888',
  scrollbarSliderActiveBackground: '#9a9ea8bb',
};

const DARK: ITheme = {
  background: '#0f1013',
  foreground: '#dfe1e6',
  cursor: '#a9a3ff',
  cursorAccent: '#0f1013',
  selectionBackground: '#3d3a78',
  selectionInactiveBackground: '#2c2d3a',
  black: '#7d828c',
  red: '#f4777f',
  green: '#6fd08c',
  yellow: '#e2c26a',
  blue: '#82aaff',
  magenta: '#d79bea',
  cyan: '#69c9d8',
  white: '#d3d6dc',
  brightBlack: '#8d929c',
  brightRed: '#ff9096',
  brightGreen: '#86e3a2',
  brightYellow: '#f2d68a',
  brightBlue: '#9dbdff',
  brightMagenta: '#e6b3f5',
  brightCyan: '#86dfec',
  brightWhite: '#f6f7f9',
  overviewRulerBorder: '#00000000',
  scrollbarSliderBackground: '#6b707a55',
  scrollbarSliderHoverBackground: '#6b707a88',
  scrollbarSliderActiveBackground: '#6b707abb',
};

const isDark = (): boolean => document.documentElement.dataset.theme === 'dark';

export const palette = (): ITheme => (isDark() ? DARK : LIGHT);

/** Colours of what was found. */
export const foundColours = () =>
  isDark()
    ? { matchBackground: '#4a4420', matchOverviewRuler: '#b39a3c', activeMatchBackground: '#8a6d00', activeMatchColorOverviewRuler: '#f2d68a' }
    : { matchBackground: '#fdf0b8', matchOverviewRuler: '#d9b430', activeMatchBackground: '#ffd34d', activeMatchColorOverviewRuler: '#a67c00' };

/** Calls back when the page changes between light and dark. Returns the function that ends it. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
