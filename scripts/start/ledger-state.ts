import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { STATE_INTERVAL_S } from '../lib/anvil.ts';

/** How often the copier looks for a newly written state; several times per interval of the ledger. */
const COPY_POLL_MS = 400;

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export const previousOf = (stateFile: string): string => `${stateFile}.previous`;

const isWhole = (file: string): boolean => {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof state === 'object' && state !== null && 'accounts' in state;
  } catch {
    return false;
  }
};

/** Looks at both ends only: a state may be many megabytes, and a truncated one does not end in a brace. */
function looksWhole(file: string, size: number): boolean {
  if (size < 2) return false;
  const ends = Buffer.alloc(2);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, ends, 0, 1, 0);
    readSync(handle, ends, 1, 1, size - 1);
  } finally {
    closeSync(handle);
  }
  return ends[0] === OPENING_BRACE && ends[1] === CLOSING_BRACE;
}

export type LedgerStateCheck = {
  /** There is a state to go on from. */
  found: boolean;
  /** The most that may be missing from it, in seconds; 0 after a run that ended in order. */
  lostSeconds: number;
};

/**
 * Makes sure that the ledger finds a whole state, or none at all. The ledger writes its state in place, so a
 * kill may leave half of it: then the one before takes its place.
 *
 * @param killed the last run did not end in order.
 * @throws when there are states and none is whole: going on with an empty ledger would lose money silently.
 */
export function recoverLedgerState(stateFile: string, killed: boolean): LedgerStateCheck {
  const previous = previousOf(stateFile);
  if (!existsSync(stateFile) && !existsSync(previous)) return { found: false, lostSeconds: 0 };
  if (isWhole(stateFile)) return { found: true, lostSeconds: killed ? STATE_INTERVAL_S : 0 };
  if (!isWhole(previous)) {
    throw new Error(
      `The ledger's state is damaged, and so is the one before (${stateFile}): put a copy of yours there, or ` +
        'begin anew with "npm start -- --fresh".',
    );
  }
  if (existsSync(stateFile)) renameSync(stateFile, `${stateFile}.damaged`);
  copyFileSync(previous, stateFile);
  return { found: true, lostSeconds: 2 * STATE_INTERVAL_S };
}

/**
 * Keeps a copy of each state that the ledger has finished writing, until stopped. A file counts as finished
 * when it has not changed between two looks.
 *
 * @param isAlive whether the ledger still runs: what a dead one left behind may be half written.
 */
export function keepPreviousState(stateFile: string, isAlive: () => boolean): () => void {
  let seen = '';
  let copied = '';
  const look = () => {
    if (!existsSync(stateFile)) return;
    const { mtimeMs, size } = statSync(stateFile);
    const version = `${mtimeMs} ${size}`;
    const isStable = version === seen;
    seen = version;
    if (!isStable || version === copied || !isAlive() || !looksWhole(stateFile, size)) return;
    const draft = `${previousOf(stateFile)}.new`;
    copyFileSync(stateFile, draft);
    const after = statSync(stateFile);
    if (`${after.mtimeMs} ${after.size}` !== version) return;
    renameSync(draft, previousOf(stateFile));
    copied = version;
  };
  const timer = setInterval(look, COPY_POLL_MS);
  return () => clearInterval(timer);
}
