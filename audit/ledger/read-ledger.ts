import { type Address, type Hex, hexToBigInt, type PublicClient } from 'viem';
import type { Finding } from '../lib/discrepancy.ts';
import { AuditError } from '../lib/errors.ts';
import type { Progress } from '../lib/progress.ts';
import type { RawLog, Stamp } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import type { Checkpoint, NextCheckpoint } from './checkpoint.ts';
import { ledgerClient } from './client.ts';
import { checkHasPin, checkNotBehind, compareSpan, type NamedNode } from './compare-nodes.ts';
import { deploymentBlock } from './deployment-block.ts';
import { filtersOf } from './filters.ts';
import { readConstants, type Token } from './market-constants.ts';
import type { Faults } from './node-faults.ts';
import { type Pin, pinBlock, requirePinned } from './pin.ts';
import type { LogReader } from './read-logs.ts';
import { readerOf, readToPin } from './read-to-pin.ts';
import { spotCheck, whyUseless } from './resume.ts';
import { readTransactions, type Transaction } from './transactions.ts';

export { ledgerClient, type Pin, requirePinned };

/** A transfer of the payment token from or to the market. */
export interface TokenTransfer extends Stamp {
  from: Address;
  to: Address;
  /** Token units. */
  value: bigint;
}

/** The logs and constants, before anything is recomputed. */
export interface LedgerReading {
  /** What an earlier run left, with its accounts: then the logs below are those that came later. */
  earlier: Checkpoint | undefined;
  pin: Pin;
  constants: MarketConstants;
  token: Token;
  logs: RawLog[];
  /** Transfers of the token from and to the market. */
  transfers: TokenTransfer[];
  /** The same as logs. */
  transferLogs: RawLog[];
  /** What the nodes got wrong; reading transactions adds to it. */
  faults: Faults;
  findings: Finding[];
  /** Addresses of nodes without the pinned block: nothing else of theirs can be compared. */
  incomparable: Set<string>;
  /** The first block that was read. */
  fromBlock: number;
  /** Each transaction once; what the node got wrong goes into `faults`. */
  transactions(hashes: Iterable<Hex>): AsyncIterable<Transaction>;
}

/** How a ledger is read; nothing has to be given. */
export interface ReadOptions {
  /** Other nodes, which must say the same as the first. */
  others?: readonly NamedNode[];
  /** The address of the first node, for people. */
  url?: string;
  /** The chain that each node must be of. */
  chainId?: number | undefined;
  /** The block to pin in place of the newest one. */
  toBlock?: bigint | undefined;
  /** Every receipt and every bloom is looked at. */
  receipts?: boolean | undefined;
  progress?: Progress | undefined;
  /** What an earlier run left. */
  checkpoint?: Checkpoint | undefined;
  /** Called now and then with what was read so far. */
  save?: ((checkpoint: NextCheckpoint) => Promise<void>) | undefined;
}

/**
 * Reads the market's constants and all its logs up to the newest block, which becomes the pinned one. While that takes,
 * the ledger goes on: what came meanwhile is read as well, since a node may forget the state of an older block.
 *
 * @throws AuditError `audit.noMarket`; `audit.unreadable`, `node.…` when a node does not answer as it has to.
 */
export async function readLedger(
  client: PublicClient,
  market: Address,
  options: ReadOptions = {},
): Promise<LedgerReading> {
  const nodes = await nodesOf(client, options);
  const start = await pinBlock(client, options.toBlock);
  const { constants, token, fromBlock } = await marketAt(client, market, start);
  const of = { chainId: constants.chainId, market, token: token.address };
  const reader = readerOf(client, options, Number(start.blockNumber));
  const { faults } = reader;
  const { known, ignored } = await resumable(reader, options.checkpoint, { ...of, pin: start });
  const from = known === undefined ? fromBlock : known.block + 1;
  const filters = filtersOf(market, token.address);
  const earlier = known?.accounts === undefined ? undefined : known;
  const found = await readToPin(reader, { filters, from, start, known }, options, (part) =>
    // With accounts that it can go on from, the file is better as it is.
    earlier ? undefined : options.save?.({ ...of, fromBlock, kept: undefined, accounts: undefined, ...part }),
  );
  const { pin } = found;
  const span = { from, until: Number(pin.blockNumber) };
  const incomparable = await compareNodes(nodes, pin, { filters, span, logs: found.fresh }, faults);
  return {
    ...{ pin, constants, token, faults, fromBlock, incomparable, earlier, logs: found.logs },
    transferLogs: found.transfers,
    transfers: found.transfers.map(transferOf),
    findings: [...ignored, ...findingsOf(reader, found.undecided)],
    transactions: (hashes) => readTransactions(client, hashes, faults),
  };
}

