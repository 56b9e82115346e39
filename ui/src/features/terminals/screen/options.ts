/** What holds for each terminal, whatever the preferences. Shared with the tests of hostile output. */
export const xtermOptions = {
  // Decorations of what was found are behind this.
  allowProposedApi: true,
  // No reports of titles and sizes, no moving of windows.
  windowOptions: {},
  // A click must not type arrow keys.
  altClickMovesCursor: false,
  minimumContrastRatio: 4.5,
  cursorBlink: true,
  cursorInactiveStyle: 'outline',
  drawBoldTextInBrightColors: false,
  macOptionIsMeta: true,
  logLevel: 'off',
} as const;
