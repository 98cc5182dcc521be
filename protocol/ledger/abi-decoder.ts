import type { AbiParameter, Hex } from 'viem';

/** A word is 32 bytes: 64 characters of hex. */
const WORD_CHARS = 64;
/** viem's rule: integers up to this many bits are numbers, longer ones bigints. */
const NUMBER_BITS = 48;

/** Reads one ABI type. Positions count characters of hex. */
interface Codec {
  /** Words that the type takes in the head of its tuple. */
  words: number;
  isDynamic: boolean;
  read(data: string, at: number): unknown;
}

/** Reads a list of parameters from their ABI encoding, hex without `0x`. */
export type DecodeParameters = (data: string) => Record<string, unknown>;

/**
 * A decoder for these parameters, made once: viem's own looks up the types again for each log. Values are as viem gives
 * them, but addresses are lower case.
 *
 * The decoder throws RangeError where the data is too short for the types, or a value too large for its own.
 */
export function parameterDecoder(parameters: readonly AbiParameter[]): DecodeParameters {
  const { read } = tupleCodec(parameters);
  return (data) => read(data, 0) as Record<string, unknown>;
}

function codecOf(parameter: AbiParameter): Codec {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) return arrayCodec({ ...parameter, type: array[1]! } as AbiParameter, array[2]!);
  if (type === 'tuple') return tupleCodec((parameter as { components: readonly AbiParameter[] }).components);
  if (type === 'bytes' || type === 'string') return bytesCodec(type);
  const read = wordReader(type);
  return { words: 1, isDynamic: false, read: (data, at) => read(wordAt(data, at)) };
}

/** How the value of one word is read; used for indexed arguments too, which are a topic each. */
export function wordReader(type: string): (word: string) => unknown {
  if (type === 'address') return (word) => `0x${checked(word, 24).slice(24)}`;
  if (type === 'bool') return (word) => Number.parseInt(checked(word, 63), 16) === 1;
  const [, kind, size] = /^(uint|int|bytes)(\d*)$/.exec(type) ?? [];
  if (kind === undefined) return (word) => `0x${word}`;
  if (kind === 'bytes') return (word) => `0x${size === '' ? word : word.slice(0, 2 * Number(size))}`;
  const bits = size === '' ? 256 : Number(size);
  const isNumber = bits <= NUMBER_BITS;
  if (kind === 'int') {
    return (word) => {
      const value = BigInt.asIntN(bits, BigInt(`0x${word}`));
      return isNumber ? Number(value) : value;
    };
  }
  const unused = WORD_CHARS - bits / 4;
  return isNumber
    ? (word) => Number.parseInt(checked(word, unused).slice(unused), 16)
    : (word) => BigInt(`0x${checked(word, unused)}`);
}

/** A word whose first characters must be zero. */
function checked(word: string, unused: number): string {
  for (let i = 0; i < unused; i++) {
    if (word.charCodeAt(i) !== 48) throw new RangeError(`The word ${word} is too large for its type.`);
  }
  return word;
}

function wordAt(data: string, at: number): string {
  if (at + WORD_CHARS > data.length) throw new RangeError('The data is shorter than its types.');
  return data.slice(at, at + WORD_CHARS);
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