/** The nodes, the first one first; each is of the chain. */
async function nodesOf(client: PublicClient, options: ReadOptions): Promise<NamedNode[]> {
  const first: NamedNode = { client, url: options.url ?? 'the first node' };
  const nodes = [first, ...(options.others ?? [])];
  for (const node of nodes) await requireChain(node, options.chainId);
  return nodes;
}

/** What the market says of itself at a block, and in which block it was deployed. */
async function marketAt(client: PublicClient, market: Address, pin: Pin) {
  const { constants, token } = await readConstants(client, market, pin);
  const { chainId } = constants;
  const fromBlock = await deploymentBlock(client, market, { chainId, until: pin.blockNumber });
  return { constants, token, fromBlock };
}

/** Holds what the first node said against the others; gives the addresses of those that cannot be compared. */
async function compareNodes(
  [first, ...others]: readonly NamedNode[],
  pin: Pin,
  compared: Parameters<typeof compareSpan>[2],
  faults: Faults,
): Promise<Set<string>> {
  const incomparable = new Set<string>();
  for (const other of others) {
    await checkNotBehind(first!, other, pin, faults);
    const isComparable = await checkHasPin(other, first!, pin, faults);
    if (!isComparable) incomparable.add(other.url);
    else await compareSpan(first!, other, compared, faults);
  }
  return incomparable;
}

/** A checkpoint that can be gone on from, after a look at some of its logs; or a finding why it cannot. */
async function resumable(
  { client, faults }: LogReader,
  checkpoint: Checkpoint | undefined,
  of: { chainId: number; market: Address; token: Address; pin: Pin },
): Promise<{ known: Checkpoint | undefined; ignored: Finding[] }> {
  if (checkpoint === undefined) return { known: undefined, ignored: [] };
  const reason = await whyUseless(client, checkpoint, of);
  if (reason !== undefined) {
    const detail = `the checkpoint was not used, all was read again: ${reason}`;
    return { known: undefined, ignored: [{ code: 'node.checkpoint', detail }] };
  }
  await spotCheck(client, checkpoint, faults);
  return { known: checkpoint, ignored: [] };
}

/** What the next run goes on from; undefined when a node was wrong, so that nothing of it is kept. */
export function checkpointOf(
  reading: LedgerReading,
  accounts: NextCheckpoint['accounts'],
): NextCheckpoint | undefined {
  if (reading.faults.size > 0) return undefined;
  const { constants, token, pin, fromBlock, earlier: kept, logs, transferLogs: transfers } = reading;
  return {
    ...{ chainId: constants.chainId, market: constants.market, token: token.address, fromBlock },
    ...{ block: Number(pin.blockNumber), blockHash: pin.blockHash, kept, logs, transfers, accounts },
  };
}

async function requireChain({ client, url }: NamedNode, chainId: number | undefined): Promise<void> {
  if (chainId === undefined) return;
  const found = await client.getChainId();
  if (found === chainId) return;
  throw new AuditError({
    code: 'node.otherChain',
    value: `chain ${found} from ${url}`,
    rule: `The node has to be of chain ${chainId}, as --chain says.`,
    remedy: 'Name a node of that chain after --rpc, or its own number after --chain.',
  });
}

function findingsOf({ shuffled }: LogReader, undecided: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  if (shuffled > 0) {
    const detail = `${shuffled} answers had their logs in another order than the ledger's: they were sorted`;
    findings.push({ code: 'node.order', detail });
  }
  if (undecided.length > 0) {
    const detail = `${undecided.length} blocks, the first ${undecided[0]}, may hold logs that the node did not give, and it gives no receipts of a block`;
    findings.push({ code: 'node.noReceipts', detail });
  }
  return findings;
}

export function transferOf({ topics, data, ...stamp }: RawLog): TokenTransfer {
  const accountIn = (topic: Hex | undefined): Address => `0x${(topic ?? '0x').slice(-40)}`;
  return {
    ...stamp,
    from: accountIn(topics[1]),
    to: accountIn(topics[2]),
    value: data === '0x' ? 0n : hexToBigInt(data),
  };
}
