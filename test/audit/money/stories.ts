import type { Address, Hex } from 'viem';
import type { TokenTransfer } from '../../../audit/ledger/read-ledger.ts';
import type { LedgerEvent } from '../../../audit/rules/events.ts';

export const addressOf = (digit: number): Address => `0x${digit.toString(16).repeat(40)}`;
export const MARKET = addressOf(9);
export const PARTIES = [1, 2, 3].map(addressOf);

/** One call that moves money, or a plain transfer to the market. */
export interface Step {
  kind: 'deposit' | 'withdraw' | 'relayed' | 'earnings' | 'sent';
  party: Address;
  units: bigint;
}

export interface Story {
  events: LedgerEvent[];
  transfers: TokenTransfer[];
  owes: bigint;
  holds: bigint;
}

export const txOf = (index: number): Hex => `0x${(index + 1).toString(16).padStart(64, '0')}`;
const FEE = 2n;

/** What an honest market and token write for these steps. Two steps share a transaction and its block. */
export function storyOf(steps: readonly Step[]): Story {
  const story: Story = { events: [], transfers: [], owes: 1_000n, holds: 1_000n };
  // Enough for every withdrawal that follows.
  add(story, { kind: 'deposit', party: PARTIES[0]!, units: 1_000n }, 0, 0n);
  for (const [index, step] of steps.entries()) add(story, step, 1 + (index >> 1), 1n);
  return story;
}

function add(story: Story, { kind, party, units }: Step, number: number, isCounted: bigint): void {
  const { events, transfers } = story;
  const stamp = () => ({
    ...{ blockNumber: 10 + number, at: 1_000 + number, tx: txOf(number) },
    logIndex: events.length + transfers.length,
  });
  const event = (eventName: string, args: object) =>
    events.push({ eventName, args, ...stamp() } as unknown as LedgerEvent);
  const account = PARTIES[0]!;
  const isIn = kind === 'deposit' || kind === 'sent';
  if (kind === 'relayed') event('RelayFeePaid', { relayer: account, amount: FEE });
  const moved = kind === 'relayed' ? units - FEE : units;
  const transfer = () =>
    transfers.push({ ...stamp(), from: isIn ? party : MARKET, to: isIn ? MARKET : party, value: moved });
  if (isIn) transfer();
  if (kind === 'deposit') event('Deposited', { account, purse: 0, amount: units, from: party });
  if (kind === 'withdraw' || kind === 'relayed')
    event('Withdrawn', { account, purse: 0, amount: units, to: party });
  if (kind === 'earnings')
    event('EarningsWithdrawn', { host: account, listingId: txOf(0), amount: units, to: party });
  if (!isIn) transfer();
  const change = isIn ? moved : -moved;
  story.holds += isCounted * change;
  if (kind !== 'sent') story.owes += isCounted * change;
}

/** Changes the transfer of one step; the balance moves with it. */
export function withTransfer(
  story: Story,
  index: number,
  change: (one: TokenTransfer) => TokenTransfer[],
): Story {
  const before = story.transfers[index]!;
  const after = change(before);
  const effect = ({ to, value }: TokenTransfer) => (to === MARKET ? value : -value);
  const difference = after.reduce((sum, each) => sum + effect(each), 0n) - effect(before);
  const transfers = story.transfers.flatMap((each, at) => (at === index ? after : [each]));
  return { ...story, transfers, holds: story.holds + difference };
}
