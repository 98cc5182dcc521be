import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { AuditError } from '../lib/errors.ts';

/** A part of the file: what is known of its bytes after they were read and hashed. */
export interface Section {
  bytes: Buffer;
  /** What has hashed the bytes, and can go on. */
  hash: Hash;
}

/** What the last line says of a section. */
export interface SectionSeal {
  bytes: number;
  sha256: string;
}

/** What ends the last line: the SHA-256 of all before it in that line, which holds the digest of each section. */
const SEAL = /,"sha256":"([0-9a-f]{64})"\}$/;

const LINE_END = 10;

/** A last line has a few hundred bytes. */
const LONGEST_LAST_LINE = 65_536;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A file as it was read: the object of its last line, and the bytes before it. */
export interface SealedFile {
  lastLine: unknown;
  body: Buffer;
}

/**
 * Reads a file of sections; undefined when there is no such file.
 *
 * @throws AuditError `audit.checkpoint` for a file that is none, or whose last line was changed.
 */
export async function readSealed(file: string): Promise<SealedFile | undefined> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(file, error.message, error);
  });
  if (content === undefined) return undefined;
  const end = content.lastIndexOf(LINE_END);
  if (content.length - end > LONGEST_LAST_LINE) throw refused(file, 'no last line of a checkpoint');
  const text = content.toString('utf8', end + 1);
  const seal = SEAL.exec(text);
  if (seal === null) throw refused(file, 'no digest at its end');
  const sealed = text.slice(0, seal.index);
  if (digestOf(sealed) !== seal[1]) throw refused(file, 'another content');
  return { lastLine: jsonIn(file, `${sealed}}`), body: content.subarray(0, Math.max(0, end)) };
}

/** The sections of a body, each with the digest that the last line says. @throws AuditError `audit.checkpoint` */
export function sectionsIn<Seals extends readonly SectionSeal[]>(
  file: string,
  body: Buffer,
  seals: Seals,
): { [Each in keyof Seals]: Section } {
  let at = 0;
  const sections = seals.map(({ bytes: length, sha256 }) => {
    const bytes = body.subarray(at, at + length);
    at += length;
    const hash = createHash('sha256').update(bytes);
    if (bytes.length !== length || hash.copy().digest('hex') !== sha256)
      throw refused(file, 'another content');
    return { bytes, hash };
  });
  if (at !== body.length) throw refused(file, 'another content');
  return sections as { [Each in keyof Seals]: Section };
}

/** What a new file has in one section: bytes that are known already, then more text. */
export interface NewSection {
  kept?: Section | undefined;
  more: Iterable<string | Buffer>;
}

/** Writes a file of sections. It is replaced at once: it is never half written. */
export async function writeSealed(
  file: string,
  sections: readonly NewSection[],
  lastLine: (seals: SectionSeal[]) => object,
): Promise<void> {
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, 'w');
  try {
    const seals: SectionSeal[] = [];
    for (const { kept, more } of sections) {
      const hash = kept?.hash.copy() ?? createHash('sha256');
      let bytes = kept?.bytes.length ?? 0;
      if (kept !== undefined) await handle.writeFile(kept.bytes);
      for (const part of more) {
        const data = typeof part === 'string' ? Buffer.from(part) : part;
        hash.update(data);
        bytes += data.length;
        await handle.writeFile(data);
      }
      seals.push({ bytes, sha256: hash.digest('hex') });
    }
    const text = JSON.stringify(lastLine(seals)).slice(0, -1);
    await handle.writeFile(`\n${text},"sha256":"${digestOf(text)}"}`);
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(file, 'no JSON', error);
  }
}

export const refused = (file: string, value: string, cause?: unknown): AuditError =>
  new AuditError(
    {
      code: 'audit.checkpoint',
      value: `${file}: ${value}`,
      rule: 'The file after --checkpoint is what an earlier audit wrote there, unchanged.',
      remedy: 'Name another file, or remove this one: then all is read again.',
    },
    cause === undefined ? undefined : { cause },
  );
