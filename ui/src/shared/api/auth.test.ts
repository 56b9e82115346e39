import { afterEach, expect, test } from 'vitest';
import { authStore, compareLogin, mustWait, openedFor, waitingChanges } from './auth';
import { api } from './client';
import { readInfo } from './instance';
import { resumeStream } from '@/shared/transport/resume';
import { fakeTransport, problem } from '@/test/fakes';
import { ADA, closePage, ENGINES, hostedInfo } from '@/test/people';

afterEach(closePage);

/** A hosted server with one login, which the test ends and begins. */
function hosted(user: ReturnType<typeof hostedInfo>['user'] = ADA) {
  const server = { info: hostedInfo(user) };
  const { calls, streams } = fakeTransport(({ path }) => {
    if (path === '/info') return { body: server.info };
    return server.info.user ? { body: { ok: true } } : problem(401, 'unauthenticated');
  });
  return { server, calls, streams, sent: (path: string) => calls.filter((call) => call.path === path) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('what was refused because the login ended waits, and is sent once the same person is back', async () => {
  const { server, sent } = hosted();
  await readInfo();
  server.info = hostedInfo(null);
  const saved = api.patch('/tasks/1', { title: 'Typed for an hour' }, { version: 3 });
  const read = api.get('/projects');
  await settled();
  expect(authStore.get()).toBe('signed-out');
  expect([mustWait(), waitingChanges.get()]).toEqual([true, 1]);
  // Nor is anything more sent meanwhile.
  const later = api.post('/tasks/1/comments', {});
  await settled();
  expect(sent('/tasks/1/comments')).toEqual([]);

  server.info = hostedInfo();
  await readInfo();
  expect(await Promise.all([saved, read, later])).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  expect(sent('/tasks/1').map(({ body, headers }) => [body, headers['if-match']])).toEqual([
    [{ title: 'Typed for an hour' }, '"3"'],
    [{ title: 'Typed for an hour' }, '"3"'],
  ]);
  expect(waitingChanges.get()).toBe(0);
});

test.each([
  ['somebody else', hostedInfo({ id: 'eve', name: 'Eve' })],
  ['the same person in another organisation', hostedInfo(ADA, { id: 'other', name: 'Other' })],
])('nothing that waits is sent as %s', async (_who, other) => {
  const { server, sent } = hosted();
  await readInfo();
  server.info = hostedInfo(null);
  void api.patch('/tasks/1', {});
  await settled();
  server.info = other;
  await readInfo();
  void api.delete('/tasks/2');
  await settled();
  expect(authStore.get()).toBe('changed');
  expect([sent('/tasks/1').length, sent('/tasks/2').length]).toEqual([1, 0]);
  expect(openedFor.get()).toEqual({ user: ADA, organisation: ENGINES });
});

test('a read that nobody wants any more stops waiting', async () => {
  hosted();
  await readInfo();
  authStore.set('signed-out');
  const gone = new AbortController();
  const read = api.get('/projects', { signal: gone.signal });
  gone.abort();
  await expect(read).rejects.toThrow(/abort/i);
});

test('a wrong password is an answer, not a lost login', async () => {
  fakeTransport(() => problem(401, 'credentials_invalid'));
  compareLogin(hostedInfo());
  await expect(api.put('/auth/password', {})).rejects.toMatchObject({ code: 'credentials_invalid' });
  expect(authStore.get()).toBe('unknown');
});

test('before anybody is signed in, a refusal is a refusal', async () => {
  hosted(null);
  await readInfo();
  expect(authStore.get()).toBe('signed-out');
  await expect(api.get('/projects')).rejects.toMatchObject({ status: 401 });
  expect(authStore.get()).toBe('signed-out');
});

test('on a desktop there is no login to compare', () => {
  compareLogin({ ...hostedInfo(null), mode: 'desktop' });
  expect([authStore.get(), openedFor.get()]).toEqual(['unknown', null]);
});

test('streams wait while nobody is signed in, and come back at once', async () => {
  const { streams } = hosted();
  await readInfo();
  const stop = resumeStream({ path: () => '/events', onFrame: () => undefined });
  streams[0]?.open();
  authStore.set('signed-out');
  streams[0]?.close();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(streams).toHaveLength(1);
  authStore.set('unknown');
  expect(streams).toHaveLength(2);
  stop();
});
