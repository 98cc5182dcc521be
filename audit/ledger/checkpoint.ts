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
});

/** What ends the text: the SHA-256 of all before it. */
const SEAL = /,"sha256":"([0-9a-f]{64})"\}$/;

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

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

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
  const seal = SEAL.exec(text);
  const sealed = text.slice(0, seal?.index);
  if (seal !== null && digestOf(sealed) !== seal[1]) throw refused(file, 'another content');
  const parsed = schema.safeParse(jsonIn(file, seal === null ? text : `${sealed}}`));
  if (!parsed.success) throw refused(file, `${parsed.error.issues[0]?.message}`);
  if (seal === null) throw refused(file, 'no digest at its end');
  const { format: _, logs, transfers, ...rest } = parsed.data;
  return { ...rest, logs: logs.map(unpacked), transfers: transfers.map(unpacked) };
}

/** Logs that are written at once: the text of a long ledger is large, and never held as a whole. */
const LOGS_AT_ONCE = 1_000;

function* textOfLogs(logs: readonly RawLog[]): Generator<string> {
  for (let at = 0; at < logs.length; at += LOGS_AT_ONCE) {
    const part = JSON.stringify(logs.slice(at, at + LOGS_AT_ONCE).map(packed));
    yield `${at === 0 ? '' : ','}${part.slice(1, -1)}`;
  }
}

function* textOf({ logs, transfers, ...rest }: Checkpoint): Generator<string> {
  const { chainId, market, token, fromBlock, block, blockHash, isReconciled } = rest;
  const head = { format: FORMAT, chainId, market, token, fromBlock, block, blockHash, isReconciled };
  yield `${JSON.stringify(head).slice(0, -1)},"logs":[`;
  yield* textOfLogs(logs);
  yield '],"transfers":[';
  yield* textOfLogs(transfers);
  yield ']';
}

function* withSeal(parts: Iterable<string>): Generator<string> {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    yield part;
  }
  yield `,"sha256":"${hash.digest('hex')}"}`;
}

/** Leaves what was read for the next run. The file is replaced at once: it is never half written. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, withSeal(textOf(checkpoint)));
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
