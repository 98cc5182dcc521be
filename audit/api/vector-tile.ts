/** Reads vector tiles of points (Mapbox Vector Tile specification 2.1), as far as the map's tiles use it. */

export interface TilePoint {
  layer: string;
  /** In units of the layer's extent from the tile's upper left corner. */
  x: number;
  y: number;
  extent: number;
  tags: Record<string, unknown>;
}

/** A field of a protocol buffer: its number, and its value as a number or as bytes. */
interface Field {
  field: number;
  value: number | Uint8Array;
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || scale > 2 ** 63) throw new RangeError('A number of the tile does not end.');
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('The tile ends within a field.');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  field(): Field {
    const key = this.varint();
    const field = Math.floor(key / 8);
    const type = key % 8;
    if (type === VARINT) return { field, value: this.varint() };
    if (type === BYTES) return { field, value: this.bytes(this.varint()) };
    if (type === FIXED_64 || type === FIXED_32)
      return { field, value: this.bytes(type === FIXED_64 ? 8 : 4) };
    throw new RangeError(`The tile has a field of wire type ${type}.`);
  }
}

function fieldsOf(bytes: number | Uint8Array): Field[] {
  const reader = new Reader(asBytes(bytes));
  const fields: Field[] = [];
  while (!reader.isAtEnd) fields.push(reader.field());
  return fields;
}

const valuesOf = (fields: readonly Field[], field: number): Field['value'][] =>
  fields.filter((one) => one.field === field).map(({ value }) => value);

function asBytes(value: number | Uint8Array | undefined): Uint8Array {
  if (typeof value === 'object') return value;
  throw new RangeError(`The tile has ${value} in place of bytes.`);
}

const textOf = (value: number | Uint8Array | undefined): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(asBytes(value));

function packed(value: number | Uint8Array | undefined): number[] {
  const reader = new Reader(asBytes(value));
  const numbers: number[] = [];
  while (!reader.isAtEnd) numbers.push(reader.varint());
  return numbers;
}

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** Section 4.4: a value is one of these. */
function tagValue(bytes: number | Uint8Array): unknown {
  const [{ field, value } = { field: 0, value: 0 }] = fieldsOf(bytes);
  if (field === 1) return textOf(value);
  if (field === 4 || field === 5) return value;
  if (field === 6) return unzigzag(Number(value));
  if (field === 7) return value === 1;
  const view = new DataView(asBytes(value).slice().buffer);
  return field === 2 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

/** Section 4.3: one command, to move to one point. */
const MOVE_TO_ONE = 9;
const POINT = 1;

/** All points of a tile. @throws RangeError for what is no tile of points. */
export const readPoints = (tile: Uint8Array): TilePoint[] =>
  valuesOf(fieldsOf(tile), 3).flatMap((bytes) => pointsOf(fieldsOf(bytes)));

function pointsOf(layer: readonly Field[]): TilePoint[] {
  const name = textOf(valuesOf(layer, 1)[0]);
  const extent = Number(valuesOf(layer, 5)[0] ?? 4_096);
  const keys = valuesOf(layer, 3).map(textOf);
  const values = valuesOf(layer, 4).map(tagValue);
  return valuesOf(layer, 2).map((bytes) => {
    const feature = fieldsOf(bytes);
    const [command, x = 0, y = 0, ...more] = packed(valuesOf(feature, 4)[0]);
    if (valuesOf(feature, 3)[0] !== POINT || command !== MOVE_TO_ONE || more.length > 0)
      throw new RangeError(`Layer ${name} has a feature that is no point.`);
    const tags: Record<string, unknown> = {};
    const pairs = packed(valuesOf(feature, 2)[0]);
    for (let i = 0; i + 1 < pairs.length; i += 2) tags[keys[pairs[i]!] ?? ''] = values[pairs[i + 1]!];
    return { layer: name, x: unzigzag(x), y: unzigzag(y), extent, tags };
  });
}
