import type { AbiParameter, Hex } from 'viem';

/** A word is 32 bytes: 64 characters of hex. */
const WORD_CHARS = 64;
/** viem's rule: integers up to this many bits are numbers, longer ones bigints. */
const NUMBER_BITS = 48;
/** The code of the digit 0. */
const ZERO = 48;

/** Reads one ABI type. Positions count characters of hex. */
interface Codec {
  /** Words that the type takes in the head of its tuple. */
  words: number;
  isDynamic: boolean;
  read(data: string, at: number): unknown;
}

/** Reads a list of parameters from their ABI encoding, which begins at a character of a text of hex. */
export type DecodeParameters = (text: string, start: number) => Record<string, unknown>;

/** Reads the word that begins at a character of a text of hex. */
type WordReader = (text: string, at: number) => unknown;

/**
 * A decoder for these parameters, made once: viem's own looks up the types again for each log. Values are as viem gives
 * them, but addresses are lower case.
 *
 * The decoder throws RangeError where the data is too short for the types, or a value too large for its own.
 */
export function parameterDecoder(parameters: readonly AbiParameter[]): DecodeParameters {
  const { read } = tupleCodec(parameters);
  return (text, start) => read(text, start) as Record<string, unknown>;
}

function codecOf(parameter: AbiParameter): Codec {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) return arrayCodec({ ...parameter, type: array[1]! } as AbiParameter, array[2]!);
  if (type === 'tuple') return tupleCodec((parameter as { components: readonly AbiParameter[] }).components);
  if (type === 'bytes' || type === 'string') return bytesCodec(type);
  return { words: 1, isDynamic: false, read: wordReader(type) };
}

/**
 * How the value of one word is read; used for indexed arguments too, which are a topic each. Words are read where they
 * stand: a piece of a text would be an object for each.
 */
export function wordReader(type: string): WordReader {
  if (type === 'address') return (text, at) => `0x${digitsAt(text, at, 40)}`;
  if (type === 'bool') return (text, at) => digitsAt(text, at, 1) === '1';
  const [, kind, size] = /^(uint|int|bytes)(\d*)$/.exec(type) ?? [];
  if (kind === undefined) return (text, at) => `0x${wordAt(text, at)}`;
  const bits = size === '' ? 256 : Number(size);
  if (kind === 'bytes') return bytesReader(size === '' ? WORD_CHARS : 2 * Number(size));
  return kind === 'int' ? intReader(bits) : uintReader(bits);
}

const bytesReader =
  (digits: number): WordReader =>
  (text, at) =>
    `0x${wordAt(text, at).slice(0, digits)}`;

function intReader(bits: number): WordReader {
  const signed = (text: string, at: number) => BigInt.asIntN(bits, BigInt(`0x${wordAt(text, at)}`));
  return bits <= NUMBER_BITS ? (text, at) => Number(signed(text, at)) : signed;
}

function uintReader(bits: number): WordReader {
  const digits = bits / 4;
  return bits <= NUMBER_BITS
    ? (text, at) => Number.parseInt(digitsAt(text, at, digits), 16)
    : (text, at) => BigInt(`0x${digitsAt(text, at, digits)}`);
}

/** The last digits of a word, whose other digits must be zero. */
function digitsAt(text: string, at: number, digits: number): string {
  demandWord(text, at);
  const begin = at + WORD_CHARS - digits;
  for (let i = at; i < begin; i++) {
    if (text.charCodeAt(i) !== ZERO)
      throw new RangeError(`The word ${wordAt(text, at)} is too large for its type.`);
  }
  return text.slice(begin, at + WORD_CHARS);
}

function demandWord(text: string, at: number): void {
  if (at + WORD_CHARS > text.length) throw new RangeError('The data is shorter than its types.');
}

function wordAt(text: string, at: number): string {
  demandWord(text, at);
  return text.slice(at, at + WORD_CHARS);
}

/** An offset or length, in bytes. */
function sizeAt(data: string, at: number): number {
  const size = Number.parseInt(wordAt(data, at), 16);
  if (2 * size > data.length) throw new RangeError('The data is shorter than its types.');
  return size;
}

function tupleCodec(parameters: readonly AbiParameter[]): Codec {
  const fields = parameters.map((parameter, i) => ({
    name: parameter.name ?? String(i),
    codec: codecOf(parameter),
  }));
  const isDynamic = fields.some(({ codec }) => codec.isDynamic);
  return {
    words: isDynamic ? 1 : fields.reduce((words, { codec }) => words + codec.words, 0),
    isDynamic,
    read(data, start) {
      const value: Record<string, unknown> = {};
      let at = start;
      for (const { name, codec } of fields) {
        value[name] = codec.read(data, codec.isDynamic ? start + 2 * sizeAt(data, at) : at);
        at += codec.words * WORD_CHARS;
      }
      return value;
    },
  };
}

function arrayCodec(item: AbiParameter, length: string): Codec {
  const codec = codecOf(item);
  const readItems = (data: string, start: number, count: number): unknown[] =>
    Array.from({ length: count }, (_, i) => {
      const at = start + i * codec.words * WORD_CHARS;
      return codec.read(data, codec.isDynamic ? start + 2 * sizeAt(data, at) : at);
    });
  if (length === '') {
    const read = (data: string, at: number) => readItems(data, at + WORD_CHARS, sizeAt(data, at));
    return { words: 1, isDynamic: true, read };
  }
  const count = Number(length);
  const words = codec.isDynamic ? 1 : count * codec.words;
  return { words, isDynamic: codec.isDynamic, read: (data, at) => readItems(data, at, count) };
}

function bytesCodec(type: 'bytes' | 'string'): Codec {
  const read = (data: string, at: number): Hex | string => {
    const begin = at + WORD_CHARS;
    const end = begin + 2 * sizeAt(data, at);
    if (end > data.length) throw new RangeError('The data is shorter than its types.');
    const hex = data.slice(begin, end);
    return type === 'bytes' ? `0x${hex}` : Buffer.from(hex, 'hex').toString();
  };
  return { words: 1, isDynamic: true, read };
}
