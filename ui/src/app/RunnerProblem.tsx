import { useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { infoQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import { runnerMissed } from '@/shared/api/runner';
import { renewAfterRead } from '@/shared/feed/renew';
import { useStore } from '@/shared/hooks/createStore';

/** How often is asked whether the problem is solved, in ms. */
const PULSE_MS = 2_000;

/** Says on every page why agents and files cannot be reached, and what to do, until they can. */
export function RunnerProblem() {
  const client = useQueryClient();
  const missed = useStore(runnerMissed, (times) => times);
  const { data } = useQuery({ ...infoQuery(), refetchInterval: ({ state }) => (state.data?.runner_problem ? PULSE_MS : false) });
  const problem = data?.runner_problem ?? null;

  useEffect(() => {
    if (missed === 0) return;
    renewAfterRead(client, keys.info);
    void client.invalidateQueries({ queryKey: keys.info, exact: true });
  }, [missed, client]);

  // What could not be read meanwhile is read once it can be.
  const had = useRef(problem);
  useEffect(() => {
    if (had.current !== null && problem === null) void client.refetchQueries({ predicate: ({ state }) => state.status === 'error' });
    had.current = problem;
  }, [problem, client]);

  if (problem === null) return null;
  return (
    <div role="alert" className="flex shrink-0 items-start gap-2 border-b border-danger/40 bg-danger-soft px-4 py-2">
      <TriangleAlert size={15} className="mt-0.5 shrink-0 text-danger" />
      <p className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium">{problem}</span>{' '}
        <span className="text-muted">Agents, changes and files cannot be reached until then; the boards can. It is tried again all the time, without a restart.</span>
      </p>
    </div>
  );
}
