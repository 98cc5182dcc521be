import type { Hex, LocalAccount } from 'viem';
import { toBookingStruct } from '../../protocol/booking.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { withBookedAt } from '../support/market.ts';
import type { BookingInState, BookingsInEachState } from './bookings-in-each-state.ts';
import { anyone, readingOf } from './fixture.ts';
import { open, type SampleCall, type Signed, toWords, UNSIGNED, unsignedCall } from './sample-call.ts';

const stranger = anyone.address;

/** Token units: above what the reading of these calls costs. */
export const ALLOWED = 3_000_000n;

const readBy = (signer: LocalAccount, message: Reading): Signed => ({ type: 'Reading', signer, message });

const raisedBy = ({ made }: BookingInState): Signed => ({
  type: 'Allowance',
  signer: made.sessionKey,
  message: { bookingId: made.bookingId, cost: ALLOWED },
});

const allowance = (signature: Hex) => ({ cost: ALLOWED, sessionSignature: toWords(signature) });

/** The slots of `begun` that nobody has used yet. */
const givenBackBy = ({ fixture, made }: BookingInState): Signed => ({
  type: 'GiveBack',
  signer: fixture.agent,
  message: { bookingId: made.bookingId, fromSlot: lastSlotOf(made.booking) },
});

const lastSlotOf = ({ firstSlot, slotCount }: { firstSlot: number; slotCount: number }) =>
  firstSlot + slotCount - 1;

export function settleCalls({ begun }: BookingsInEachState): SampleCall[] {
  const { fixture, made } = begun;
  const reading = readingOf(made);
  const both = [readBy(fixture.agent, reading), readBy(made.sessionKey, reading)];
  const alone = [readBy(fixture.agent, reading), raisedBy(begun)];
  const struct = {
    booking: toBookingStruct(made.booking),
    reading: withBookedAt(toReadingStruct(reading), begun.state),
  };
  const settlement = (agent: Hex, session: Hex) => ({
    ...struct,
    agentSignature: toWords(agent),
    sessionSignature: toWords(session),
  });
  const aloneSettlement = (agent: Hex, raise: Hex) => ({
    ...struct,
    agentSignature: toWords(agent),
    secret: made.secret,
    allowance: allowance(raise),
  });
  const given = (signature: Hex) => ({
    fromSlot: BigInt(lastSlotOf(made.booking)),
    agentSignature: toWords(signature),
  });
  const of = (call: string, signed: readonly Signed[], args: SampleCall['args']): SampleCall => ({
    call,
    sender: stranger,
    signed,
    args,
  });
  return [
    of('settle', both, (agent = UNSIGNED, session = UNSIGNED) => [settlement(agent, session)]),
    of('settleAlone', alone, (agent = UNSIGNED, raise = UNSIGNED) => [aloneSettlement(agent, raise)]),
    of(
      'settleAndGiveBack',
      [...both, givenBackBy(begun)],
      (agent = UNSIGNED, session = UNSIGNED, back = UNSIGNED) => [settlement(agent, session), given(back)],
    ),
    of(
      'settleAloneAndGiveBack',
      [...alone, givenBackBy(begun)],
      (agent = UNSIGNED, raise = UNSIGNED, back = UNSIGNED) => [aloneSettlement(agent, raise), given(back)],
    ),
  ];
}

export function claimCalls({ begun, unvisited, claimed, challenged }: BookingsInEachState): SampleCall[] {
  const { fixture, made } = begun;
  const idOf = (one: BookingInState) => ({ bookingId: one.made.bookingId });
  return [
    ...(['settleFrom', 'claim'] as const).map((call): SampleCall => {
      const reading = readingOf(made, { isFinal: call !== 'claim' });
      return {
        call,
        sender: stranger,
        signed: [readBy(fixture.agent, reading), readBy(made.sessionKey, reading)],
        args: (agent = UNSIGNED, session = UNSIGNED) => [
          ...open(begun),
          toReadingStruct(reading),
          toWords(agent),
          toWords(session),
        ],
      };
    }),
    ...[begun, claimed].map(
      (one): SampleCall => ({
        call: 'claimAlone',
        sender: stranger,
        signed: [readBy(one.fixture.agent, readingOf(one.made)), raisedBy(one)],
        args: (agent = UNSIGNED, raise = UNSIGNED) => [
          ...open(one),
          toReadingStruct(readingOf(one.made)),
          toWords(agent),
          one.made.secret,
          allowance(raise),
        ],
      }),
    ),
    {
      call: 'claimAlone',
      sender: stranger,
      signed: [readBy(fixture.agent, readingOf(made))],
      args: (agent = UNSIGNED) => [
        ...open(begun),
        toReadingStruct(readingOf(made)),
        toWords(agent),
        made.secret,
        NO_RAISE,
      ],
    },
    {
      call: 'claimNoShow',
      sender: stranger,
      signed: [{ type: 'NoShow', signer: unvisited.fixture.agent, message: idOf(unvisited) }],
      args: (agent = UNSIGNED) => [...open(unvisited), toWords(agent)],
    },
    ...[fixture.driver, made.sessionKey].map((signer) => ({
      call: 'arrived',
      sender: stranger,
      signed: [{ type: 'Arrived' as const, signer, message: idOf(begun) }],
      args: (signature?: Hex) => [...open(begun), signature],
    })),
    ...[claimed.fixture.driver, claimed.made.sessionKey].map((signer) => ({
      call: 'challenge',
      sender: stranger,
      signed: [{ type: 'Challenge' as const, signer, message: idOf(claimed) }],
      args: (signature?: Hex) => [...open(claimed), signature],
    })),
    unsignedCall('prove', stranger, [...open(challenged), challenged.proof]),
  ];
}

export const deadlineCalls = ({ finalisable, contested, expirable }: BookingsInEachState): SampleCall[] => [
  unsignedCall('finalise', stranger, open(finalisable)),
  unsignedCall('finalise', stranger, open(contested)),
  unsignedCall('expire', stranger, open(expirable)),
];
