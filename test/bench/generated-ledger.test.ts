import { type AbiEvent, encodeAbiParameters, encodeEventTopics, type Log, parseEventLogs } from 'viem';
import { describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { bookingIdOf, fromBookingStruct } from '../../protocol/booking.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { type TermsStruct, termsHash } from '../../protocol/terms.ts';
import { CHAIN_ID, GeneratedChain, MARKET, type RpcLog } from '../../scripts/bench/generated/chain.ts';
import { historyOf, KINDS, openListings } from '../../scripts/bench/generated/history.ts';
import { answer } from '../../scripts/bench/generated/rpc.ts';

const OPTIONS = {
  seed: 13,
  listings: 60,
  bookings: 400,
  eventsPerBlock: 4,
  genesisSec: 1_790_000_000,
  keyedListings: 3,
};

const chain = new GeneratedChain(historyOf(OPTIONS));
const blocks = Array.from({ length: chain.head + 1 }, (_unused, block) => block);
const logs = blocks.flatMap((block) => chain.logsOf(block));
const parsed = parseEventLogs({ abi: plugpactMarketAbi, logs: logs as unknown as Log[], strict: true });
const events = parsed.map((event) => ({ ...event, block: Number(event.blockNumber) }));

describe('the generated ledger', () => {
  it('holds every kind of event, as viem would encode it', () => {
    expect(events).toHaveLength(chain.history.kinds.length);
    expect(new Set(events.map(({ eventName }) => eventName))).toEqual(new Set(KINDS));
    for (const [at, { eventName, args }] of parsed.entries()) {
      const item = plugpactMarketAbi.find(
        (one) => one.type === 'event' && one.name === eventName,
      ) as AbiEvent;
      const inputs = item.inputs.filter(({ indexed }) => indexed !== true);
      const values = inputs.map(({ name }) => (args as Record<string, unknown>)[name!]);
      expect(logs[at]!.topics).toEqual(encodeEventTopics({ abi: [item], args: args as never }));
      expect(logs[at]!.data, eventName).toBe(encodeAbiParameters(inputs, values));
    }
  });

  it('names listings and bookings by their hashes, and terms that were published before', () => {
    const terms = new Map<string, TermsStruct>();
    let booked = 0;
    for (const { eventName, args } of events) {
      if (eventName === 'ListingPublished') {
        const { listing, listingId } = args;
        expect(listingId).toBe(listingIdOf(listing.terms.agentKey, listing.place.connector));
        terms.set(termsHash(listing.terms), listing.terms);
      }
      if (eventName !== 'Booked') continue;
      const pinned = terms.get(args.termsHash);
      const booking = fromBookingStruct({ ...args, terms: pinned! });
      expect(booking.listingId).toBe(args.listingId);
      expect(bookingIdOf({ chainId: CHAIN_ID, market: MARKET }, booking)).toBe(args.bookingId);
      booked += 1;
    }
    expect(booked).toBe(OPTIONS.bookings);
  });

  it('settles bookings in later blocks than it books them', () => {
    const bookedIn = new Map(
      events.flatMap(({ eventName, args, block }) =>
        eventName === 'Booked' ? [[args.bookingId, block]] : [],
      ),
    );
    const settled = events.filter(({ eventName }) => eventName === 'Settled' || eventName === 'Finalised');
    expect(settled.length).toBeGreaterThan(50);
    for (const { args, block } of settled) {
      const { bookingId } = args as { bookingId: `0x${string}` };
      expect(block).toBeGreaterThan(bookedIn.get(bookingId)!);
    }
  });

  it('is the same from the same numbers, and another from another seed', () => {
    const again = new GeneratedChain(historyOf(OPTIONS));
    const block = Number(logs[0]!.blockNumber);
    expect(again.blockOf(block)).toEqual(chain.blockOf(block));
    expect(again.logsOf(block)).toEqual(chain.logsOf(block));
    const other = new GeneratedChain(historyOf({ ...OPTIONS, seed: 14 }));
    expect(other.logsOf(block)).not.toEqual(chain.logsOf(block));
  });

  it('answers for ranges, topics and one block as a node does', () => {
    const ask = (filter: object) => answer(chain, 'eth_getLogs', [filter] as never) as RpcLog[];
    const range = { fromBlock: '0x0', toBlock: 'latest' };
    expect(ask({ ...range, address: MARKET })).toHaveLength(logs.length);
    expect(ask({ ...range, address: `0x${'11'.repeat(20)}` })).toEqual([]);
    const wanted = logs.find(({ topics }) => topics.length === 4)!;
    const found = ask({ ...range, topics: [[wanted.topics[0]], null, wanted.topics[2]] });
    expect(found).toContainEqual(wanted);
    expect(found.every(({ topics }) => topics[2] === wanted.topics[2])).toBe(true);
    const number = wanted.blockNumber;
    const { hash } = answer(chain, 'eth_getBlockByNumber', [number] as never) as { hash: string };
    expect(ask({ blockHash: hash })).toEqual(chain.logsOf(Number(number)));
    const receipts = answer(chain, 'eth_getBlockReceipts', [number] as never) as { logs: RpcLog[] }[];
    expect(receipts.flatMap((receipt) => receipt.logs)).toEqual(chain.logsOf(Number(number)));
    expect(answer(chain, 'eth_getBlockByNumber', ['0xffffff'] as never)).toBeNull();
    expect(() => ask({ blockHash: `0x${'00'.repeat(32)}` })).toThrow('unknown block');
  });

  it('shows fewer blocks, or more', () => {
    const growing = new GeneratedChain(historyOf(OPTIONS));
    answer(growing, 'bench_setHead', [10] as never);
    expect(answer(growing, 'eth_blockNumber', [])).toBe('0xa');
    expect(answer(growing, 'eth_getBlockByNumber', ['0xb'] as never)).toBeNull();
    answer(growing, 'bench_setHead', [growing.history.lastBlock] as never);
    const [listing] = openListings(growing.history, growing.head);
    const made = answer(growing, 'bench_makeBlock', [[{ listing, status: 2, version: 2 }]] as never);
    expect(growing.logsOf(made as number)).toHaveLength(1);
  });
});
