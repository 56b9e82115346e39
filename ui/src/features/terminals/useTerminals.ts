import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { isNotFound, staleCurrent } from '@/shared/api/errors';
import { isDevServer, terminalCalls, terminalsQuery } from '@/shared/api/terminals';
import type { Terminal, Uuid } from '@/shared/api/types';
import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';
import { forgetTerminal, keepTerminal } from './api/terminals';
import { addTab, EMPTY, focusTerminal, readLayout, reconcile, removeTerminal, replaceTerminal, splitPane, terminalsOf, type Direction, type Layout } from './layout/layout';
import { disposeAll, disposeTerminal, shownTerminal } from './live';
import type { Size } from './stream/attachment';

const storageKey = (workspaceId: Uuid) => `switchyard.terminals.${workspaceId}`;

/** An end that a person has not seen yet, or would ask about, stays until it is put away. */
const isWorthTelling = (terminal: Terminal): boolean => {
  const { id, closed_reason } = terminal;
  return closed_reason === 'idle' || closed_reason === 'lost' || (closed_reason === 'exited' && (isDevServer(terminal) || shownTerminal(id) !== undefined));
};

const hasEnded = (terminal: Terminal): boolean => terminal.status === 'closed' || shownTerminal(terminal.id)?.state.get().connection.is === 'closed';

