import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { keys } from '@/shared/api/keys';
import type { Uuid } from '@/shared/api/types';
import { diffQuery } from '@/shared/api/workspaces';
import { resumeStream } from '@/shared/transport/resume';
import { changesPath } from './api/review';

/** Files change in bursts: the diff is read again once they rest this long, in ms, and at the latest after `LONGEST_WAIT_MS`. */
const REST_MS = 250;
const LONGEST_WAIT_MS = 1_500;

/** The diff of a workspace, read again whenever its files change. */
export function useLiveDiff(workspaceId: Uuid) {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let firstAt: number | null = null;
    let wasOnline = false;
    const refresh = () => {
      firstAt = null;
      void client.invalidateQueries({ queryKey: keys.diff(workspaceId) }, { cancelRefetch: false });
      void client.invalidateQueries({ queryKey: keys.commits(workspaceId) });
    };
    const refreshSoon = () => {
      const now = performance.now();
      firstAt ??= now;
      clearTimeout(timer);
      timer = setTimeout(refresh, Math.max(0, Math.min(REST_MS, firstAt + LONGEST_WAIT_MS - now)));
    };
    const stop = resumeStream({
      path: () => changesPath(workspaceId),
      onFrame: refreshSoon,
      onState: (state) => {
        if (state !== 'online') return;
        // What changed while nobody listened was not told.
        if (wasOnline) refreshSoon();
        wasOnline = true;
      },
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, workspaceId]);
  return useQuery(diffQuery(workspaceId));
}
