/** What a browser is, by the word in its name for itself. The first that occurs: most call themselves by several. */
const BROWSERS: [word: string, name: string][] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
];
const SYSTEMS: [word: string, name: string][] = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
];

const LONGEST_UNKNOWN = 60;

export interface Device {
  name: string;
  handheld: boolean;
}

/** Names a browser for its owner; another program by what it calls itself, which may be anything. */
export function deviceOf(userAgent: string): Device {
  const find = (list: typeof BROWSERS) => list.find(([word]) => userAgent.includes(word))?.[1];
  const system = find(SYSTEMS);
  const browser = userAgent.startsWith('Mozilla/') ? find(BROWSERS) : undefined;
  const name = browser ? `${browser}${system ? ` on ${system}` : ''}` : userAgent.trim().slice(0, LONGEST_UNKNOWN) || 'An unknown program';
  return { name, handheld: browser !== undefined && ['iPhone', 'iPad', 'Android'].includes(system ?? '') };
}
