import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import { setTransport } from '@/shared/transport';
import { httpTransport } from '@/shared/transport/http';
import { useFileChanges } from './useFileChanges';

describe('a workspace whose files change', () => {
  let change: () => void = () => undefined;
  let readings: (() => void)[] = [];
  let client: QueryClient;

  beforeEach(() => {
    vi.useFakeTimers();
    readings = [];
    client = new QueryClient();
    vi.spyOn(client, 'invalidateQueries').mockImplementation((filter) =>
      filter?.queryKey?.join() === keys.diff('w').join() ? new Promise((resolve) => readings.push(resolve)) : Promise.resolve(),
    );
    setTransport({
      ...httpTransport,
      openStream: () => ({
        onMessage: (listener) => (change = () => listener('{"changed":true}')),
        onState: (listener) => listener('open'),
        send: () => undefined,
        close: () => undefined,
      }),
    });
    renderHook(() => useFileChanges('w', true), { wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> });
  });
  afterEach(() => {
    vi.useRealTimers();
    setTransport(httpTransport);
  });

  it('is read again once it is watched, for what changed since the page first read it', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readings).toHaveLength(1);
  });

  it('is read once for a burst of changes', async () => {
    for (let i = 0; i < 5; i++) change();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readings).toHaveLength(1);
  });

  it('is read even while it never rests', async () => {
    for (let i = 0; i < 20; i++) {
      change();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(readings).toHaveLength(1);
  });

  it('is read again, and only then, when it changed during a slow reading', async () => {
    change();
    await vi.advanceTimersByTimeAsync(300);
    change();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(readings).toHaveLength(1);
    readings[0]?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readings).toHaveLength(2);
  });
});
