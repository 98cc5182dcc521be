import fc from 'fast-check';
import { concatHex, type Hex, hashTypedData, numberToHex, size, sliceHex, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BookingStruct, bookingIdOf, fromBookingStruct } from '../../protocol/booking.ts';
import type { SettlementStruct } from '../../protocol/calls.ts';
import { SIGNED_TYPES, type SignedTypeName, typedData } from '../../protocol/signedTypes.ts';
import { type Anvil, rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import type { TestMarket } from '../support/market.ts';
import { bookingsInEachState, guardedMarket } from './bookings-in-each-state.ts';
import { attempt, newKey } from './fixture.ts';
import { LONG_TIMEOUT, runs } from './good-calls.ts';
import { callData, type SampleCall, type Signed, signaturesOf, signedCallData } from './sample-call.ts';
import { sampleCallsOf } from './sample-calls.ts';
import { effectOf } from './trace.ts';

/** Order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Signed for agent or server, or as a part of others; never sent to the ledger by themselves. */
const OFF_LEDGER = [
  ...['Terms', 'Start', 'Stop', 'Watch', 'HandoverRequest', 'HandoverApproval', 'AgentHello', 'Heartbeat'],
  ...['Subscription', 'Rating', 'MessageKey', 'EvidenceUpload', 'VaultWrite'],
];

const NOTHING = { changes: {}, logs: [] };

/** One signature of a call: the market must accept it as it is, and in no other form. */
interface Place {
  sample: SampleCall;
  index: number;
  signed: Signed;
}

let anvil: Anvil;
let market: TestMarket;
let other: TestMarket;
let samples: SampleCall[];
let places: Place[];
beforeAll(async () => {
  anvil = await startAnvil();
  market = await guardedMarket(anvil.url);
  other = await guardedMarket(anvil.url);
  samples = await sampleCallsOf(await bookingsInEachState(market));
  places = samples.flatMap((sample) => sample.signed.map((signed, index) => ({ sample, index, signed })));
});
afterAll(() => anvil.stop());

type Data = ReturnType<typeof typedData>;

const signedBy = (signer: Signed['signer'], data: Data): Promise<Hex> => signer.signTypedData(data as never);

const dataOfSigned = ({ type, message }: Signed): Data =>
  typedData(market.ref, type, message as Record<string, unknown>);

/** The call with another signature at this position, and valid ones elsewhere. */
async function withSignature({ sample, index }: Place, signature: Hex) {
  const signatures = await signaturesOf(market.ref, sample);
  return attempt(market, sample.sender, sample.call, sample.args(...signatures.with(index, signature)));
}

/** Each error about a signature has this word in its name. */
async function expectInvalid(place: Place, signature: Hex, how: string) {
  const outcome = await withSignature(place, signature).then(
    () => 'was taken',
    (error: unknown) => String(error),
  );
  expect({ how, call: place.sample.call, outcome }).toMatchObject({
    outcome: expect.stringMatching(/Account_InvalidSignature|SignatureInvalid|ConsentInvalid/),
  });
}

/** Values of fields that only one of two types has; numbers are zero. */
const BLANK: Record<string, unknown> = {
  bool: false,
  string: '',
  address: toHex(0, { size: 20 }),
  bytes32: toHex(0, { size: 32 }),
};

const everyType = Object.keys(SIGNED_TYPES) as SignedTypeName[];

describe('the signed types', () => {
  it('that reach the ledger are all here, and valid as they are', async () => {
    const here = new Set(places.map(({ signed }) => signed.type));
    expect([...here, ...OFF_LEDGER].sort()).toEqual([...everyType].sort());
    for (const sample of samples) {
      const effect = await effectOf(anvil.url, {
        from: sample.sender,
        to: market.market,
        data: await signedCallData(market, sample),
      });
      expect(effect).not.toEqual(NOTHING);
    }
  });
});

/** Flips a bit of a value of this Solidity type. */
function flipped(type: string, value: unknown, bit: number): unknown {
  if (type === 'bool') return !value;
  if (type === 'address') return toHex(BigInt(value as Hex) ^ (1n << BigInt(bit % 160)), { size: 20 });
  if (type === 'bytes32') return toHex(BigInt(value as Hex) ^ (1n << BigInt(bit % 256)), { size: 32 });
  return BigInt(value as bigint) ^ (1n << BigInt(bit % Number(type.slice(4))));
}

/** The same message for another chain, contract, name, version. */
const domains = fc.oneof(
  fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }).map((chainId) => ({ chainId })),
  fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map((n) => ({ verifyingContract: toHex(n, { size: 20 }) })),
  fc.constantFrom({ name: 'plugpact' }, { name: '' }, { version: '2' }, { version: '' }),
);

