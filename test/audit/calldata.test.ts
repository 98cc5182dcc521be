import fc from 'fast-check';
import { encodeFunctionData, type Hex, toFunctionSelector } from 'viem';
import { describe, expect, it } from 'vitest';
import { actsOf } from '../../audit/calldata/acts.ts';
import { MARKET_CALLS } from '../../audit/calldata/market-calls.ts';
import { type CallFrame, marketCallsOf } from '../../audit/calldata/trace.ts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';

const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((data) => `0x${Buffer.from(data).toString('hex')}` as Hex);
const address = hex(20);
const signature = fc.record({ r: hex(32), vs: hex(32) });
const terms = fc.record({
  ...{ host: address, agentKey: address, tariff: word, bookingTerms: word, metering: word },
  meterKeyHash: hex(32),
});
const booking = fc.record({ purse: word, session: word, money: word, startHash: hex(32), terms });
const reading = fc.record({ measure: word, evidenceHash: hex(32), registersCommitment: hex(32) });
const settlement = fc.record({ booking, reading, agentSignature: signature, sessionSignature: signature });
const given = fc.record({ fromSlot: word, agentSignature: signature });
const allowance = fc.record({ cost: word, sessionSignature: signature });
const alone = fc.record({ booking, reading, agentSignature: signature, secret: hex(32), allowance });
const signed = fc.record({
  ...{ booking, weeklyHours: word, placeHash: hex(32), limits: word },
  driverSignature: signature,
});

const TX: Hex = `0x${'ab'.repeat(32)}`;
const SENDER: Hex = `0x${'cd'.repeat(20)}`;

/** The ABI of the contracts encodes, so that the audit's own reading of it is held against another one. */
const encoded = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);

const lowerCase = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)).toLowerCase(),
  );

const BATCHES = [
  ['bookAll', 'book', signed, (item: unknown) => [item]],
  ['settleAll', 'settle', settlement, (item: unknown) => [item]],
  ['settleAllAlone', 'settleAlone', alone, (item: unknown) => [item]],
  [
    'settleAllAndGiveBack',
    'settleAndGiveBack',
    fc.record({ settlement, given }),
    (item: { settlement: unknown; given: unknown }) => [item.settlement, item.given],
  ],
  [
    'settleAllAloneAndGiveBack',
    'settleAloneAndGiveBack',
    fc.record({ settlement: alone, given }),
    (item: { settlement: unknown; given: unknown }) => [item.settlement, item.given],
  ],
] as const;

describe('the calls of the market', () => {
  it('are all that change something, by the same selectors as in the contracts', () => {
    const changing = plugpactMarketAbi.flatMap((item) =>
      item.type === 'function' && !['view', 'pure'].includes(item.stateMutability)
        ? [toFunctionSelector(item)]
        : [],
    );
    const known = MARKET_CALLS.map((item) => toFunctionSelector(item));
    expect(known.toSorted()).toEqual(changing.toSorted());
  });

  it.each(BATCHES)('%s is so many calls of %s', (batch, single, item, argsOf) => {
    fc.assert(
      fc.property(fc.array(item as fc.Arbitrary<never>, { maxLength: 3 }), word, (items, itemGas) => {
        const acts = actsOf(TX, [{ sender: SENDER, input: encoded(batch, [items, itemGas]) }]);
        const expected = items.map((each, index) => ({
          ...{ name: single, args: argsOf(each), sender: SENDER, tx: TX, index },
        }));
        expect(lowerCase(acts)).toEqual(lowerCase(expected));
        for (const [index, { args }] of acts.entries()) {
          const again = actsOf(TX, [{ sender: SENDER, input: encoded(single, args) }]);
          expect(lowerCase(again)).toEqual(lowerCase([{ ...acts[index]!, index: 0 }]));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never end in an error, whatever the calldata is', () => {
    const selectors = MARKET_CALLS.map((item) => toFunctionSelector(item));
    const anyData = fc.uint8Array({ maxLength: 700 }).map((data) => Buffer.from(data).toString('hex'));
    const input = fc
      .tuple(fc.constantFrom(...selectors, '0x'), anyData)
      .map(([head, rest]) => `${head}${rest}` as Hex);
    fc.assert(
      fc.property(input, (data) => {
        for (const { sender, tx } of actsOf(TX, [{ sender: SENDER, input: data }])) {
          expect([sender, tx]).toEqual([SENDER, TX]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a trace', () => {
  const market: Hex = `0x${'ee'.repeat(20)}`;
  const other: Hex = `0x${'11'.repeat(20)}`;
  const call = (to: Hex, input: string, more: Partial<CallFrame> = {}): CallFrame => ({
    ...{ type: 'CALL', from: other, to, input, ...more },
  });

  it('shows the calls of the market in their order, with who made them', () => {
    const frame = call(other, '0x01', {
      calls: [
        call(market, '0x02', { calls: [call(market, '0x03', { from: SENDER })] }),
        call(market, '0x04'),
      ],
    });
    expect(marketCallsOf(frame, market)).toEqual([
      { sender: other, input: '0x02' },
      { sender: SENDER, input: '0x03' },
      { sender: other, input: '0x04' },
    ]);
  });

  it('leaves out what failed with all that it called, and what runs the market’s code elsewhere', () => {
    const frame = call(other, '0x01', {
      calls: [
        call(other, '0x', { error: 'execution reverted', calls: [call(market, '0x02')] }),
        call(market, '0x03', { type: 'DELEGATECALL' }),
        call(market, '0x04', { type: 'STATICCALL' }),
      ],
    });
    expect(marketCallsOf(frame, market)).toEqual([]);
  });
});
