import { useLayoutEffect, useState, type RefObject } from 'react';

/** Whether an element is at least so wide, in px: what a pane shows depends on its own room, not on the window's. */
export function useIsWide(ref: RefObject<HTMLElement | null>, least: number): boolean {
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setWide(element.clientWidth >= least);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, least]);
  return wide;
}
