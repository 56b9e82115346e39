// Whether what stands side by side keeps apart.

/** Pairs of texts and pictures below the element that lie over each other, as far as they can be seen. */
export const overlapsIn = (locator) =>
  locator.evaluate((bar) => {
    const SLACK_PX = 1;
    const seen = (rect, element) => {
      let { left, right, top, bottom } = rect;
      for (let each = element; each && each !== bar.parentElement; each = each.parentElement) {
        if (getComputedStyle(each).overflow === 'visible') continue;
        const box = each.getBoundingClientRect();
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
        [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      }
      return { left, right, top, bottom };
    };
    const pieces = [];
    const walker = document.createTreeWalker(bar, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const isText = node.nodeType === Node.TEXT_NODE;
      if (isText ? node.data.trim() === '' : !['svg', 'INPUT', 'SELECT'].includes(node.tagName)) continue;
      const element = isText ? node.parentElement : node;
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.sr-only, option')) continue;
      const range = document.createRange();
      range.selectNode(node);
      const box = seen(isText ? range.getBoundingClientRect() : node.getBoundingClientRect(), element);
      if (box.right - box.left > SLACK_PX && box.bottom - box.top > SLACK_PX) pieces.push({ name: isText ? node.data : node.tagName, box });
    }
    const found = [];
    pieces.forEach((a, i) =>
      pieces.slice(i + 1).forEach((b) => {
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (wide > SLACK_PX && high > SLACK_PX) found.push(`“${a.name}” and “${b.name}” by ${Math.round(wide)} px`);
      }),
    );
    const beyond = bar.scrollWidth - bar.clientWidth;
    return beyond > SLACK_PX ? [...found, `its content is ${beyond} px wider than it`] : found;
  });
