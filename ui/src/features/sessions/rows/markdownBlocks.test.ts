import { describe, expect, it } from 'vitest';
import { markdownBlocks } from './markdownBlocks';

const filler = `${'word '.repeat(700)}\n\n`;

describe('cutting a long markdown text', () => {
  it('loses nothing', () => {
    const text = `${filler}# Title\n\n- a\n\n- b\n\n\`\`\`\nx\n\ny\n\`\`\`\n\nend`;
    expect(markdownBlocks(text).join('\n')).toBe(text);
  });

  it('cuts neither in a fence nor between the items of a list', () => {
    const blocks = markdownBlocks(`${filler}- a\n\n- b\n\n  more\n\n\`\`\`js\nx\n\ny\n\`\`\`\n\nend`);
    expect(blocks.slice(1)).toEqual(['```js\nx\n\ny\n```\n', 'end']);
    expect(blocks[0]).toContain('- b');
  });

  it('renders a short text whole', () => {
    expect(markdownBlocks('a\n\nb')).toEqual(['a\n\nb']);
  });
});
