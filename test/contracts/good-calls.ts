import { type Address, encodeEventTopics, type Hex } from 'viem';
import { expect } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { TestMarket } from '../support/market.ts';
import { bookingsInEachState } from './bookings-in-each-state.ts';
import { anyone } from './fixture.ts';
import { signedCallData } from './sample-call.ts';
import { sampleCallsOf } from './sample-calls.ts';
import { type Effect, effectOf, effectsOf } from './trace.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const SEED = 20_261_122;

/** The deep run is slow. */
export const LONG_TIMEOUT = { timeout: DEEP ? 1_800_000 : 60_000 };

/** How often a property is tried: seeded, many times more in the deep run. */
export const runs = (usual: number, deep: number) => ({ numRuns: DEEP ? deep : usual, seed: SEED });

/** A valid call and its effect. */
export interface GoodCall {
  market: TestMarket;
  name: string;
  call: string;
  sender: Address;
  /** A stranger sends it: all its effects are signed, or follow from the time. */
  relayed: boolean;
  data: Hex;
  effect: Effect;
  /** The words of storage that only other calls change. */
  foreign: Set<string>;
}

/** Every call of a market, all valid at the same time. */
export async function goodCallsOf(market: TestMarket): Promise<GoodCall[]> {
  const good: GoodCall[] = [];
  for (const [index, sample] of (await sampleCallsOf(await bookingsInEachState(market))).entries()) {
    const { call, sender } = sample;
    const data = await signedCallData(market, sample);
    const effect = await effectOf(market.rpcUrl, { from: sender, to: market.market, data });
    const relayed = sender === anyone.address;
    good.push({
      market,
      name: `${call} (${index})`,
      call,
      sender,
      relayed,
      data,
      effect,
      foreign: new Set(),
    });
  }
  const all = good.flatMap(({ effect }) => Object.keys(effect.changes));
  for (const { effect, foreign } of good) {
    for (const slot of all) if (effect.changes[slot] === undefined) foreign.add(slot);
  }
  return good;
}

const SKIPPED = String(encodeEventTopics({ abi: plugpactMarketAbi, eventName: 'BatchItemSkipped' })[0]);

/** True if no storage changed; a batch may log that it skipped an item. */
export const hasNoEffect = ({ changes, logs }: Effect): boolean =>
  Object.keys(changes).length === 0 && logs.every((log) => log.includes(SKIPPED));

/** Other calldata in place of a valid call's. */
export interface Variant {
  good: GoodCall;
  data: Hex;
  how: string;
}

/** Calls in one request to the node. */
const TOGETHER = 250;

/** What each variant would do, if it is harmless. */
export async function expectHarmless(variants: readonly Variant[]): Promise<Effect[]> {
  const effects: Effect[] = [];
  for (let from = 0; from < variants.length; from += TOGETHER) {
    const part = variants.slice(from, from + TOGETHER);
    const rpcUrl = (part[0] as Variant).good.market.rpcUrl;
    const calls = part.map(({ good, data }) => ({ from: good.sender, to: good.market.market, data }));
    const found = await effectsOf(rpcUrl, calls);
    for (const [index, variant] of part.entries()) expectNoHarm(variant, found[index] as Effect);
    effects.push(...found);
  }
  return effects;
}

/**
 * Asserts that a relayed call is refused or has the same effect on storage and logs. A call that somebody sends for
 * himself may have another effect, but never on what belongs to others.
 */
function expectNoHarm({ good, data, how }: Variant, effect: Effect): void {
  const { relayed, foreign, name } = good;
  const what = { name, how, data };
  if (relayed)
    expect({ ...what, ...effect }).toEqual({ ...what, ...(hasNoEffect(effect) ? effect : good.effect) });
  const taken = Object.keys(effect.changes).filter((slot) => foreign.has(slot));
  expect({ ...what, taken }).toEqual({ ...what, taken: [] });
}
