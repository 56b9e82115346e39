const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.4 MB`, in steps of 1,024. */
export function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size >= 10 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}
