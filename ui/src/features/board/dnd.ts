// Loaded after the board is on screen: nothing here is needed to read it.
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import type { TaskStatus, Uuid } from '@/shared/api/types';

const KIND = 'task';
const isTask = (data: Record<string | symbol, unknown>): boolean => data.kind === KIND;

/** Makes a card draggable. `onStart` says that it has begun. */
export const dragCard = (element: HTMLElement, id: Uuid, onStart: () => void): (() => void) =>
  draggable({ element, getInitialData: () => ({ kind: KIND, id }), onDragStart: onStart });

/** Makes a column take cards. The whole column is one target: the height of a card tells the index. */
export function dropOnColumn(element: HTMLElement, scroller: HTMLElement, status: TaskStatus, onOver: (clientY: number) => void): () => void {
  const over = ({ location }: { location: { current: { input: { clientY: number } } } }) => onOver(location.current.input.clientY);
  return combine(
    dropTargetForElements({
      element,
      canDrop: ({ source }) => isTask(source.data),
      getData: () => ({ status }),
      onDragEnter: over,
      onDrag: over,
      // The last word: moves are only told once a frame, and the drop may come before the next.
      onDrop: over,
    }),
    autoScrollForElements({ element: scroller, canScroll: ({ source }) => isTask(source.data) }),
  );
}

/** Scrolls the board sideways while a card is dragged, and tells when the drag leaves all columns or ends. */
export function watchBoard(board: HTMLElement, { onLeave, onEnd }: { onLeave: () => void; onEnd: (dropped: boolean) => void }): () => void {
  return combine(
    autoScrollForElements({ element: board, canScroll: ({ source }) => isTask(source.data), getAllowedAxis: () => 'horizontal' }),
    monitorForElements({
      canMonitor: ({ source }) => isTask(source.data),
      onDropTargetChange: ({ location }) => location.current.dropTargets.length === 0 && onLeave(),
      onDrop: ({ location }) => onEnd(location.current.dropTargets.length > 0),
    }),
  );
}
