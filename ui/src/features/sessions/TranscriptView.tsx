import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Session } from '@/shared/api/types';
import { useStore } from '@/shared/hooks/createStore';
import { Button } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { rowHeight } from './rows/rowHeight';
import { RowView } from './rows/RowView';
import type { LiveTranscript } from './transcript/live';
import { usePreparedRows } from './usePreparedRows';
import { useRowsAround } from './useRowsAround';

/** More entries are asked for when fewer rows than this are above the view, or below it. */
const ROWS_AHEAD = 60;
/** So close to the end counts as at the end, in px. */
const AT_END = 48;
/** A row's content is no wider than this (`max-w-3xl`), and stands this far from the view's sides together, in px. */
const WIDEST_ROW = 768;
const SIDES = 32;
const SCROLLS_UP: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

const contentWidth = (ofView: number): number => Math.min(WIDEST_ROW, ofView - SIDES);

interface TranscriptViewProps {
  session: Session;
  live: LiveTranscript;
  isPlainText: boolean;
}

/** The transcript as a virtual list that stays at its end while one is there. */
export function TranscriptView({ session, live, isPlainText }: TranscriptViewProps) {
  const { rows, phase, error, hasOlder, hasNewer, loading, opened } = useStore(live.state, (state) => state);
  const scrollRef = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const lastSeen = useRef(rows.at(-1));
  // Heights are guessed for this width. It is taken over when rows are added, for then the view is held in its place.
  const width = useRef(WIDEST_ROW);
  const [firstWidth, setFirstWidth] = useState(WIDEST_ROW);

  const rangeExtractor = useRowsAround(rows, (row) => rowHeight(row, isPlainText, width.current));

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => (rows[index] ? rowHeight(rows[index], isPlainText, width.current) : 0),
    // Another function has the heights guessed anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the first width is what they are guessed for
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows, firstWidth]),
    rangeExtractor,
    paddingStart: 12,
    paddingEnd: 12,
    anchorTo: 'end',
    // A page that is put below what one reads must not take the view along.
    followOnAppend: atEnd,
    scrollEndThreshold: AT_END,
    // Scrolling moves the rows without drawing them again.
    directDomUpdates: true,
    // A transform would make each row a layer of its own, which costs more in every frame than it saves in any.
    directDomUpdatesMode: 'position',
  });

  const ready = phase === 'ready';
  // Only the reader lets go of the end: in a flood it is rows away before the view has followed.
  const follows = useRef(true);
  const letGo = () => {
    follows.current = false;
  };
  useLayoutEffect(() => {
    follows.current = true;
  }, [live]);
  useLayoutEffect(() => {
    if (ready && scrollRef.current) setFirstWidth((width.current = contentWidth(scrollRef.current.clientWidth)));
  }, [ready]);
  useLayoutEffect(() => {
    if (ready && !hasNewer && follows.current) virtualizer.scrollToEnd();
  }, [ready, hasNewer, live, rows, firstWidth, virtualizer]);

  // In a pane that gets narrower the rows get taller, and the end moves away.
  useEffect(() => {
    const scroller = scrollRef.current;
    if (!ready || !scroller) return;
    let frame = 0;
    const resized = new ResizeObserver(([entry]) => {
      if (entry) width.current = contentWidth(entry.contentRect.width);
      cancelAnimationFrame(frame);
      // By then the rows have been measured anew.
      frame = requestAnimationFrame(() => follows.current && virtualizer.scrollToEnd());
    });
    resized.observe(scroller);
    return () => {
      resized.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [ready, live, virtualizer]);

  // After a leap the view begins where the rows do.
  useLayoutEffect(() => {
    if (opened.at === 'start') virtualizer.scrollToOffset(0);
  }, [opened, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;
  const lastShown = items.at(-1)?.index ?? 0;
  usePreparedRows(rows, firstShown, lastShown, isPlainText);
  const nearStart = firstShown < ROWS_AHEAD;
  const nearEnd = lastShown >= rows.length - ROWS_AHEAD;
  useEffect(() => {
    if (!ready || loading || error) return;
    if (hasOlder && nearStart) void live.loadOlder();
    else if (hasNewer && nearEnd) void live.loadNewer();
  }, [ready, hasOlder, hasNewer, loading, error, nearStart, nearEnd, live]);

  const [firstSeq, lastSeq] = [rows[firstShown]?.seq, rows[lastShown]?.seq];
  useEffect(() => {
    live.look(follows.current || firstSeq === undefined || lastSeq === undefined ? 'end' : { first: firstSeq, last: lastSeq });
  });

  const toEnd = () => {
    follows.current = true;
    if (hasNewer) void live.open('end');
    else virtualizer.scrollToEnd();
  };
  const toStart = () => {
    letGo();
    if (hasOlder) void live.open('start');
    else virtualizer.scrollToOffset(0);
  };

  if (atEnd) lastSeen.current = rows.at(-1);
  // Worked out of what the list knows: asking the page would make it lay itself out.
  const noticePlace = () => {
    const bottom = (virtualizer.scrollOffset ?? 0) + (virtualizer.scrollRect?.height ?? 0);
    const isAtEnd = !hasNewer && virtualizer.getTotalSize() - bottom <= AT_END;
    if (isAtEnd) follows.current = true;
    setAtEnd(isAtEnd);
  };
  // Rows that grow move the end away without a scroll.
  useEffect(noticePlace);

  if (phase === 'failed') return <ErrorState className="min-h-0 flex-1" title="The transcript could not be loaded" error={error} onRetry={() => live.start()} />;
  if (phase === 'loading')
    return (
      <div className="min-h-0 flex-1 p-4">
        <SkeletonLines lines={7} label="Loading the transcript" />
      </div>
    );
  if (rows.length === 0) return <EmptyState className="min-h-0 flex-1" title="Nothing has been said yet" />;

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {error ? (
        <p role="alert" className="flex items-center gap-2 border-b bg-danger-soft px-3 py-1 text-sm">
          More entries could not be loaded.
          <Button size="sm" variant="ghost" onClick={() => void (hasNewer && nearEnd ? live.loadNewer() : live.loadOlder())}>
            Try again
          </Button>
        </p>
      ) : null}
      {loading && (loading === 'older' ? nearStart : nearEnd) ? (
        <p
          role="status"
          className={cn('absolute inset-x-0 z-10 mx-auto w-fit rounded-full bg-raised px-2.5 py-0.5 text-sm text-muted shadow-card', loading === 'older' ? 'top-1' : 'bottom-1')}
        >
          Loading {loading} entries…
        </p>
      ) : null}
      <div
        ref={scrollRef}
        onScroll={noticePlace}
        onWheel={(event) => event.deltaY < 0 && letGo()}
        onTouchMove={letGo}
        onKeyDown={(event) => {
          if (SCROLLS_UP.has(event.key)) letGo();
          if (event.target !== event.currentTarget || (event.key !== 'Home' && event.key !== 'End')) return;
          event.preventDefault();
          if (event.key === 'Home') toStart();
          else toEnd();
        }}
        // On the scroll bar.
        onPointerDown={(event) => event.target === event.currentTarget && letGo()}
        tabIndex={0}
        role="log"
        aria-label="Transcript"
        aria-live="off"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain bg-bg outline-none [overflow-anchor:none] focus-visible:shadow-[inset_2px_0_0_var(--accent)]"
      >
        <div ref={virtualizer.containerRef} className="relative">
          {items.map((item) => {
            const row = rows[item.index];
            return row ? (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtualizer.measureElement}
                className="absolute inset-x-0 mx-auto w-full max-w-[50rem] px-3 [contain:layout_style] sm:px-4"
              >
                <RowView row={row} sessionId={session.id} workspaceId={session.workspace_id} isPlainText={isPlainText} />
              </div>
            ) : null;
          })}
        </div>
      </div>
      {atEnd ? null : (
        <Button size="sm" className="absolute inset-x-0 bottom-3 mx-auto w-fit rounded-full bg-raised shadow-pop" onClick={toEnd}>
          <ArrowDown size={13} />
          {hasNewer || rows.at(-1) === lastSeen.current ? 'To the end' : 'New messages'}
        </Button>
      )}
    </div>
  );
}
