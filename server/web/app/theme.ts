import { createTheme } from '@mantine/core';

const FONT = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Colours, corners and fonts. The fonts are installed ones: nothing is loaded from other hosts. */
export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  colors: {
    pine: [
      '#eafaf5',
      '#d3f1e8',
      '#a7e3d2',
      '#75d3ba',
      '#4dc5a5',
      '#2fb28f',
      '#149a79',
      '#0b7a62',
      '#0a624f',
      '#074c3e',
    ],
    dark: [
      '#d5dcdd',
      '#adb9bb',
      '#8d9b9e',
      '#5d6c70',
      '#36444a',
      '#2a373c',
      '#202b2f',
      '#171f22',
      '#111719',
      '#0c1113',
    ],
  },
});
