import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  type AbiEvent,
  type AbiParameter,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  numberToHex,
  toFunctionSelector,
} from 'viem';
import { describe, expect, it } from 'vitest';
import type { AccountBook } from '../../../audit/accounting/account-book.ts';
import { accountsIn, bytesOfAccounts, nothingWritten } from '../../../audit/accounting/kept-accounts.ts';
import { rebuild } from '../../../audit/accounting/rebuild.ts';
import {
  DEPOSIT_ADDRESSES_ABI,
  MARKET_ABI,
  MARKET_EVENTS,
  MARKET_FUNCTIONS,
} from '../../../audit/rules/abi.ts';
import { decodeLogs } from '../../../audit/rules/events.ts';
import { MARKET_VIEWS } from '../../../audit/rules/market-views.ts';
import { depositAddressesAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
import { settled } from './plays.ts';
import { AGENT, MARKET, SESSION } from './short-ledger.ts';

const typesOf = (parameters: readonly AbiParameter[]) => parameters.map(({ type }) => type);

/** Any value of a type of the ABI. */
function anyOf(parameter: AbiParameter): fc.Arbitrary<unknown> {
  const { type } = parameter;
  if ('components' in parameter) {
    return fc.record(Object.fromEntries(parameter.components.map((each) => [each.name, anyOf(each)])));
  }
  if (type === 'bool') return fc.boolean();
  if (type === 'bytes') return fc.uint8Array().map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`);
  const bits = type === 'address' ? 160 : Number(/\d+$/.exec(type)![0]) * (type.startsWith('bytes') ? 8 : 1);
  const whole = fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
  if (!type.startsWith('uint')) return whole.map((value) => numberToHex(value, { size: bits / 8 }));
  return bits > 48 ? whole : whole.map(Number);
}

/** Values as text, and addresses in one case. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)).toLowerCase();

describe('the ABI as data', () => {
  it('is that of the contracts', () => {
    expect(MARKET_ABI).toEqual(plugpactMarketAbi);
    expect(DEPOSIT_ADDRESSES_ABI).toEqual(depositAddressesAbi);
  });

  it.each(MARKET_VIEWS)('has the view $name as the audit calls it', (view) => {
    const found = MARKET_FUNCTIONS.get(toFunctionSelector(view));
    expect(found?.stateMutability).toBe('view');
    // A tail has 192 bits of its word, which is as a whole number the same.
    const wide = typesOf(found?.outputs ?? []).map((type) => type.replace(/^uint\d+$/, 'uint256'));
    expect(wide).toEqual(typesOf(view.outputs));
  });

  it.each([...MARKET_EVENTS.values()])(
    'decodes every $name to the values that it was made of',
    (event: AbiEvent) => {
      const values = fc.record(Object.fromEntries(event.inputs.map((input) => [input.name!, anyOf(input)])));
      const stamp = { blockNumber: 1, at: 2, tx: numberToHex(3, { size: 32 }), logIndex: 4 };
      fc.assert(
        fc.property(values, (args) => {
          const topics = encodeEventTopics({ abi: [event], eventName: event.name, args } as never) as Hex[];
          const unindexed = event.inputs.filter(({ indexed }) => !indexed);
          const data = encodeAbiParameters(unindexed, unindexed.map(({ name }) => args[name!]) as never);
          const { events, unknown } = decodeLogs([{ ...stamp, topics, data }]);
          expect(unknown).toEqual([]);
          expect(plain(events)).toBe(plain([{ eventName: event.name, args, ...stamp }]));
          // Topics or data that are cut are no event.
          expect(decodeLogs([{ ...stamp, topics: topics.slice(1), data }]).unknown.length).toBe(1);
        }),
        { numRuns: 10 },
      );
    },
  );
});

/** Bytes of the heap that a value takes. */
function heldBytes(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const made = new Set([make()]);
  collect();
  const held = process.memoryUsage().heapUsed - before;
  made.clear();
  return held;
}

describe('what decoded events take of the heap', () => {
  it('is less than 3 kB for a settlement: its seven texts as parts would be 6', () => {
    const word = (number: number) => numberToHex(number, { size: 32 });
    const topic = encodeEventTopics({ abi: plugpactMarketAbi, eventName: 'Settled' })[0];
    const logs = Array.from({ length: 1_000 }, (_, number) => ({
      ...{ blockNumber: 1, at: 2, tx: word(3), logIndex: number, topics: [topic, word(number)] },
      data: `0x${word(number).slice(2).repeat(8)}` as Hex,
    }));
    const held = heldBytes(() => decodeLogs(logs).events);
    expect(decodeLogs(logs).unknown).toEqual([]);
    expect(held / logs.length).toBeLessThan(3_000);
  });
});

describe('a run that goes on in the accounts of an earlier one', () => {
  it('says of later events what one run says of all, and nothing of earlier ones', async () => {
    const { events } = await settled({}, [SESSION, AGENT])();
    const whole = await rebuild(MARKET, events);
    expect(whole.discrepancies.map(({ code }) => code)).toEqual([
      'reading.agentSignature',
      'reading.sessionSignature',
    ]);
    // A transaction is in one block, which is read as a whole.
    const isCut = (at: number) => events[at]?.tx !== events[at - 1]?.tx;
    for (const cut of [...events.keys()].filter(isCut)) {
      const earlier = { book: keptOf(await rebuild(MARKET, events.slice(0, cut))) };
      const { discrepancies, consequences, bookings } = await rebuild(MARKET, events.slice(cut), earlier);
      expect({ discrepancies, consequences }).toEqual(pick(whole));
      expect([...bookings.values()].map(({ paid, energyWh }) => [paid, energyWh])).toEqual(
        [...whole.bookings.values()].map(({ paid, energyWh }) => [paid, energyWh]),
      );
    }
    expect((await rebuild(MARKET, [], { book: keptOf(whole) })).discrepancies).toEqual([]);
  });
});

/** The book as the next run has it. */
function keptOf(book: AccountBook): AccountBook {
  const { ended, rest } = bytesOfAccounts({ book, uncredited: [], written: nothingWritten() });
  return accountsIn([...ended].join('').split('\n').slice(0, -1), rest).book;
}

const pick = ({ discrepancies, consequences }: AccountBook) => ({ discrepancies, consequences });
