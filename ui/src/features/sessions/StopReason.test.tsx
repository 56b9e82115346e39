import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { StopReason } from './StopReason';

const WHY = 'Whoever started this left the organisation, so the agent was stopped.';

test('a session that was stopped for a reason says which, and one that is talked to again no longer does', () => {
  const { rerender } = render(<StopReason session={{ status: 'stopped', status_detail: WHY }} />);
  expect(screen.getByRole('status').textContent).toBe(WHY);
  rerender(<StopReason session={{ status: 'running', status_detail: null }} />);
  expect(screen.queryByRole('status')).toBeNull();
});

test('a session that its own person stopped needs no reason', () => {
  render(<StopReason session={{ status: 'stopped', status_detail: null }} />);
  expect(screen.queryByRole('status')).toBeNull();
});

test('a session at work whose runner does not answer says so, and what a turn ended with is no reason', () => {
  const away = 'The runner does not answer.';
  const { rerender } = render(<StopReason session={{ status: 'running', status_detail: away }} />);
  expect(screen.getByRole('status').textContent).toBe(away);
  rerender(<StopReason session={{ status: 'idle', status_detail: 'end_turn' }} />);
  expect(screen.queryByRole('status')).toBeNull();
});
