import type { Plugin } from 'vite';

const STYLESHEETS = /\s*<link rel="stylesheet"[^>]*>/g;

/**
 * Moves the stylesheets between the shell that stands in `index.html` and the page: a browser then paints the shell as
 * soon as it has the document, and runs the scripts when it has the styles, as before. Mantine's variables, which the
 * page brings itself, stay behind the stylesheets and so are the last word.
 */
export function paintedFirst(): Plugin {
  return {
    name: 'plugpact:painted-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const links = html.match(STYLESHEETS) ?? [];
        return html
          .replace(STYLESHEETS, '')
          .replace('<div id="root">', `${links.join('')}\n    <div id="root">`);
      },
    },
  };
}
