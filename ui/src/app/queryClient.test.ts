import { expect, test } from 'vitest';
import { ApiError, problemFrom } from '@/shared/api/errors';
import { NetworkError } from '@/shared/transport/transport';
import { createQueryClient } from './queryClient';

const refuse = (status: number) => new ApiError(problemFrom(status, ''));

test.each([
  ['what is not there any more leaves the screen', refuse(404), undefined],
  ['what was refused for another reason stays', refuse(403), 'Payroll'],
])('%s', async (_, error, left) => {
  const client = createQueryClient();
  client.setQueryData(['project', 'p1'], 'Payroll');
  await client.fetchQuery({ queryKey: ['project', 'p1'], queryFn: () => Promise.reject(error), staleTime: 0, retry: false }).catch(() => undefined);
  expect(client.getQueryData(['project', 'p1'])).toBe(left);
});

test('what could not be asked for stays', async () => {
  const client = createQueryClient();
  client.setQueryData(['project', 'p1'], 'Payroll');
  await client.fetchQuery({ queryKey: ['project', 'p1'], queryFn: () => Promise.reject(new NetworkError('gone')), staleTime: 0, retry: false }).catch(() => undefined);
  expect(client.getQueryData(['project', 'p1'])).toBe('Payroll');
});
