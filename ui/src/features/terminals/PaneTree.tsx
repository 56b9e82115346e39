import type { Terminal, Uuid } from '@/shared/api/types';
import { Split } from '@/shared/ui/Split';
import { terminalsIn, type Pane } from './layout/layout';
import { TerminalPane } from './TerminalPane';

const LEAST_PX = { row: 160, column: 72 };

interface PaneTreeProps {
  pane: Pane;
  current: Uuid;
  byId: ReadonlyMap<Uuid, Terminal>;
  finding: boolean;
  onFocus: (id: Uuid) => void;
  onEndFind: () => void;
  onRestart: (id: Uuid) => void;
  onClose: (id: Uuid) => void;
  isPart?: boolean;
}

/** The panes of one tab, with lines between them that can be moved. */
export function PaneTree(props: PaneTreeProps) {
  const { pane, current, byId, finding, isPart = false } = props;
  if ('terminal' in pane) {
    const id = pane.terminal;
    const terminal = byId.get(id);
    if (!terminal) return null;
    return (
      <TerminalPane
        key={id}
        terminal={terminal}
        isCurrent={id === current}
        isOneOfMany={isPart}
        finding={finding && id === current}
        onFocus={() => props.onFocus(id)}
        onEndFind={props.onEndFind}
        onRestart={() => props.onRestart(id)}
        onClose={() => props.onClose(id)}
      />
    );
  }
  const half = (side: Pane) => <PaneTree {...props} pane={side} isPart key={terminalsIn(side).join()} />;
  return (
    <Split
      storageKey={`switchyard.terminal-split.${pane.direction}`}
      label="Size of the terminals"
      stacked={pane.direction === 'column'}
      leastPx={LEAST_PX[pane.direction]}
      initial={0.5}
      left={half(pane.first)}
      right={half(pane.second)}
    />
  );
}
