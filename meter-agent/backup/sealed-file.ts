import {
  createCipheriv,
  createDecipheriv,
  type DecipherGCM,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';

/** Format of a backup, in its first line: a later version of this program may read more. */
const FORMAT = 'plugpact-backup/1';
const END = Buffer.from('PPBKEND\n');
const TAG_BYTES = 16;
const HEADER_MAX_BYTES = 4_096;
/** 32 MiB and a fraction of a second on a small machine, which is what one guess of the passphrase costs. */
const KDF = { n: 32_768, r: 8, p: 3 } as const;
const PASSPHRASE_MIN = 10;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const headerSchema = z.object({
  format: z.literal(FORMAT),
  /** Unix seconds. */
  createdAt: z.int().min(0),
  agentKey: z.string(),
  kdf: z.object({
    n: z.int().min(2).max(1_048_576),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(16),
    salt: hex(32),
  }),
  /** Tells a wrong passphrase from a damaged file. */
  check: hex(16),
  iv: hex(12),
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** Writes what `source` yields, compressed and encrypted under a passphrase: AES-256-GCM with a key by scrypt. */
export async function sealFile(
  file: string,
  passphrase: string,
  facts: Pick<BackupHeader, 'createdAt' | 'agentKey'>,
  source: AsyncIterable<Buffer>,
): Promise<void> {
  requirePassphrase(passphrase);
  const kdf = { ...KDF, salt: randomBytes(32).toString('hex') };
  const { key, check } = await keyOf(passphrase, kdf);
  const iv = randomBytes(12).toString('hex');
  const header: BackupHeader = { format: FORMAT, ...facts, kdf, check: check.toString('hex'), iv };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.from(iv, 'hex')).setAAD(line);
  const framed = new Transform({
    construct(done) {
      this.push(line);
      done();
    },
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      this.push(Buffer.concat([cipher.getAuthTag(), END]));
      done();
    },
  });
  await pipeline(
    source,
    createGzip(),
    cipher,
    framed,
    createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }),
  );
}

/**
 * Writes the content of a backup into the file `to`. It is whole and unchanged once this resolves; before, nothing in it
 * may be used. Throws PlugpactError `backup.…`.
 */
export async function openSealedFile(file: string, passphrase: string, to: string): Promise<BackupHeader> {
  const { header, line, end } = await frameOf(file);
  const { key, check } = await keyOf(passphrase, header.kdf);
  if (!timingSafeEqual(check, Buffer.from(header.check, 'hex'))) throw wrongPassphrase(file);
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(header.iv, 'hex')).setAAD(line);
  decipher.setAuthTag(end.tag);
  const sealed = createReadStream(file, { start: line.length, end: end.at - 1 });
  try {
    await pipeline(
      sealed,
      decipher as DecipherGCM,
      createGunzip(),
      createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
    );
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    throw damaged(file, cause);
  }
  return header;
}

/** A backup's first line. It is not verified: for its age only. */
export async function headerOf(file: string): Promise<BackupHeader> {
  const handle = await open(file);
  try {
    return (await firstLineOf(file, handle)).header;
  } finally {
    await handle.close();
  }
}

async function frameOf(file: string) {
  const handle = await open(file);
  try {
    const { header, line } = await firstLineOf(file, handle);
    const { size } = await handle.stat();
    const at = size - END.length - TAG_BYTES;
    const tail = Buffer.alloc(TAG_BYTES + END.length);
    if (at > line.length) await handle.read(tail, 0, tail.length, at);
    if (!tail.subarray(TAG_BYTES).equals(END)) throw truncated(file, size);
    return { header, line, end: { at, tag: tail.subarray(0, TAG_BYTES) } };
  } finally {
    await handle.close();
  }
}

async function firstLineOf(file: string, handle: FileHandle) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_MAX_BYTES), 0, HEADER_MAX_BYTES, 0);
  const length = buffer.subarray(0, bytesRead).indexOf('\n') + 1;
  const line = buffer.subarray(0, length);
  return { header: headerIn(line.toString(), file), line };
}

function headerIn(text: string, file: string): BackupHeader {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw noBackup(file);
  }
  const { success, data } = headerSchema.safeParse(parsed);
  if (success) return data;
  const { format } = (parsed ?? {}) as { format?: unknown };
  const isNewer = typeof format === 'string' && format.startsWith('plugpact-backup/') && format !== FORMAT;
  throw isNewer ? newer(format) : noBackup(file);
}

async function keyOf(
  passphrase: string,
  { n, r, p, salt }: BackupHeader['kdf'],
): Promise<{ key: Buffer; check: Buffer }> {
  const maxmem = 128 * n * r * 2 + 16 * 1024 * 1024;
  const derived = await new Promise<Buffer>((resolve, reject) =>
    scrypt(
      passphrase.normalize('NFKC'),
      Buffer.from(salt, 'hex'),
      48,
      { N: n, r, p, maxmem },
      (error, made) => (error === null ? resolve(made) : reject(error)),
    ),
  );
  return { key: derived.subarray(0, 32), check: derived.subarray(32) };
}

function requirePassphrase(passphrase: string): void {
  if (passphrase.length >= PASSPHRASE_MIN) return;
  throw new PlugpactError({
    code: 'backup.passphrase',
    value: `${passphrase.length} characters`,
    rule: `The passphrase of a backup has at least ${PASSPHRASE_MIN} characters: the file holds your agent key.`,
    remedy: 'Take several words, and write them down where the machine is not.',
    details: { min: PASSPHRASE_MIN },
  });
}

const wrongPassphrase = (file: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.wrongPassphrase',
    value: file,
    rule: 'This passphrase does not open the backup.',
    remedy: 'Give the one it was made with; nothing was changed. Without it nobody can open the file.',
  });

const truncated = (file: string, bytes: number): PlugpactError =>
  new PlugpactError({
    code: 'backup.truncated',
    value: `${file}, ${bytes} bytes`,
    rule: 'The end of the backup is missing: the file was not copied or written to its end.',
    remedy: 'Copy it again, or take an older backup; nothing was changed.',
  });

const damaged = (file: string, cause: unknown): PlugpactError =>
  new PlugpactError(
    {
      code: 'backup.damaged',
      value: file,
      rule: "The backup's checksum does not fit its content.",
      remedy: 'Copy it again, or take an older backup; nothing was changed.',
    },
    { cause },
  );

const newer = (format: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.newer',
    value: format,
    rule: `This agent reads backups of the format ${FORMAT}.`,
    remedy: 'Install the version of the agent that made it, or a later one; nothing was changed.',
  });

const noBackup = (file: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.format',
    value: file,
    rule: 'A backup is a file that "plugpact-agent backup" wrote.',
    remedy: 'Name such a file: they end in ".backup".',
  });