/** The terminals of a workspace, how this window lays them out, and what can be done with them. */
export function useTerminals(workspaceId: Uuid) {
  const client = useQueryClient();
  const { data: open, error, refetch } = useQuery(terminalsQuery(workspaceId));
  const [ended, setEnded] = useState<ReadonlyMap<Uuid, Terminal>>(new Map());
  const [remembered, setLayout] = useState<Layout>(() => readLayout(localStorage.getItem(storageKey(workspaceId))));
  const [opening, setOpening] = useState(false);
  const asked = useRef(new Set<Uuid>());

  const openIds = useMemo(() => open?.map(({ id }) => id), [open]);
  // What is not in the list is kept until its end is known.
  const layout = useMemo(
    () => (openIds ? reconcile(remembered, openIds, (id) => ended.has(id) || !asked.current.has(id)) : EMPTY),
    [remembered, openIds, ended],
  );
  const byId = useMemo(() => new Map([...ended, ...(open ?? []).map((each) => [each.id, each] as const)]), [open, ended]);

  useLayoutEffect(() => {
    if (!openIds) return;
    if (layout !== remembered) setLayout(layout);
    if (layout.tabs.length === 0) localStorage.removeItem(storageKey(workspaceId));
    else localStorage.setItem(storageKey(workspaceId), JSON.stringify(layout));
  }, [layout, remembered, openIds, workspaceId]);

  const putAway = useCallback((id: Uuid) => {
    asked.current.add(id);
    setEnded((known) => new Map([...known].filter(([each]) => each !== id)));
    setLayout((now) => removeTerminal(now, id));
    disposeTerminal(id);
  }, []);

  // Terminals of the layout that are not open: how did they end?
  useEffect(() => {
    if (!openIds) return;
    for (const id of terminalsOf(layout)) {
      if (openIds.includes(id) || ended.has(id) || asked.current.has(id)) continue;
      asked.current.add(id);
      terminalCalls.get(id).then(
        (terminal) => {
          if (terminal.status === 'open') {
            asked.current.delete(id);
            keepTerminal(client, terminal);
          } else if (isWorthTelling(terminal)) setEnded((known) => new Map(known).set(id, terminal));
          else putAway(id);
        },
        (failure: unknown) => (isNotFound(failure) ? putAway(id) : asked.current.delete(id)),
      );
    }
  }, [layout, openIds, ended, client, putAway]);

  useEffect(() => disposeAll, [workspaceId]);

  /** Resolves with the new terminal's id, or undefined when there is none. */
  const begin = async (place: (now: Layout, id: Uuid) => Layout, call: () => Promise<Terminal>): Promise<Uuid | undefined> => {
    if (opening) return undefined;
    setOpening(true);
    try {
      const terminal = await call();
      // The feed may have been faster, and put it at the end.
      setLayout((now) => place(removeTerminal(now, terminal.id), terminal.id));
      keepTerminal(client, terminal);
      return terminal.id;
    } catch (failure) {
      toast.failed('The terminal could not be opened', failure);
      return undefined;
    } finally {
      setOpening(false);
    }
  };

  const openShell = (as: { name?: string } & Partial<Size>) => () => terminalCalls.open(workspaceId, as);

  const end = async (terminal: Terminal): Promise<void> => {
    try {
      await terminalCalls.close(terminal);
    } catch (failure) {
      const current = staleCurrent<Terminal>(failure);
      if (current) await terminalCalls.close(current);
      else if (!isNotFound(failure)) throw failure;
    }
  };

  const close = async (id: Uuid): Promise<void> => {
    const terminal = byId.get(id);
    if (!terminal || hasEnded(terminal)) return putAway(id);
    if (shownTerminal(id)?.screen.isFullScreen && !(await confirm({ title: `Close “${terminal.name}”?`, body: 'A program such as an editor has its whole screen. What is not saved in it is lost.', confirmLabel: 'Close', danger: true }))) return;
    try {
      await end(terminal);
      forgetTerminal(client, terminal);
      putAway(id);
    } catch (failure) {
      toast.failed('The terminal could not be closed', failure);
    }
  };

  const rename = async (id: Uuid, name: string): Promise<void> => {
    const terminal = byId.get(id);
    if (!terminal || terminal.name === name || name.trim() === '') return;
    try {
      keepTerminal(client, await terminalCalls.rename(terminal, name.trim()));
    } catch (failure) {
      const current = staleCurrent<Terminal>(failure);
      if (current) keepTerminal(client, current);
      toast.failed('The terminal could not be renamed', failure);
    }
  };

  const replace = async (id: Uuid, call: () => Promise<Terminal>) => {
    const next = await begin((now, begun) => replaceTerminal(now, id, begun), call);
    if (next !== undefined) putAway(id);
    return next;
  };

  /** Shows the dev server that runs, or starts it: where the last one ended, if that is still there. */
  const startDevServer = async (size: Size): Promise<Uuid | undefined> => {
    const start = () => terminalCalls.startDevServer(workspaceId, size);
    const known = [...byId.values()].filter(isDevServer);
    const running = known.find((each) => !hasEnded(each));
    if (running) {
      setLayout((now) => focusTerminal(now, running.id));
      return running.id;
    }
    const last = known.find(({ id }) => terminalsOf(layout).includes(id));
    if (!last) return begin(addTab, start);
    setLayout((now) => focusTerminal(now, last.id));
    return replace(last.id, start);
  };

  /** Ends the dev server if it runs, and starts it in the same place. */
  const restartDevServer = async (terminal: Terminal, size: Size): Promise<Uuid | undefined> => {
    const { id } = terminal;
    if (!hasEnded(terminal)) {
      // Its place is kept meanwhile.
      setEnded((known) => new Map(known).set(id, { ...terminal, status: 'closed', closed_reason: 'closed' }));
      try {
        await end(terminal);
      } catch (failure) {
        setEnded((known) => new Map([...known].filter(([each]) => each !== id)));
        toast.failed('The dev server could not be stopped', failure);
        return undefined;
      }
    }
    return replace(id, () => terminalCalls.startDevServer(workspaceId, size));
  };

  return {
    loaded: openIds !== undefined,
    error,
    retry: () => void refetch(),
    layout,
    setLayout,
    byId,
    opening,
    open: (size: Size) => begin(addTab, openShell(size)),
    split: (beside: Uuid, direction: Direction, size: Size) => begin((now, id) => splitPane(now, beside, id, direction), openShell(size)),
    startDevServer,
    restart: (id: Uuid, size: Size) => {
      const terminal = byId.get(id);
      if (terminal && isDevServer(terminal)) return restartDevServer(terminal, size);
      return replace(id, openShell(terminal ? { name: terminal.name, ...size } : size));
    },
    close,
    rename,
  };
}

export type Terminals = ReturnType<typeof useTerminals>;
