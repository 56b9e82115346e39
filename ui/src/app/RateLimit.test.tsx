import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { projectsQuery } from '@/shared/api/projects';
import { fakeTransport, problem } from '@/test/fakes';
import { createQueryClient } from './queryClient';
import { RateLimit } from './RateLimit';

function Projects() {
  const { data } = useQuery(projectsQuery());
  return <p>{data ? 'the projects are there' : 'loading'}</p>;
}

test('a read that meets the limit says so, waits as long as the server wants, and goes on by itself', async () => {
  let refusals = 1;
  const { calls } = fakeTransport(() => {
    refusals -= 1;
    return refusals < 0 ? { body: { items: [], next_cursor: null } } : { ...problem(429, 'rate_limited'), headers: { 'retry-after': '2' } };
  });
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RateLimit />
      <Projects />
    </QueryClientProvider>,
  );
  expect((await screen.findByRole('status', undefined, { timeout: 4_000 })).textContent).toMatch(/by itself in [12] s/);
  expect(calls).toHaveLength(1);
  await screen.findByText('the projects are there', undefined, { timeout: 10_000 });
  expect(calls).toHaveLength(2);
  expect(screen.queryByRole('status')).toBeNull();
});
