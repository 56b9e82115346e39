import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { moveTasks, placeAt, placeOf } from '@/shared/tasks/move';
import { endDrag, patchState, useBoardStore } from './boardState';
import type { BoardColumn } from './columns';
import { useDragAndDrop } from './useDragAndDrop';

/** Carries out what is dropped on the board, an element that may come later than the code for it. */
export function useDrop(board: HTMLElement | null, columns: readonly BoardColumn[]): void {
  const client = useQueryClient();
  const store = useBoardStore();
  const dragAndDrop = useDragAndDrop();
  const latest = useRef(columns);
  useEffect(() => {
    latest.current = columns;
  });

  useEffect(() => {
    if (!dragAndDrop || !board) return;
    return dragAndDrop.watchBoard(board, {
      onLeave: () => patchState(store, { dropAt: null }),
      onEnd: (dropped) => {
        const { dragged, dropAt } = store.get();
        endDrag(store);
        const target = latest.current.find((column) => column.status === dropAt?.status);
        if (!dropped || !dropAt || !target) return;
        const moving = latest.current.flatMap((column) =>
          column.tasks.filter((task) => dragged.has(task.id)).map((task) => ({ task, origin: placeOf(task, column.tasks) })),
        );
        const [only] = moving;
        if (!only) return;
        const place = placeAt(target.status, target.tasks, dropAt.index, dragged);
        const stays = moving.length === 1 && only.task.status === place.status && only.origin.previous?.id === place.previous?.id && only.origin.next?.id === place.next?.id;
        patchState(store, { focused: only.task.id });
        if (!stays) void moveTasks(client, moving.map(({ task }) => task), place, target.title, moving.map(({ origin }) => origin));
      },
    });
  }, [dragAndDrop, board, store, client]);
}
