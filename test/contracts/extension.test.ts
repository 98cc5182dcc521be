import type { Abi, Address } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { readArtifact } from '../../scripts/lib/artifacts.ts';
import type { TestMarket } from '../support/market.ts';
import { bookingsInEachState, guardedMarket } from './bookings-in-each-state.ts';
import { attempt, read } from './fixture.ts';
import { type SampleCall, signaturesOf, signedCallData } from './sample-call.ts';
import { sampleCallsOf } from './sample-calls.ts';
import { effectOf } from './trace.ts';

/** The error of each state-changing call when it is made at the extension's own address. */
const REFUSALS: Record<string, string> = {
  arrived: 'Booking_StateMismatch',
  bookByWallet: 'Account_InvalidSignature',
  cancelByDriver: 'Booking_StateMismatch',
  cancelByHost: 'Booking_StateMismatch',
  challenge: 'Booking_StateMismatch',
  claim: 'Booking_StateMismatch',
  claimAlone: 'Booking_StateMismatch',
  claimNoShow: 'Booking_StateMismatch',
  depositWithAuthorization: 'Market_ExtensionCalledDirectly',
  depositWithPermit: 'Market_ExtensionCalledDirectly',
  expire: 'Booking_StateMismatch',
  finalise: 'Booking_StateMismatch',
  fundAndBook: 'Market_ExtensionCalledDirectly',
  prove: 'Booking_StateMismatch',
  settleFrom: 'Booking_StateMismatch',
  withdrawBySignature: 'Account_InvalidSignature',
  withdrawEarningsBySignature: 'Account_InvalidSignature',
};

const changing = (abi: Abi): string[] =>
  abi.flatMap((item) =>
    item.type === 'function' && item.stateMutability === 'nonpayable' ? [item.name] : [],
  );

let anvil: Anvil;
let market: TestMarket;
let samples: SampleCall[];
/** The market's tools, pointed at the extension. */
let there: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await guardedMarket(anvil.url);
  samples = await sampleCallsOf(await bookingsInEachState(market));
  const extension = (await read(market, 'EXTENSION', [])) as Address;
  there = { ...market, market: extension, ref: { ...market.ref, market: extension } };
});
afterAll(() => anvil.stop());

const of = (call: string) => samples.filter((each) => each.call === call);

/** Sends a sample with signatures for a contract to the extension. */
const tried = async (sample: SampleCall, ref = market.ref) =>
  attempt(there, sample.sender, sample.call, sample.args(...(await signaturesOf(ref, sample))));

describe('the extension at its own address', () => {
  it('has these calls that change the ledger, and no other', () => {
    const abi = readArtifact('PlugpactExtension').abi as Abi;
    expect(changing(abi).sort()).toEqual(Object.keys(REFUSALS).sort());
    expect(samples.map(({ call }) => call)).toEqual(expect.arrayContaining(Object.keys(REFUSALS)));
  });

  it.each(Object.entries(REFUSALS))(
    'refuses %s with %s, although the market accepts it',
    async (call, refusal) => {
      for (const sample of of(call)) {
        await expect(tried(sample)).rejects.toThrow(refusal);
        const direct = { from: sample.sender, to: there.market, data: await signedCallData(market, sample) };
        expect(await effectOf(anvil.url, direct)).toEqual({ changes: {}, logs: [] });
      }
    },
  );

  it('holds nothing that a signature for it could withdraw', async () => {
    for (const call of ['withdrawBySignature', 'withdrawEarningsBySignature']) {
      for (const sample of of(call)) {
        await expect(tried(sample, there.ref)).rejects.toThrow('Account_InsufficientBalance');
      }
    }
  });

  it('has no call of the market proper', async () => {
    const own = samples.filter(({ call }) => REFUSALS[call] === undefined);
    expect(own.length).toBeGreaterThan(0);
    for (const sample of own) await expect(tried(sample)).rejects.toThrow('reverted');
  });
});
