import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { authStore } from '@/shared/api/auth';
import { keys } from '@/shared/api/keys';
import { projectsQuery } from '@/shared/api/projects';
import type { Approval, Session, Task } from '@/shared/api/types';
import { fakeTransport, makeTask, problem, type FakeStream } from '@/test/fakes';
import { feedStore, startFeed } from './feed';
import { patchCache } from './patch';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function feed() {
  const { streams } = fakeTransport(() => ({ body: { items: [], next_cursor: null } }));
  const client = new QueryClient();
  const { ready, stop } = startFeed(client);
  const stream = (index = 0): FakeStream => {
    const found = streams[index];
    if (!found) throw new Error('no such connection');
    return found;
  };
  const task = (id = 't1') => client.getQueryData<Task[]>(keys.tasks('p1'))?.find((each) => each.id === id);
  return { client, ready, stop, stream, streams, task };
}

const taskEvent = (seq: number, task: Task, type = 'task.updated') => ({ seq, type, id: task.id, project_id: task.project_id, version: task.version, data: task });
const settle = () => vi.advanceTimersByTime(20);

test('a change of the feed is in the cached board at once', async () => {
  const { client, ready, stream, task, stop } = feed();
  stream().open();
  expect(stream().sent).toEqual([{ since: null }]);
  stream().say({ since: 10 });
  await ready;
  client.setQueryData(keys.tasks('p1'), [makeTask()]);
  stream().say(taskEvent(11, makeTask({ version: 2, title: 'Changed' })));
  settle();
  expect(task()?.title).toBe('Changed');
  stream().say({ ...taskEvent(12, makeTask({ version: 3 }), 'task.deleted'), data: null });
  settle();
  expect(task()).toBeUndefined();
  stop();
});

test('after a break it goes on from the last change it has, and none is taken twice', () => {
  const { client, stream, streams, task, stop } = feed();
  stream().open();
  stream().say({ since: 10 });
  client.setQueryData(keys.tasks('p1'), [makeTask()]);
  stream().say(taskEvent(11, makeTask({ version: 2 })));
  settle();
  stream().close();
  expect(feedStore.get()).toBe('offline');
  vi.advanceTimersByTime(1_000);
  expect(streams).toHaveLength(2);
  stream(1).open();
  expect(stream(1).sent).toEqual([{ since: 11 }]);
  stream(1).say({ since: 12 });
  stream(1).say(taskEvent(11, makeTask({ version: 2, title: 'Doubled' })));
  stream(1).say(taskEvent(12, makeTask({ version: 3, title: 'Missed' })));
  settle();
  expect(task()?.title).toBe('Missed');
  expect(feedStore.get()).toBe('online');
  stop();
});

test('a reset reads everything again', () => {
  const { client, stream, stop } = feed();
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  stream().open();
  stream().say({ since: 10 });
  expect(invalidate).not.toHaveBeenCalled();
  stream().say({ reset: true, since: 99 });
  expect(invalidate).toHaveBeenCalledWith();
  stop();
});

test('pages do not wait for a feed that does not come, and read again once it does', async () => {
  const { client, ready, stream, stop } = feed();
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  vi.advanceTimersByTime(500);
  await ready;
  stream().open();
  stream().say({ since: 10 });
  expect(invalidate).toHaveBeenCalled();
  stop();
});

test("a session's news show on its task's card; an older session's do not", () => {
  const { client, stream, task, stop } = feed();
  stream().open();
  stream().say({ since: 1 });
  client.setQueryData(keys.tasks('p1'), [makeTask()]);
  const session = (id: string, status: Session['status'], seq: number) =>
    stream().say({ seq, type: 'session.updated', id, project_id: 'p1', version: seq, data: { id, workspace_id: 'w', task_id: 't1', project_id: 'p1', status, version: seq } });
  session('s2', 'running', 2);
  session('s1', 'failed', 3);
  settle();
  expect(task()?.latest_session).toEqual({ id: 's2', workspace_id: 'w', status: 'running' });
  stop();
});

