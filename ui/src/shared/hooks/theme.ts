import { createStore } from './createStore';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'switchyard.theme';
const darkSystem = matchMedia('(prefers-color-scheme: dark)');

// Remembered here only so that the first paint has the right colours; the setting itself is the server's.
function remembered(): Theme {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

const apply = (theme: Theme) => {
  document.documentElement.dataset.theme = theme === 'system' ? (darkSystem.matches ? 'dark' : 'light') : theme;
};

export const themeStore = createStore<Theme>(remembered());

export function setTheme(theme: Theme): void {
  localStorage.setItem(STORAGE_KEY, theme);
  themeStore.set(theme);
}

/** Called once, before the first render. */
export function startTheme(): void {
  apply(themeStore.get());
  themeStore.subscribe(() => apply(themeStore.get()));
  darkSystem.addEventListener('change', () => apply(themeStore.get()));
}
