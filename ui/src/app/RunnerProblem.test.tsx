import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { agentsQuery } from '@/shared/api/instance';
import { fakeTransport, problem } from '@/test/fakes';
import { RunnerProblem } from './RunnerProblem';

const REASON = 'The runner cannot start: git 2.39 is too old: install git 2.40 or newer.';

function Agents() {
  const { data, error } = useQuery(agentsQuery());
  return <p>{data ? 'the agents are there' : error ? 'no agents' : 'loading'}</p>;
}

test('a call that the runner is away for brings up the reason, which goes when the runner is there, and what failed is read again', async () => {
  let away = false;
  fakeTransport(({ path }) => {
    if (path.startsWith('/agents')) return away ? problem(503, 'runner_unavailable') : { body: { items: [], next_cursor: null } };
    return { body: { runner_problem: away ? REASON : null } };
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const page = (withAgents: boolean) => (
    <QueryClientProvider client={client}>
      <RunnerProblem />
      {withAgents ? <Agents /> : null}
    </QueryClientProvider>
  );
  const { rerender } = render(page(false));
  expect(screen.queryByRole('alert')).toBeNull();
  away = true;
  rerender(page(true));
  expect((await screen.findByRole('alert')).textContent).toContain(REASON);
  expect(screen.getByText('no agents')).toBeTruthy();
  away = false;
  await screen.findByText('the agents are there', undefined, { timeout: 5_000 });
  expect(screen.queryByRole('alert')).toBeNull();
});
