/** JSON text laid out for reading; anything else as it is; null for what says nothing. */
export function prettyJson(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)) return null;
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  } catch {
    return text.trim() === '' ? null : text;
  }
}
