type MarkUp = (text: string, language: string) => string | null;

/** Longer pieces of code stay plain: their colours would cost more time than they give. */
const LONGEST_CODE = 20_000;
const LANGUAGE = /(?:^| )language-(\S+)/;

let markUp: MarkUp | null = null;

/** Colours the code blocks below an element. The highlighter is loaded when the first block names a language. */
export function colourCode(root: HTMLElement): void {
  const blocks = [...root.querySelectorAll<HTMLElement>('pre > code[class*="language-"]')];
  if (blocks.length === 0) return;
  if (markUp) return blocks.forEach(colour);
  void import('@/shared/highlight/engine').then(
    (engine) => {
      markUp = engine.markUp;
      blocks.filter((block) => block.isConnected).forEach(colour);
    },
    // Without the highlighter code stays plain; the next text tries to load it again.
    () => undefined,
  );
}

function colour(block: HTMLElement): void {
  const text = block.textContent;
  const language = LANGUAGE.exec(block.className)?.[1];
  if (!markUp || !language || text.length > LONGEST_CODE) return;
  const html = markUp(text, language.toLowerCase());
  // The highlighter escapes the text that it marks up.
  if (html !== null) block.innerHTML = html;
}
