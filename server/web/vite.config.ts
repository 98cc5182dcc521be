import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { finished } from './build/finished.ts';
import { firstWords } from './build/firstWords.ts';
import { paintedFirst } from './build/paintedFirst.ts';
import { usedStyles } from './build/usedStyles.ts';
import { compiledMessages } from './compiledMessages.ts';
import { explorer } from './explorer.ts';

/** The page is built once and served by the API from `dist/web`, under the API's own origin. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compiledMessages(), explorer(), react(), paintedFirst(), firstWords(), usedStyles(), finished()],
  // jsPDF draws HTML and SVG by these; the page's documents are text.
  resolve: {
    alias: Object.fromEntries(
      ['canvg', 'dompurify', 'html2canvas'].map((name) => [
        name,
        resolve(import.meta.dirname, 'app/nothing.ts'),
      ]),
    ),
  },
  build: {
    outDir: resolve(import.meta.dirname, '../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // MapLibre alone is larger than the default limit; it is loaded apart, after the list is shown.
    chunkSizeWarningLimit: 1_400,
    // All that the page needs before it runs is one file: as fifty small ones each would wait for its turn on a slow line.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
    },
  },
});