/** The same signature in another form. The market accepts only 65 bytes with a low `s` and v of 27 or 28. */
const FORMS: [name: string, change: (signature: Hex) => Hex][] = [
  [
    'the other s, and the other v',
    (signature) => joined(rOf(signature), ORDER - sOf(signature), 55n - vOf(signature)),
  ],
  ['the other v', (signature) => joined(rOf(signature), sOf(signature), 55n - vOf(signature))],
  ['the other s', (signature) => joined(rOf(signature), ORDER - sOf(signature), vOf(signature))],
  ['an r of zero', (signature) => joined(0n, sOf(signature), vOf(signature))],
  ['an s of zero', (signature) => joined(rOf(signature), 0n, vOf(signature))],
];

/** Only for calls that take 65 bytes; others take the form of ERC-2098. */
const LONG_FORMS: typeof FORMS = [
  ['v of 0 or 1', (signature) => joined(rOf(signature), sOf(signature), vOf(signature) - 27n)],
  ['v of EIP-155', (signature) => joined(rOf(signature), sOf(signature), vOf(signature) + 35n)],
  ['64 bytes (ERC-2098)', compact],
  ['64 bytes without v', (signature) => sliceHex(signature, 0, 64)],
  ['66 bytes', (signature) => concatHex([signature, '0x00'])],
  ['nothing', () => '0x'],
];

const rOf = (signature: Hex) => BigInt(sliceHex(signature, 0, 32));
const sOf = (signature: Hex) => BigInt(sliceHex(signature, 32, 64));
const vOf = (signature: Hex) => BigInt(sliceHex(signature, 64, 65));

const joined = (r: bigint, s: bigint, v: bigint): Hex =>
  concatHex([numberToHex(r, { size: 32 }), numberToHex(s, { size: 32 }), numberToHex(v, { size: 1 })]);

function compact(signature: Hex): Hex {
  const vs = sOf(signature) | ((vOf(signature) - 27n) << 255n);
  return concatHex([sliceHex(signature, 0, 32), numberToHex(vs, { size: 32 })]);
}

/** Whether the call takes this signature as bytes, not as the two words of ERC-2098. */
function isLong({ sample, index }: Place): boolean {
  const mark = `0x${'ab'.repeat(32)}${'12'.repeat(32)}1c` as const;
  const args = sample.args(...sample.signed.map((_, at): Hex => (at === index ? mark : compactable)));
  return callData(sample.call, args).includes(mark.slice(2));
}
const compactable = joined(1n, 1n, 27n);

