import { afterEach, expect, test } from 'vitest';
import { fakeTransport, problem } from '@/test/fakes';
import { authStore } from './auth';
import { api, getAll, path } from './client';
import { ApiError, errorText, rateLimitEnd } from './errors';

afterEach(() => authStore.set('unknown'));

test('a refusal becomes an error with the stable code, the words for people and the field', async () => {
  fakeTransport(() => problem(422, 'invalid', { errors: [{ field: 'title', message: 'A title is needed.' }] }));
  const error = await api.post('/projects', {}).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: 'invalid', message: 'It is invalid.' });
  expect((error as ApiError).field('title')).toBe('A title is needed.');
});

test('an answer that is no problem document still says what happened', async () => {
  fakeTransport(() => ({ status: 502, body: 'Bad gateway' }));
  const error = await api.get('/info').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'http_502' });
  expect(errorText(error)).toBe('The server answered 502');
});

test('a 401 marks the window as not connected', async () => {
  fakeTransport(() => problem(401, 'unauthenticated'));
  await api.get('/info').catch(() => undefined);
  expect(authStore.get()).toBe('disconnected');
});

test('the version travels as If-Match and the key as Idempotency-Key', async () => {
  const { calls } = fakeTransport(() => ({ body: {} }));
  await api.patch('/tasks/1', { title: 'x' }, { version: 4, idempotencyKey: 'k' });
  expect(calls[0]?.headers).toMatchObject({ 'if-match': '"4"', 'idempotency-key': 'k', 'content-type': 'application/json' });
});

test('a list is read to its end', async () => {
  const { calls } = fakeTransport(({ path: target }) => ({ body: target.includes('cursor=2') ? { items: [3], next_cursor: null } : { items: [1, 2], next_cursor: '2' } }));
  expect(await getAll('/agents', { query: { limit: 2 } })).toEqual([1, 2, 3]);
  expect(calls.map((call) => call.path)).toEqual(['/agents?limit=2', '/agents?limit=2&cursor=2']);
});

test('parts of a path cannot leave their place', () => {
  expect(path`/tasks/${'../projects?x'}`).toBe('/tasks/..%2Fprojects%3Fx');
});

test.each([
  ['30', 30_000],
  [new Date(Date.now() + 60_000).toUTCString(), 60_000],
])('too many requests tell when there may be more: Retry-After %s', async (header, ahead) => {
  fakeTransport(() => ({ ...problem(429, 'rate_limited'), headers: { 'retry-after': header } }));
  const error = await api.get('/info').catch((caught: unknown) => caught);
  const end = rateLimitEnd(error) ?? 0;
  expect(Math.abs(end - Date.now() - ahead)).toBeLessThan(2_000);
});

test('another refusal is no matter of how many', async () => {
  fakeTransport(() => ({ ...problem(503, 'runner_unavailable'), headers: { 'retry-after': '5' } }));
  expect(rateLimitEnd(await api.get('/info').catch((caught: unknown) => caught))).toBeNull();
});
