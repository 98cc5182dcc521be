import { z } from 'zod';

/** A record wrapped more often than this is not looked for: base64 of a container of an XML file in hex has four. */
const MOST_WRAPPINGS = 4;
/** In characters. Records of real meters have 500 to 4,000, and wrappings make at most six of one. */
const LONGEST_VALUE = 65_536;

const RECORD = 'OCMF|';

const container = z.object({ signedMeterData: z.string() });

/** Elements of the transparency software's XML that hold a record: `<signedData format="OCMF" encoding="plain">`. */
const XML_DATA =
  /<((?:\w+:)?(?:signedData|encodedData))\b[^<>]*>([^<]*|\s*<!\[CDATA\[[\s\S]*?\]\]>\s*)<\/\1\s*>/g;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The OCMF records of a SignedData value, each with the characters that its meter signed; empty where there is none. A value
 * is the record itself, or a wrapping of it: the container of OCPP, the transparency software's XML, base64 or hex, one
 * inside the other. What follows a record is cut off: it is not signed.
 */
export const recordsOf = (value: string): string[] =>
  value.length > LONGEST_VALUE ? [] : unwrapped(value, MOST_WRAPPINGS);

function unwrapped(value: string, wrappings: number): string[] {
  const text = value.replace(/^[\s\0\ufeff]+/, '');
  if (text.startsWith(RECORD)) return [withoutTrailing(text)];
  if (wrappings === 0) return [];
  return innerTexts(text).flatMap((inner) => unwrapped(inner, wrappings - 1));
}

function innerTexts(text: string): string[] {
  if (text.startsWith('{')) return containedIn(text);
  if (text.startsWith('<')) return [...text.matchAll(XML_DATA)].map(([, , data = '']) => xmlText(data));
  const digits = text.replace(/[\s\0]+/g, '').replace(/^0x/i, '');
  // Hex digits are base64 too, but no base64 of a record is made of them alone.
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(digits);
  return [Buffer.from(digits, isHex ? 'hex' : 'base64').toString('utf8')];
}

function containedIn(text: string): string[] {
  try {
    return [container.parse(JSON.parse(text)).signedMeterData];
  } catch {
    return [];
  }
}

/** The characters of an XML element without elements inside it. */
function xmlText(data: string): string {
  const cdata = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(data)?.[1];
  if (cdata !== undefined) return cdata;
  return data.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return codePoint <= 0x10_ff_ff ? String.fromCodePoint(codePoint) : all;
  });
}

/** Up to the end of the signature's object. A text without that end is left as it is. */
function withoutTrailing(text: string): string {
  const payloadEnd = endOfObject(text, RECORD.length);
  const separator = payloadEnd === undefined ? -1 : text.indexOf('|', payloadEnd);
  const end = separator < 0 ? undefined : endOfObject(text, separator + 1);
  return end === undefined ? text.trimEnd() : text.slice(0, end);
}

/** Where the JSON object ends that begins there; undefined where there is none. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '{') depth++;
    else if (depth === 0 && character.trim() !== '') return undefined;
    else if (character === '}' && --depth === 0) return at + 1;
    else if (character === '"') at = endOfText(text, at);
  }
  return undefined;
}

/** Where the closing quote of a JSON text is; the end of everything where there is none. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
