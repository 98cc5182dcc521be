import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { nextAction, type UnilateralFacts } from '../../../meter-agent/settlement/next-action.ts';
import { packClaim, packHead, STATE, type StateName } from '../../../protocol/state.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { testTerms } from '../../support/market.ts';
import { reservedFact } from '../support/reserved-fact.ts';

export const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
export const START = 2_000_000 * 900;
export const END = START + 900;
export const CLOSES = END + 900;
export const REPORT_BY = CLOSES + 600;
export const BOOKED_AT = START - 86_400;

export const address = (byte: string) => `0x${byte.repeat(20)}` as const;
export const hash = (byte: string) => `0x${byte.repeat(32)}` as const;

export const terms = testTerms(address('11'), address('22'));
export const factOf = (allowedCost: bigint): BookingFact =>
  reservedFact(
    {
      connector: '0x0123456789ab',
      listingId: hash('01'),
      driver: address('33'),
      purse: 0,
      generation: 0n,
      sessionKey: address('44'),
      firstSlot: 2_000_000,
      slotCount: 1,
      money: { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost, relayFee: 0n },
      startHash: hash('05'),
      terms: toTermsStruct(terms),
    },
    BOOKED_AT,
  );
export const FACT = factOf(100_000n);

export const NO_CLAIM = { seq: 0n, energyWh: 0n, beganAt: 0n, endedAt: 0n, overstaySec: 0n, bestProofWh: 0n };

export interface Standing {
  since: number;
  cosignedSeq?: number;
  cosignedWh?: number;
  cosignedSec?: number;
  /** What the agent alone claimed: 600 Wh in 600 s, and the best proof of it. */
  alone?: { bestProofWh: number };
}

/** A booking in a later state. */
export const inState = (name: StateName, standing: Standing): BookingFact => {
  const { since, cosignedSeq = 0, cosignedWh = 0, cosignedSec = 0, alone } = standing;
  const head = packHead({
    ...{ name: STATE[name], since: BigInt(since), cosignedSeq: BigInt(cosignedSeq) },
    ...{ cosignedWh: BigInt(cosignedWh), cosignedSec: BigInt(cosignedSec) },
    ...{ cosignedOverstaySec: 0n, raisedCost: 0n },
  });
  const [beganAt, endedAt] = [BigInt(START), BigInt(START + 600)];
  const claim =
    alone === undefined
      ? NO_CLAIM
      : {
          seq: 4n,
          energyWh: 600n,
          beganAt,
          endedAt,
          overstaySec: 0n,
          bestProofWh: BigInt(alone.bestProofWh),
        };
  return { ...FACT, state: { head, claim: packClaim(claim) } };
};

export const claimed = (claimedAt: number, cosignedSeq = 3): BookingFact =>
  inState('CLAIMED', { since: claimedAt, cosignedSeq });

export const reading = (energyWh: number, isFinal: boolean) => ({
  reading: {
    bookingId: hash('09'),
    seq: 3,
    energyWh,
    beganAt: START,
    endedAt: energyWh === 0 ? START : START + 600,
    overstaySec: 0,
    isFinal,
    evidenceHash: hash('00'),
    registersCommitment: hash('00'),
  },
  agentSignature: null,
  sessionSignature: null,
});

export const NOTHING: UnilateralFacts = {
  ...{ final: undefined, endedSince: END, raisedCost: 0n },
  ...{ isAbsent: false, hasProof: false, isRevoked: false },
};

export const actionAt = (
  fact: BookingFact,
  newest: ReturnType<typeof reading> | undefined,
  at: number,
  own: Partial<UnilateralFacts> = {},
  windows = WINDOWS,
) => nextAction(fact, newest, { ...NOTHING, ...own }, { windows }, at);
