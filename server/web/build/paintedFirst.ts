import type { Plugin } from 'vite';

const STYLESHEETS = /\s*<link rel="stylesheet"[^>]*>/g;

/**
 * Moves the stylesheets behind the shell that stands in `index.html`: a browser then paints the shell as soon as it has
 * the document, and runs the scripts when it has the styles, as before.
 */
export function paintedFirst(): Plugin {
  return {
    name: 'plugpact:painted-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const links = html.match(STYLESHEETS) ?? [];
        return html.replace(STYLESHEETS, '').replace('</body>', `${links.join('')}\n  </body>`);
      },
    },
  };
}
