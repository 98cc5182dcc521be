import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { AuditError } from '../lib/errors.ts';
import { address, hex32, hexBytes } from '../lib/schemas.ts';
import type { RawLog } from '../rules/events.ts';

const FORMAT = 'plugpact-audit-checkpoint/1';

/** Block, index, time, transaction, topics, data. */
const packedLog = z.tuple([z.int(), z.int(), z.int(), hex32, z.array(hex32).max(4), hexBytes]);

const schema = z.strictObject({
  format: z.literal(FORMAT),
  chainId: z.int(),
  market: address,
  token: address,
  fromBlock: z.int(),
  block: z.int(),
  blockHash: hex32,
  /** Whether the whole audit up to that block reconciled: then its signatures need not be recovered again. */
  isReconciled: z.boolean(),
  logs: z.array(packedLog),
  transfers: z.array(packedLog),
  /** SHA-256 of all before it. */
  sha256: z.string(),
});

/** What an earlier run read and checked, up to a block. */
export interface Checkpoint {
  chainId: number;
  market: Address;
  token: Address;
  fromBlock: number;
  block: number;
  blockHash: Hex;
  isReconciled: boolean;
  logs: RawLog[];
  /** Logs of the token. */
  transfers: RawLog[];
}

type Packed = z.infer<typeof packedLog>;

const packed = ({ blockNumber, logIndex, at, tx, topics, data }: RawLog): Packed => [
  ...([blockNumber, logIndex, at] as const),
  tx,
  [...topics],
  data,
];

const unpacked = ([blockNumber, logIndex, at, tx, topics, data]: Packed): RawLog => ({
  ...{ blockNumber, logIndex, at, tx, topics, data },
});

const digestOf = (content: object): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');

/**
 * Reads what an earlier run left; undefined when there is no such file yet.
 *
 * @throws AuditError `audit.checkpoint` for a file that is none, or that was changed.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(file, error.message, error);
  });
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(jsonIn(file, text));
  if (!parsed.success) throw refused(file, `${parsed.error.issues[0]?.message}`);
  const { sha256, format, logs, transfers, ...rest } = parsed.data;
  if (digestOf({ format, ...rest, logs, transfers }) !== sha256) throw refused(file, 'another content');
  return { ...rest, logs: logs.map(unpacked), transfers: transfers.map(unpacked) };
}

/** Leaves what was read for the next run. The file is replaced at once: it is never half written. */
export async function writeCheckpoint(file: string, { logs, transfers, ...rest }: Checkpoint): Promise<void> {
  const { chainId, market, token, fromBlock, block, blockHash, isReconciled } = rest;
  const content = {
    format: FORMAT,
    ...{ chainId, market, token, fromBlock, block, blockHash, isReconciled },
    logs: logs.map(packed),
    transfers: transfers.map(packed),
  };
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, JSON.stringify({ ...content, sha256: digestOf(content) }));
  await rename(unfinished, file);
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(file, 'no JSON', error);
  }
}

const refused = (file: string, value: string, cause?: unknown): AuditError =>
  new AuditError(
    {
      code: 'audit.checkpoint',
      value: `${file}: ${value}`,
      rule: 'The file after --checkpoint is what an earlier audit wrote there, unchanged.',
      remedy: 'Name another file, or remove this one: then all is read again.',
    },
    cause === undefined ? undefined : { cause },
  );
