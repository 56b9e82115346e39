import { describe, expect, it } from 'vitest';
import { clonePart, cloneText } from './cloneText';

describe('what cloning is at', () => {
  it('is told with what came, once something came', () => {
    expect(cloneText(null)).toBe('Cloning…');
    expect(cloneText({ phase: 'connecting', percent: null, objects: 0, bytes: 0 })).toBe('Connecting…');
    expect(cloneText({ phase: 'receiving', percent: 40, objects: 7, bytes: 1_572_864 })).toBe('Receiving 40 %, 1.5 MiB');
  });

  it('never goes back from one phase to the next', () => {
    const at = (phase: 'preparing' | 'receiving' | 'resolving', percent: number) => clonePart({ phase, percent, objects: 0, bytes: 0 });
    expect(at('preparing', 100)).toBeNull();
    expect(at('receiving', 100)).toBeLessThanOrEqual(Number(at('resolving', 0)));
    expect(at('resolving', 100)).toBe(100);
  });
});
