/** A record is wrapped so often at most: base64 of a container of XML in hex. */
const WRAPPINGS_MAX = 4;

const RECORD = 'OCMF|';

/** A text and the texts that it wraps: OCPP's container, base64, hex or XML, one inside the other. */
function layersOf(text: string, wrappings = WRAPPINGS_MAX): string[] {
  const inner = text.startsWith(RECORD) || wrappings === 0 ? undefined : unwrapped(text);
  return inner === undefined ? [text] : [text, ...layersOf(inner, wrappings - 1)];
}

function unwrapped(text: string): string | undefined {
  const trimmed = text.replace(/^[\s\0\ufeff]+/, '');
  if (trimmed.startsWith('{')) return containedIn(trimmed);
  if (trimmed.startsWith('<')) return unescapedXml(trimmed);
  const digits = trimmed.replace(/[\s\0]+/g, '').replace(/^0x/i, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(digits)) return Buffer.from(digits, 'hex').toString('utf8');
  return /^[A-Za-z0-9+/_-]+=*$/.test(digits) ? Buffer.from(digits, 'base64').toString('utf8') : undefined;
}

function containedIn(text: string): string | undefined {
  try {
    const { signedMeterData } = JSON.parse(text) as { signedMeterData?: unknown };
    return typeof signedMeterData === 'string' ? signedMeterData : undefined;
  } catch {
    return undefined;
  }
}

const SIGNS: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The texts of the elements that hold a record; where none does, the longest text, which may wrap one. */
function unescapedXml(text: string): string {
  const texts = [...text.matchAll(/<!\[CDATA\[([\s\S]*?)\]\]>|>([^<]+)</g)].map(
    ([, data, content = '']) => data ?? content.replace(/&(\w+);/g, (all, name) => SIGNS[name] ?? all),
  );
  const records = texts.filter((each) => each.includes(RECORD));
  return records.length > 0 ? records.join('\n') : (texts.toSorted((a, b) => b.length - a.length)[0] ?? '');
}

/** Whether these lines have all that a signed value holds: its records, or the value itself where it holds none. */
export function isKept(value: string, lines: readonly string[]): boolean {
  if (lines.includes(value)) return true;
  const layers = layersOf(value);
  const kept = lines.filter((line) => line !== '' && layers.some((layer) => layer.includes(line)));
  const wrapped = Math.max(...layers.map((layer) => layer.split(RECORD).length - 1));
  return kept.length > 0 && new Set(kept).size >= wrapped;
}