test('an answer that was on its way when a change came is read once more', async () => {
  vi.useRealTimers();
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const answers: ((list: Partial<Session>[]) => void)[] = [];
  const observer = new QueryObserver(client, { queryKey: keys.workspaceSessions('w'), queryFn: () => new Promise<Partial<Session>[]>((resolve) => answers.push(resolve)) });
  const unsubscribe = observer.subscribe(() => {});
  const session = { id: 's', workspace_id: 'w', task_id: 't1', project_id: 'p1', version: 2, status: 'completed' as const };
  for (const seq of [2, 3]) patchCache(client, { seq, type: 'session.updated', id: 's', project_id: 'p1', version: seq, data: session });
  answers[0]?.([{ ...session, version: 1, status: 'starting' }]);
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.([session]);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toEqual([session]));
  expect(answers).toHaveLength(2);
  unsubscribe();
});

test('an approval leaves the inbox when it is answered', () => {
  const { client, stream, stop } = feed();
  stream().open();
  stream().say({ since: 1 });
  client.setQueryData(keys.approvals, []);
  const say = (seq: number, status: Approval['status']) => stream().say({ seq, type: 'approval.updated', id: 'a', project_id: 'p1', version: seq, data: { id: 'a', status, version: seq } });
  say(2, 'pending');
  settle();
  expect(client.getQueryData(keys.approvals)).toHaveLength(1);
  say(3, 'answered');
  settle();
  expect(client.getQueryData(keys.approvals)).toEqual([]);
  stop();
});

test('an approval that expires moves from those that wait to those that were given up', () => {
  const { client, stream, stop } = feed();
  stream().open();
  stream().say({ since: 1 });
  client.setQueryData(keys.approvals, [{ id: 'a', status: 'pending', version: 1 }]);
  client.setQueryData(keys.expiredApprovals, []);
  stream().say({ seq: 2, type: 'approval.updated', id: 'a', project_id: 'p1', version: 2, data: { id: 'a', status: 'expired', version: 2 } });
  settle();
  expect(client.getQueryData(keys.approvals)).toEqual([]);
  expect(client.getQueryData(keys.expiredApprovals)).toHaveLength(1);
  stop();
});

test('the numbers of tasks of the projects are read again after tasks changed, once for many', async () => {
  const { calls, streams } = fakeTransport(() => ({ body: { items: [], next_cursor: null } }));
  const client = new QueryClient();
  const { stop } = startFeed(client);
  streams[0]?.open();
  streams[0]?.say({ since: 10 });
  const unsubscribe = new QueryObserver(client, projectsQuery()).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(100);
  expect(calls.filter(({ path }) => path === '/projects')).toHaveLength(1);
  for (let seq = 11; seq < 31; seq += 1) streams[0]?.say(taskEvent(seq, makeTask({ id: `t${seq}`, project_id: 'elsewhere', version: seq }), 'task.created'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(calls.filter(({ path }) => path === '/projects')).toHaveLength(2);
  unsubscribe();
  stop();
});

test.each([
  ['member.updated', keys.members],
  ['member.updated', keys.me],
  ['organisation.updated', keys.me],
  ['invitation.deleted', keys.invitations],
  ['api_key.created', keys.apiKeys],
])('%s has %s read again', (type, key) => {
  const client = new QueryClient();
  client.setQueryData(key, []);
  patchCache(client, { seq: 2, type, id: 'x', project_id: null, version: 1, data: null });
  expect(client.getQueryState(key)?.isInvalidated).toBe(true);
});

test('it is not tried again once the server says that nobody is signed in', async () => {
  const { streams } = fakeTransport(() => problem(401, 'unauthenticated'));
  const { stop } = startFeed(new QueryClient());
  streams[0]?.open();
  streams[0]?.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(streams).toHaveLength(1);
  authStore.set('unknown');
  stop();
});
