import { fireEvent, render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Avatar, initials } from './Avatar';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['  Grace  Brewster Hopper ', 'GH'],
  ['李 明', '李明'],
  ['', ''],
])('the initials of %j are %j', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test('a picture comes from https, without telling where it is shown', () => {
  const { container } = render(<Avatar name="Ada" url="https://pictures.example/ada.png" />);
  expect(container.querySelector('img')?.referrerPolicy).toBe('no-referrer');
});

test.each(['http://pictures.example/a.png', 'javascript:alert(1)', 'data:image/svg+xml,<svg/>', '/a.png', 'nonsense', null])('%s is no picture', (url) => {
  const { container } = render(<Avatar name="Ada" url={url} />);
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toBe('A');
});

test('a picture that does not come gives way to the initials', () => {
  const { container } = render(<Avatar name="Ada" url="https://pictures.example/gone.png" />);
  fireEvent.error(container.querySelector('img') as Element);
  expect(container.textContent).toBe('A');
});
