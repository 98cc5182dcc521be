import { escaped, svgOf } from '../plots/svg.ts';
import type { Block, ReportDocument } from './content.ts';
import { STYLE } from './style.ts';

/** The report as one HTML file: no scripts, nothing loaded from elsewhere. */
export function htmlOf({ title, blocks }: ReportDocument): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<main><h1>${escaped(title)}</h1>`,
    ...blocks.map(elementOf),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function elementOf(block: Block): string {
  switch (block.kind) {
    case 'verdict':
      return `<p class="verdict ${block.verdict}">${escaped(block.text)}</p>`;
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`;
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'facts':
      return `<dl>${block.rows.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
    case 'entries':
      return `<ul>${block.entries.map((lines) => `<li>${lines.map(escaped).join('<br>')}</li>`).join('')}</ul>`;
    case 'table':
      return tableOf(block);
    case 'plots':
      return `<div class="plots">${block.drawings.map(figureOf).join('')}</div>`;
  }
}

type TableBlock = Extract<Block, { kind: 'table' }>;

function tableOf({ header, rows, figuresFrom }: TableBlock): string {
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells
      .map(
        (cell, index) => `<${tag}${index >= figuresFrom ? ' class="figure"' : ''}>${escaped(cell)}</${tag}>`,
      )
      .join('')}</tr>`;
  const head = `<thead>${row(header, 'th')}</thead>`;
  return `<div class="wide" tabindex="0" role="region" aria-label="Bookings"><table>${head}<tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

type Drawing = Extract<Block, { kind: 'plots' }>['drawings'][number];

const figureOf = (drawing: Drawing): string =>
  `<figure><figcaption><b>${escaped(drawing.title)}</b> ${escaped(drawing.description)}</figcaption>${svgOf(drawing)}</figure>`;
