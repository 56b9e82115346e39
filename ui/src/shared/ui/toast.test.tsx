import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '@/shared/api/errors';
import { Toasts, toast } from './toast';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const tooMany = (seconds: number) => new ApiError({ type: '', title: 'Too many', status: 429, code: 'rate_limited', detail: 'Too many.', request_id: '' }, Date.now() + seconds * 1000);

test('a limit that many calls met is told once, and counted down to its end', () => {
  render(<Toasts />);
  act(() => {
    toast.failed('The task could not be moved', tooMany(20));
    toast.failed('The task could not be changed', tooMany(20));
  });
  expect(screen.getAllByRole('alert')).toHaveLength(1);
  expect(screen.getByRole('alert').textContent).toContain('The task could not be changed. Too many requests in a short time. There can be more in 20 s.');
  act(() => vi.advanceTimersByTime(8_000));
  expect(screen.getByRole('alert').textContent).toContain('in 12 s');
  act(() => vi.advanceTimersByTime(12_100));
  expect(screen.getByRole('alert').textContent).toContain('There can be more requests now.');
  act(() => vi.advanceTimersByTime(5_000));
  expect(screen.queryByRole('alert')).toBeNull();
});
