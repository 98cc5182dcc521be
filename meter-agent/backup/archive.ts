import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';

/** A plain name, or one in the folder of evidence: nothing in an archive may leave the folder it is unpacked into. */
const name = z
  .string()
  .regex(/^(evidence\/)?[\w.-]{1,200}$/)
  .refine((text) => !text.split('/').includes('..'));

/** What a backup holds: the content of its archive comes in this order. */
const manifestSchema = z.object({
  /** Unix seconds. */
  createdAt: z.int().min(0),
  agentKey: z.string(),
  market: z.string(),
  /** Null while the agent had not reached its ledger. */
  chainId: z.int().nullable(),
  journalVersion: z.int(),
  /** The configuration's own name. */
  config: name,
  files: z.array(z.object({ name, bytes: z.int().min(0), sha256: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A file on disk and its name in the archive. */
export interface Member {
  name: string;
  file: string;
}

const LENGTH_BYTES = 4;

/** The archive as a stream: length of the manifest, manifest, contents. The files must not change meanwhile. */
export async function* archiveOf(
  facts: Omit<Manifest, 'files'>,
  members: readonly Member[],
): AsyncGenerator<Buffer> {
  const files = [];
  for (const { name, file } of members) {
    const { size: bytes } = await stat(file);
    files.push({ name, bytes, sha256: await sha256Of(file) });
  }
  const manifest = Buffer.from(JSON.stringify({ ...facts, files } satisfies Manifest));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(manifest.length);
  yield Buffer.concat([length, manifest]);
  for (const { file } of members) yield* createReadStream(file) as AsyncIterable<Buffer>;
}

/** The manifest of an unsealed archive, and where its contents begin. */
export async function readManifest(archive: string): Promise<{ manifest: Manifest; start: number }> {
  const handle = await open(archive);
  try {
    const length = Buffer.alloc(LENGTH_BYTES);
    await handle.read(length, 0, LENGTH_BYTES, 0);
    const text = Buffer.alloc(length.readUInt32BE());
    await handle.read(text, 0, text.length, LENGTH_BYTES);
    return { manifest: manifestSchema.parse(JSON.parse(text.toString())), start: LENGTH_BYTES + text.length };
  } finally {
    await handle.close();
  }
}

/** Writes each file where `placeOf` says. Throws PlugpactError `backup.damaged`. */
export async function unpack(
  archive: string,
  { manifest, start }: { manifest: Manifest; start: number },
  placeOf: (name: string) => string,
): Promise<void> {
  let at = start;
  for (const { name, bytes, sha256 } of manifest.files) {
    const to = placeOf(name);
    const options = { flags: 'wx', mode: 0o600, flush: true };
    if (bytes === 0) await pipeline([], createWriteStream(to, options));
    else {
      const part = createReadStream(archive, { start: at, end: at + bytes - 1 });
      await pipeline(part, createWriteStream(to, options));
    }
    at += bytes;
    if ((await sha256Of(to)) !== sha256) throw otherContent(name);
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const otherContent = (name: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.damaged',
    value: name,
    rule: 'Each file of a backup has the checksum that its list names.',
    remedy: 'Take an older backup; nothing was changed.',
  });
