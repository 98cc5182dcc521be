import {
  type Abi,
  type Address,
  concatHex,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  keccak256,
  toHex,
  zeroAddress,
} from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { placeHash, unpackListingWord } from '../../protocol/listing.ts';
import { termsHash } from '../../protocol/terms.ts';
import { ACTORS, addressOf, HOSTS, PURSES } from './actors.ts';
import { CHARGERS, listingIdOfCharger, termsOf } from './chargers.ts';
import type { Emitted } from './forecast.ts';
import { errorNameIn, type Ledger, type Receipt } from './ledger.ts';
import { STATUS } from './rules/listing-rules.ts';
import { tailOf } from './state-words.ts';
import * as model from './world.ts';

const SLOT_SEC = 900;
const SLOTS_PER_WORD = 224;
const RING_WORDS = 8;

const accountOf = (name: string): Address => (name === model.NOBODY ? zeroAddress : addressOf(name));

/** One value that can be read: the model's, and a conversion of the ledger's answer. */
interface Look {
  key: string;
  functionName: string;
  args: readonly unknown[];
  ofToken?: true;
  expected: string;
  found: (answer: unknown) => string;
}

const text = (...values: readonly unknown[]): string => values.map(String).join(' ');
const spread = (answer: unknown): string => text(...(Array.isArray(answer) ? answer : [answer]));

/** The model's value for a key such as `purse driver-0/1`. */
function looksAt(world: model.World, key: string): Look[] {
  const [what = '', which = ''] = key.split(' ');
  const [name = '', second = ''] = which.split('/');
  switch (what) {
    case 'purse': {
      const { free, generation, open } = model.purseOf(world, name, Number(second));
      const args = [accountOf(name), Number(second)];
      return [look(key, 'purseOf', args, text(free, open ? tailOf(open) : generation))];
    }
    case 'earnings': {
      const { earned, soldWh, sessions } = model.earningsOf(world, Number(name), second);
      const args = [listingIdOfCharger(Number(name)), addressOf(second)];
      return [look(key, 'earningsOf', args, text(earned, soldWh, sessions))];
    }
    case 'nonce':
      return [look(key, 'nonces', [addressOf(name)], text(model.nonceOf(world, name)))];
    case 'listing':
      return [listingLook(world, key, Number(name))];
    case 'calendar':
      return calendarLooks(world, key, Number(name));
    case 'pauses':
      return [look(key, 'pauses', [], text(world.pausedUntil, world.nextPauseFrom))];
    default:
      throw new Error(`The model has no ${key}.`);
  }
}

const look = (key: string, functionName: string, args: readonly unknown[], expected: string): Look => ({
  key,
  functionName,
  args,
  expected,
  found: spread,
});

function tokenLook(world: model.World, ledger: Ledger, key: string): Look {
  const name = key.slice('tokens '.length);
  const holder = name === model.MARKET ? ledger.addresses.market : addressOf(name);
  return { ...look(key, 'balanceOf', [holder], text(model.balanceOf(world, name))), ofToken: true };
}

function listingLook(world: model.World, key: string, charger: number): Look {
  const { host, variant, version, status } = model.listingAt(world, charger);
  const expected = text(host === null ? 0n : commitmentOf(charger, variant, host), version, status);
  return {
    ...look(key, 'listingOf', [listingIdOfCharger(charger)], expected),
    found: (answer) => {
      const word = unpackListingWord(answer as bigint);
      return text(word.commitment, word.version, STATUS[Number(word.status)]);
    },
  };
}

/** The low 192 bits of a hash of terms, hours and place. */
function commitmentOf(charger: number, variant: number, host: string): bigint {
  const { listing } = termsOf(charger, variant, host);
  const parts: Hex[] = [
    termsHash(listing.terms),
    toHex(listing.weeklyHours, { size: 32 }),
    placeHash(listing.place),
  ];
  return BigInt(keccak256(concatHex(parts))) & ((1n << 192n) - 1n);
}

