/** Longer texts are not kept: few of them would fill the memory. */
const LONGEST_TEXT = 20_000;

/** The same function, with its latest results kept: a list that scrolls back shows the same texts again. */
export function remembered<T>(most: number, make: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>();
  return (text) => {
    if (text.length > LONGEST_TEXT) return make(text);
    const known = kept.get(text);
    const result = known ?? make(text);
    // The one used last goes last.
    kept.delete(text);
    kept.set(text, result);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return result;
  };
}
