import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { STATE_INTERVAL_S } from '../lib/anvil.ts';

/** How often the copier checks for a newly written state; several times per interval of the ledger. */
const COPY_POLL_MS = 400;

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export const previousOf = (stateFile: string): string => `${stateFile}.previous`;

/** The parts of anvil's state file that are read here; the rest is unchanged. */
type LedgerState = { accounts: object; blocks: { header: { number: string; timestamp: string } }[] };

/** Reads a state; `undefined` if there is none or it is incomplete. */
function readState(file: string): LedgerState | undefined {
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as Partial<LedgerState> | null;
    return state?.accounts && Array.isArray(state.blocks) ? (state as LedgerState) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Drops all first blocks but the oldest. The node makes a new one at each start, before it loads the state, and
 * saves it with the others. It may then use any of them, so that the ledger would seem to be another one.
 */
function dropLaterFirstBlocks(state: LedgerState): LedgerState {
  const firsts = state.blocks.filter(({ header }) => Number(header.number) === 0);
  const [oldest] = firsts.toSorted((a, b) => Number(a.header.timestamp) - Number(b.header.timestamp));
  return { ...state, blocks: state.blocks.filter((block) => block === oldest || !firsts.includes(block)) };
}

/** Checks only both ends: a state may be many megabytes, and a truncated one does not end in a brace. */
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
  /** There is a state to continue from. */
  found: boolean;
  /** The most that may be missing from it, in seconds; 0 after a run that was not killed. */
  lostSeconds: number;
};

/**
 * Makes sure that the ledger finds a complete state or none. The ledger writes its state in place, so a kill may
 * leave half of it: then the previous one replaces it.
 *
 * @param killed the last run was killed.
 * @throws when there are states but none is complete: an empty ledger would silently lose money.
 */
export function recoverLedgerState(stateFile: string, killed: boolean): LedgerStateCheck {
  const previous = previousOf(stateFile);
  if (!existsSync(stateFile) && !existsSync(previous)) return { found: false, lostSeconds: 0 };
  const last = readState(stateFile);
  const state = last ?? readState(previous);
  if (state === undefined) {
    throw new Error(
      `The ledger's state is damaged, and so is the one before (${stateFile}): put a copy of yours there, or ` +
        'start from nothing with "npm start -- --fresh".',
    );
  }
  if (last === undefined && existsSync(stateFile)) renameSync(stateFile, `${stateFile}.damaged`);
  writeFileSync(`${stateFile}.new`, JSON.stringify(dropLaterFirstBlocks(state)));
  renameSync(`${stateFile}.new`, stateFile);
  if (last === undefined) return { found: true, lostSeconds: 2 * STATE_INTERVAL_S };
  return { found: true, lostSeconds: killed ? STATE_INTERVAL_S : 0 };
}

/**
 * Keeps a copy of each state that the ledger has finished writing, until stopped. A file counts as finished
 * when it has not changed between two checks.
 *
 * @param isAlive whether the ledger still runs: the last state of a dead one may be incomplete.
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
