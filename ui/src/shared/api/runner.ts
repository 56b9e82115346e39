import { createStore } from '@/shared/hooks/createStore';

/** What the server answers while the part that reaches files, git and agents is away. */
export const RUNNER_AWAY = 'runner_unavailable';

/** How many calls the runner was away for: each is a reason to ask what is wrong. */
export const runnerMissed = createStore(0);