describe('a signature', () => {
  const anyPlace = fc.nat().map((n) => places[n % places.length] as Place);

  it('for another chain, contract, name or version is invalid', LONG_TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, domains, async (place, change) => {
        const data = dataOfSigned(place.signed);
        const domain = { ...data.domain, ...change };
        const signature = await signedBy(place.signed.signer, { ...data, domain } as Data);
        if (hashTypedData({ ...data, domain } as never) === hashTypedData(data as never)) return;
        await expectInvalid(place, signature, JSON.stringify(change, String));
      }),
      runs(150, 5_000),
    );
  });

  it('over another field of the message is invalid', LONG_TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, fc.nat(), fc.nat(), async (place, which, bit) => {
        const fields = SIGNED_TYPES[place.signed.type];
        const { name, type } = fields[which % fields.length] as (typeof fields)[number];
        const message = place.signed.message as Record<string, unknown>;
        const change = { [name]: flipped(type, message[name], bit) };
        const data = typedData(market.ref, place.signed.type, { ...message, ...change });
        await expectInvalid(place, await signedBy(place.signed.signer, data), name);
      }),
      runs(400, 10_000),
    );
  });

  it('of another type over the same fields is invalid', LONG_TIMEOUT, async () => {
    for (const place of places) {
      for (const type of everyType.filter((each) => each !== place.signed.type)) {
        const data = typedData(market.ref, type, asType(type, place.signed));
        await expectInvalid(place, await signedBy(place.signed.signer, data), type);
      }
    }
  });

  it('of another key is invalid', async () => {
    for (const place of places) {
      await expectInvalid(place, await signedBy(newKey(), dataOfSigned(place.signed)), 'another key');
    }
  });

  it('is valid in one form only', async () => {
    for (const place of places) {
      const good = await signedBy(place.signed.signer, dataOfSigned(place.signed));
      const long = isLong(place);
      for (const [name, change] of long ? [...FORMS, ...LONG_FORMS] : FORMS) {
        // Two words cannot hold a high `s`: its top bit is the parity.
        if (!long && name.includes('the other s')) continue;
        const form = change(good);
        expect(size(form)).toBeLessThan(67);
        await expectInvalid(place, form, name);
      }
    }
  });

  it('for the booking before or after in the same purse is invalid', async () => {
    const ofBookings = places.filter(({ signed }) => 'bookingId' in signed.message);
    expect(new Set(ofBookings.map(({ signed }) => signed.type)).size).toBe(8);
    for (const place of ofBookings) {
      const [first] = place.sample.args(...place.sample.signed.map(() => compactable)) as [
        BookingStruct | SettlementStruct,
      ];
      const booking = fromBookingStruct('booking' in first ? first.booking : first);
      for (const generation of [booking.generation + 1n, 2n ** 64n - 1n]) {
        const bookingId = bookingIdOf(market.ref, { ...booking, generation });
        const data = typedData(market.ref, place.signed.type, { ...place.signed.message, bookingId });
        await expectInvalid(place, await signedBy(place.signed.signer, data), `generation ${generation}`);
      }
    }
  });
});

/** A message of a type with as many of another's words as fit into it. */
function asType(type: SignedTypeName, { type: from, message }: Signed): Record<string, unknown> {
  const shared = SIGNED_TYPES[type].filter((field) =>
    SIGNED_TYPES[from].some(({ name, type: kind }) => name === field.name && kind === field.type),
  );
  const words = message as Record<string, unknown>;
  return Object.fromEntries([
    ...SIGNED_TYPES[type].map((field) => [field.name, BLANK[field.type] ?? 0n]),
    ...shared.map(({ name }) => [name, words[name]]),
  ]);
}

describe('a whole call', () => {
  const signedOnes = () => samples.filter(({ signed }) => signed.length > 0);

  const expectNothingAt = async (where: TestMarket, sample: SampleCall, data: Hex) => {
    const effect = await effectOf(anvil.url, { from: sample.sender, to: where.market, data });
    expect({ call: sample.call, ...effect }).toEqual({ call: sample.call, ...NOTHING });
  };

  it('that was signed for one market does nothing at another on the same chain', async () => {
    for (const sample of signedOnes()) {
      await expectNothingAt(other, sample, await signedCallData(market, sample));
    }
  });

  it('that was signed on one chain does nothing after the chain has split and changed its id', async () => {
    await rpc(anvil.url, 'anvil_setChainId', [1_337]);
    for (const sample of signedOnes()) {
      await expectNothingAt(market, sample, await signedCallData(market, sample));
    }
    const there = { ...market, ref: { ...market.ref, chainId: 1_337 } };
    const listed = signedOnes().filter(({ call }) => call === 'publishListing');
    for (const sample of listed) {
      const data = await signedCallData(there, sample);
      const effect = await effectOf(anvil.url, { from: sample.sender, to: market.market, data });
      expect(effect).not.toEqual(NOTHING);
    }
    // Ids include the chain's id: locked money stays on the chain that kept its id, and belongs to nobody here.
    for (const sample of samples.filter(({ call }) => call === 'expire' || call === 'finalise')) {
      await expectNothingAt(market, sample, await signedCallData(market, sample));
    }
    await rpc(anvil.url, 'anvil_setChainId', [market.chainId]);
  });
});
