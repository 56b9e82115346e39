import { remembered } from './remembered';

type MarkUp = (text: string, language: string) => string | null;

/** Longer pieces of code stay plain: their colours would cost more time than they give. */
const LONGEST_CODE = 20_000;
const CODE = 'pre > code[class*="language-"]';
const LANGUAGE = /(?:^| )language-(\S+)/;

/** So many pieces of coloured code are kept. */
const MOST_KEPT = 300;
/** Colours that may wait are made in slices of about this long, in ms, so that scrolling stays smooth. */
const SLICE_MS = 4;

let markUp: MarkUp | null = null;
const waiting: HTMLElement[] = [];
let working = false;

/** Colours the code blocks below an element. The highlighter is loaded when the first block names a language. */
export function colourCode(root: HTMLElement, when: 'now' | 'soon'): void {
  const blocks = [...root.querySelectorAll<HTMLElement>(CODE)];
  if (blocks.length === 0) return;
  if (markUp && when === 'now') return blocks.forEach(colour);
  waiting.push(...blocks);
  if (markUp) return workSoon();
  // Without the highlighter code stays plain; the next text tries to load it again.
  loadMarkUp().then(workSoon, () => waiting.splice(0));
}

const loadMarkUp = () => import('@/shared/highlight/engine').then((engine) => void (markUp ??= remembering(engine.markUp)));

/** HTML with the colours of its code; null while the highlighter is being loaded. */
export function withColours(html: string): string | null {
  if (!html.includes('class="language-')) return html;
  if (!markUp) {
    void loadMarkUp().catch(() => undefined);
    return null;
  }
  const template = document.createElement('template');
  template.innerHTML = html;
  template.content.querySelectorAll<HTMLElement>(CODE).forEach(colour);
  return template.innerHTML;
}

/** Keeps results by language and text. */
function remembering(make: MarkUp): MarkUp {
  const byLanguage = new Map<string, (text: string) => string | null>();
  return (text, language) => {
    const known = byLanguage.get(language) ?? remembered(MOST_KEPT, (each) => make(each, language));
    byLanguage.set(language, known);
    return known(text);
  };
}

function workSoon(): void {
  if (working || waiting.length === 0) return;
  working = true;
  setTimeout(() => {
    working = false;
    const until = performance.now() + SLICE_MS;
    // The newest first: it is what is in sight.
    for (let block = waiting.pop(); block; block = performance.now() < until ? waiting.pop() : undefined) if (block.isConnected) colour(block);
    workSoon();
  }, 0);
}

function colour(block: HTMLElement): void {
  const text = block.textContent;
  const language = LANGUAGE.exec(block.className)?.[1];
  if (!markUp || !language || text.length > LONGEST_CODE) return;
  const html = markUp(text, language.toLowerCase());
  // The highlighter escapes the text that it marks up.
  if (html !== null) block.innerHTML = html;
}
