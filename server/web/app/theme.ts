import { createTheme } from '@mantine/core';
import { t } from './words.ts';

/** The system's own font on purpose: it costs no bytes, is what the reader is used to, and follows what they set. */
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Sizes of text in px, in rem so that they follow the reader's own size; none is below 12 px. */
const size = (px: number): string => `${px / 16}rem`;

/** Colours, corners, spaces and fonts. Colours of text on tints are in tokens.css. */
export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: size(13), sm: size(15), md: size(15), lg: size(17), xl: size(22) },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.45', lg: '1.4', xl: '1.3' },
  spacing: { xs: size(8), sm: size(12), md: size(16), lg: size(24), xl: size(24) },
  headings: {
    fontFamily: FONT,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: size(34), lineHeight: '1.15' },
      h2: { fontSize: size(22), lineHeight: '1.25' },
      h3: { fontSize: size(22), lineHeight: '1.25' },
      h4: { fontSize: size(17), lineHeight: '1.35' },
      h5: { fontSize: size(15), lineHeight: '1.4' },
      h6: { fontSize: size(13), lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { md: size(10) },
  primaryColor: 'pine',
  // White text on it has 5.3:1 in both schemes.
  primaryShade: 7,
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Set in one place: these have text below 12 px, or parts below 24 px, by themselves.
  components: {
    Badge: { defaultProps: { size: 'lg', tt: 'none', fw: 600 } },
    Chip: { defaultProps: { size: 'md' } },
    CloseButton: { defaultProps: { size: 'lg' } },
    ActionIcon: { defaultProps: { size: 'lg' } },
    // Within a dialog it is no banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': t('app.close') } } },
  },
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
