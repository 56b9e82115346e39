import { expect, test } from 'vitest';
import { changePreferences, preferencesStore, readPreferences, USUAL } from './preferences';

test('the clipboard is out of reach of programs unless a person allows it', () => {
  expect(USUAL.clipboardWrites).toBe(false);
  expect(readPreferences('{"clipboardWrites":"yes"}').clipboardWrites).toBe(false);
});

test('what is remembered is read within its bounds', () => {
  expect(readPreferences(null)).toEqual(USUAL);
  expect(readPreferences('no json')).toEqual(USUAL);
  expect(readPreferences('{"fontSize":900,"scrollback":-4}')).toEqual({ ...USUAL, fontSize: 32 });
});

test('a change is remembered', () => {
  changePreferences({ fontSize: 15 });
  expect(preferencesStore.get().fontSize).toBe(15);
  expect(readPreferences(localStorage.getItem('switchyard.terminal')).fontSize).toBe(15);
  changePreferences(USUAL);
});
