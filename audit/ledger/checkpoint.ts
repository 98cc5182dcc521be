import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { address, hex32 } from '../lib/schemas.ts';
import type { RawLog } from '../rules/events.ts';
import { KeptLogs, textOfLogs } from './kept-logs.ts';
import { readSealed, refused, type Section, sectionsIn, writeSealed } from './sealed-file.ts';

const FORMAT = 'plugpact-audit-checkpoint/2';

const sectionSeal = z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** The last line of the file. */
const schema = z.strictObject({
  format: z.literal(FORMAT),
  /** Which program wrote it. */
  program: z.string(),
  chainId: z.int(),
  market: address,
  token: address,
  fromBlock: z.int(),
  block: z.int(),
  blockHash: hex32,
  /** Logs, transfers, times of their blocks, bookings that ended, other accounts. */
  sections: z.tuple([sectionSeal, sectionSeal, sectionSeal, sectionSeal, sectionSeal]),
});

/** Where a checkpoint stands, and of what. */
interface Place {
  chainId: number;
  market: Address;
  token: Address;
  fromBlock: number;
  block: number;
  blockHash: Hex;
}

/** What an earlier run read, up to a block. */
export interface Checkpoint extends Place {
  logs: KeptLogs;
  /** Logs of the token. */
  transfers: KeptLogs;
  /** A line for each block with logs: its number and its time. */
  times: Section;
  /** What that run recomputed, if it reconciled and was of this very program. */
  accounts: { ended: Section; rest: Buffer } | undefined;
}

/** What the next run is left. */
export interface NextCheckpoint extends Place {
  /** What an earlier file keeps of it already. */
  kept: Checkpoint | undefined;
  /** What came later. */
  logs: readonly RawLog[];
  transfers: readonly RawLog[];
  accounts: { ended: Iterable<string>; rest: Buffer } | undefined;
}

/**
 * Reads what an earlier run left; undefined when there is no such file yet.
 *
 * @param program What this program is: accounts of another one are not taken.
 * @throws AuditError `audit.checkpoint` for a file that is none, or that was changed.
 */
export async function readCheckpoint(file: string, program: string): Promise<Checkpoint | undefined> {
  const found = await readSealed(file);
  if (found === undefined) return undefined;
  const parsed = schema.safeParse(found.lastLine);
  if (!parsed.success) throw refused(file, `${parsed.error.issues[0]?.message}`);
  const { format: _, program: writer, sections, ...place } = parsed.data;
  const [logs, transfers, times, ended, rest] = sectionsIn(file, found.body, sections);

  const timeOf = timesIn(times.bytes);
  return {
    ...place,
    logs: new KeptLogs(logs.bytes, logs.hash, timeOf),
    transfers: new KeptLogs(transfers.bytes, transfers.hash, timeOf),
    times,
    accounts: writer === program && rest.bytes.length > 0 ? { ended, rest: rest.bytes } : undefined,
  };
}

/** Reads the times when the first one is asked for. */
function timesIn(bytes: Buffer): (block: number) => number | undefined {
  let times: Map<number, number> | undefined;
  return (block) => {
    times ??= new Map(
      bytes
        .toString('latin1')
        .split('\n')
        .map((line) => line.split(' ').map(Number) as [number, number]),
    );
    return times.get(block);
  };
}

/** Leaves what was read and recomputed for the next run. */
export async function writeCheckpoint(file: string, program: string, next: NextCheckpoint): Promise<void> {
  const { kept, logs, transfers, accounts, ...place } = next;
  const sectionOf = (of: KeptLogs | undefined) => of && { bytes: of.bytes, hash: of.hash() };
  const sections = [
    { kept: sectionOf(kept?.logs), more: textOfLogs(logs) },
    { kept: sectionOf(kept?.transfers), more: textOfLogs(transfers) },
    { kept: kept?.times, more: [textOfTimes([...logs, ...transfers])] },
    { kept: accounts && kept?.accounts?.ended, more: accounts?.ended ?? [] },
    { more: accounts === undefined ? [] : [accounts.rest] },
  ];
  await writeSealed(file, sections, (seals) => ({ format: FORMAT, program, ...place, sections: seals }));
}

function textOfTimes(logs: readonly RawLog[]): string {
  const times = new Map(logs.map(({ blockNumber, at }) => [blockNumber, at]));
  return [...times].map(([block, at]) => `${block} ${at}\n`).join('');
}
