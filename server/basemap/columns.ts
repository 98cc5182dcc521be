import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';

const TYPES = { u8: Uint8Array, u32: Uint32Array, i16: Int16Array, i32: Int32Array } as const;
type TypeName = keyof typeof TYPES;
export type Column = Uint8Array | Uint32Array | Int16Array | Int32Array;

/** Before the header: its length in bytes. */
const PREFIX_BYTES = 8;
const ALIGNMENT_BYTES = 8;

const header = z.object({
  version: z.string(),
  columns: z.record(
    z.string(),
    z.object({ type: z.enum(['u8', 'u32', 'i16', 'i32']), offset: z.int().min(0), length: z.int().min(0) }),
  ),
});

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

function typeOf(column: Column): TypeName {
  const found = Object.entries(TYPES).find(([, type]) => column instanceof type);
  return found![0] as TypeName;
}

/**
 * Columns of numbers as one file: a JSON header, then each column in little-endian order. It is read without a copy, so
 * that 135,000 towns take the memory of their numbers and not of 135,000 objects.
 */
export function packColumns(columns: Record<string, Column>): Buffer {
  const hash = createHash('sha256');
  const described: z.infer<typeof header>['columns'] = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, column] of Object.entries(columns)) {
    const bytes = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
    hash.update(name).update(bytes);
    described[name] = { type: typeOf(column), offset, length: column.length };
    parts.push(bytes, Buffer.alloc(aligned(bytes.length) - bytes.length));
    offset += aligned(bytes.length);
  }
  const version = hash.digest('hex').slice(0, 12);
  const text = Buffer.from(JSON.stringify({ version, columns: described }));
  const prefix = Buffer.alloc(aligned(PREFIX_BYTES + text.length));
  prefix.writeUInt32LE(text.length);
  text.copy(prefix, PREFIX_BYTES);
  return Buffer.concat([prefix, ...parts]);
}

export interface ColumnFile<Name extends string> {
  /** A hash of all columns. */
  version: string;
  columns: Record<Name, Column>;
}

/**
 * The columns of a file that `packColumns` made.
 *
 * @throws PlugpactError `basemap.damaged` where the file is cut off, or does not have these columns.
 */
export function readColumns<Name extends string>(file: Buffer, names: readonly Name[]): ColumnFile<Name> {
  // Views on a buffer need its alignment: what `readFile` returns is one of its own.
  const bytes = file.byteOffset % ALIGNMENT_BYTES === 0 ? file : Buffer.from(new Uint8Array(file).buffer);
  const textBytes = bytes.length < PREFIX_BYTES ? 0 : bytes.readUInt32LE(0);
  const parsed = header.safeParse(jsonIn(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + textBytes)));
  if (!parsed.success) throw damaged('no header');
  const start = aligned(PREFIX_BYTES + textBytes);
  const columns = names.map((name) => {
    const { type = 'u8', offset = 0, length = 0 } = parsed.data.columns[name] ?? {};
    const Type = TYPES[type];
    const end = start + offset + length * Type.BYTES_PER_ELEMENT;
    if (length === 0 || end > bytes.length) throw damaged(`no column ${name}`);
    return [name, new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset + start + offset, length)];
  });
  return { version: parsed.data.version, columns: Object.fromEntries(columns) };
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const damaged = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'basemap.damaged',
    value,
    rule: 'The files in BASEMAP_DIR must be whole, and made by the version of this server.',
    remedy: 'Make them again: node server/basemap/build/main.ts FOLDER.',
  });
