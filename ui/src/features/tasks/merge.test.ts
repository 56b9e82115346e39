import { expect, test } from 'vitest';
import { mergeLabels, mergeText } from './merge';

test('changes to different lines are both in', () => {
  expect(mergeText('a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD')).toEqual({ text: 'A\nb\nc\nD', clean: true });
});

test('lines that both sides added in different places are both in', () => {
  expect(mergeText('a\nb', 'first\na\nb', 'a\nb\nlast')).toEqual({ text: 'first\na\nb\nlast', clean: true });
});

test('the same change on both sides is in once', () => {
  expect(mergeText('a\nb', 'a\nx', 'a\nx')).toEqual({ text: 'a\nx', clean: true });
});

test('a line deleted on one side is gone', () => {
  expect(mergeText('a\nb\nc', 'a\nc', 'a\nb\nC')).toMatchObject({ clean: false });
  expect(mergeText('a\nb\nc\nd', 'a\nc\nd', 'a\nb\nc\nD')).toEqual({ text: 'a\nc\nD', clean: true });
});

test('different changes to the same lines stand one after the other and are told', () => {
  expect(mergeText('a\nb\nc', 'a\nmine\nc', 'a\ntheirs\nc')).toEqual({ text: 'a\nmine\ntheirs\nc', clean: false });
});

test('labels keep what either side added and lose what either side removed', () => {
  expect(mergeLabels(['a', 'b'], ['a', 'b', 'mine'], ['b', 'theirs'])).toEqual(['b', 'mine', 'theirs']);
});
