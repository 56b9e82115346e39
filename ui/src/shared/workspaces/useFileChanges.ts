import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { path } from '@/shared/api/client';
import type { Uuid } from '@/shared/api/types';
import { refreshFiles } from '@/shared/api/workspaces';
import { resumeStream } from '@/shared/transport/resume';

/** Files change in bursts: they are read again once they rest this long, in ms, and at the latest after `LONGEST_WAIT_MS`. */
const REST_MS = 250;
const LONGEST_WAIT_MS = 1_500;

/** Reads what is shown of a workspace's files again whenever they change, while the component is mounted. */
export function useFileChanges(workspaceId: Uuid, enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let firstAt: number | null = null;
    let ended = false;
    let reading = false;
    let changedMeanwhile = false;
    // One reading at a time: starting anew on each change would never end while files keep changing.
    const refresh = async () => {
      firstAt = null;
      changedMeanwhile = reading;
      if (reading) return;
      reading = true;
      await refreshFiles(client, workspaceId);
      reading = false;
      if (changedMeanwhile && !ended) refreshSoon();
    };
    const refreshSoon = () => {
      const now = performance.now();
      firstAt ??= now;
      clearTimeout(timer);
      timer = setTimeout(() => void refresh(), Math.max(0, Math.min(REST_MS, firstAt + LONGEST_WAIT_MS - now)));
    };
    const stop = resumeStream({
      path: () => path`/workspaces/${workspaceId}/changes`,
      onFrame: refreshSoon,
      onState: (state) => {
        // What changed while nobody listened was not told: since the connection broke off, or since the page first read.
        if (state === 'online') refreshSoon();
      },
    });
    return () => {
      ended = true;
      clearTimeout(timer);
      stop();
    };
  }, [client, workspaceId, enabled]);
}