/** Every word of the ring that can hold a slot from today on. A word of another epoch is empty. */
function calendarLooks(world: model.World, key: string, charger: number): Look[] {
  const today = Math.floor(world.nowSec / SLOT_SEC / SLOTS_PER_WORD);
  const taken = [...model.slotsOf(world, charger)];
  return Array.from({ length: RING_WORDS }, (_, ahead) => {
    const epoch = today + ahead;
    const first = epoch * SLOTS_PER_WORD;
    const slots = taken.filter((slot) => slot >= first && slot < first + SLOTS_PER_WORD);
    const bits = slots.reduce((word, slot) => word | (1n << BigInt(slot - first)), 0n);
    return {
      ...look(
        `${key} epoch ${epoch}`,
        'calendarWordOf',
        [listingIdOfCharger(charger), BigInt(first)],
        text(bits),
      ),
      found: (answer: unknown) => {
        const word = answer as bigint;
        return text(word >> 224n === BigInt(epoch) ? word & ((1n << 224n) - 1n) : 0n);
      },
    };
  });
}

/** All that can be read of a market. */
export function everyKey(): string[] {
  return [
    `purse ${model.NOBODY}/0`,
    ...ACTORS.flatMap((name) => PURSES.map((index) => `purse ${name}/${index}`)),
    ...CHARGERS.flatMap((_, charger) => HOSTS.map((host) => `earnings ${charger}/${host}`)),
    ...[...ACTORS, model.MARKET].map((name) => `tokens ${name}`),
    ...ACTORS.map((name) => `nonce ${name}`),
    ...CHARGERS.flatMap((_, charger) => [`listing ${charger}`, `calendar ${charger}`]),
    'pauses',
  ];
}

/** The differences between model and ledger as text; empty if there are none. */
export async function differences(
  world: model.World,
  ledger: Ledger,
  keys: Iterable<string>,
): Promise<string[]> {
  const looks = [...keys].flatMap((key) =>
    key.startsWith('tokens ') ? [tokenLook(world, ledger, key)] : looksAt(world, key),
  );
  const { market, token } = ledger.addresses;
  const answers = await ledger.ask<Hex>(
    looks.map(({ functionName, args, ofToken }) => {
      const abi = (ofToken ? demoTokenAbi : plugpactMarketAbi) as Abi;
      const data = encodeFunctionData({ abi, functionName, args });
      return ['eth_call', [{ to: ofToken ? token : market, data }, 'latest']] as const;
    }),
  );
  return looks.flatMap(({ key, functionName, ofToken, expected, found }, index) => {
    const abi = (ofToken ? demoTokenAbi : plugpactMarketAbi) as Abi;
    const data = answers[index]?.result;
    if (data === undefined) return [`${key}: ${answers[index]?.error?.message ?? 'no answer'}`];
    const actual = found(decodeFunctionResult({ abi, functionName, data }));
    return actual === expected ? [] : [`${key}: the ledger has ${actual}, the model ${expected}`];
  });
}

/** What differs between the events that the model expects and those of the transaction, in any order. */
export function missingEvents(ledger: Ledger, receipt: Receipt, expected: readonly Emitted[]): string[] {
  const left = ledger.eventsOf(receipt).map(({ eventName, args }) => {
    const known = args as Record<string, unknown>;
    return { names: [eventName, `${eventName} ${skippedBy(known)}`], args: known };
  });
  const missing = expected.filter(({ name, args }) => {
    const [event, reasons] = name.split(' ');
    const names = reasons === undefined ? [name] : reasons.split('|').map((reason) => `${event} ${reason}`);
    const at = left.findIndex(
      (one) =>
        one.names.some((found) => names.includes(found)) &&
        Object.entries(args).every(([key, value]) => String(one.args[key]) === String(value)),
    );
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map(({ name, args }) => `no event ${name} ${show(args)}`),
    ...left.map(({ names, args }) => `an event that was not expected: ${names[0]} ${show(args)}`),
  ];
}

const skippedBy = ({ reason }: Record<string, unknown>): string =>
  typeof reason === 'string' ? errorNameIn(reason as Hex) : '';

const show = (args: Record<string, unknown>): string =>
  Object.entries(args)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
