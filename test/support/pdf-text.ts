import { inflateSync } from 'node:zlib';

const inflated = (body: string): string => {
  try {
    return inflateSync(Buffer.from(body, 'latin1')).toString('latin1');
  } catch {
    return '';
  }
};

/** The texts of a PDF's pages that jsPDF wrote, a line each, in Windows-1252. */
export function pdfText(file: Uint8Array): string {
  const raw = Buffer.from(file).toString('latin1');
  const streams = [...raw.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body = '']) =>
    inflated(body),
  );
  const texts = [...streams.join('\n').matchAll(/\(((?:\\.|[^\\)])*)\) Tj/g)].map(([, text = '']) => text);
  return texts.map((text) => text.replace(/\\([()\\])/g, '$1')).join('\n');
}
