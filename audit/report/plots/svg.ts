import { type Drawing, type Shape, TYPE_SIZE } from './drawing.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML and XML have it. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

/** The drawing as SVG 1.1; its colours are the page's classes. */
export function svgOf({ width, height, title, description, shapes }: Drawing): string {
  const label = escaped(`${title}: ${description}`);
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" font-size="${TYPE_SIZE}">`,
    ...shapes.map(elementOf),
    '</svg>',
  ].join('');
}

function elementOf(shape: Shape): string {
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height, tone } = shape;
      return `<rect class="${tone}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
    }
    case 'line': {
      const points = shape.points.map((point) => point.join(',')).join(' ');
      const dashes = shape.isDashed ? ' stroke-dasharray="4 3"' : '';
      return `<polyline class="${shape.tone}" points="${points}"${dashes}/>`;
    }
    case 'text':
      return `<text x="${shape.x}" y="${shape.y}" text-anchor="${shape.anchor}">${escaped(shape.text)}</text>`;
  }
}
