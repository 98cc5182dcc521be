import type { Hex } from 'viem';
import { fromBookingStruct } from '../../protocol/booking.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import type { MeterProofStruct } from '../../protocol/proof.ts';
import { bookingTimes } from '../../protocol/slots.ts';
import { stateName } from '../../protocol/state.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { AgentConfig } from '../config/config.ts';
import type { NoShowEvidence } from '../connectors/no-show-evidence.ts';
import { recordsIn } from '../journal/evidence-bundles.ts';
import type { Journal, StoredAllowance, StoredReading, StoredSession } from '../journal/journal.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { isRevoked } from '../ledger/market-events.ts';
import { pinnedMeterKey } from '../ledger/pinned-meter-key.ts';
import { provingRecords } from '../ocmf/proving-records.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { UnilateralFacts } from './next-action.ts';

/** The agent's own knowledge of a booking, as far as the ledger may need it. */
export interface UnilateralClaim {
  final: StoredReading | undefined;
  secret: Hex | null;
  /** Since when the end waits for the driver's signature, unix seconds. */
  endedSince: number;
  /** The driver's newest raise. */
  allowance: StoredAllowance | undefined;
  proof: MeterProofStruct | undefined;
  isAbsent: boolean;
  isRevoked: boolean;
}

export interface UnilateralClaimParts {
  config: Pick<AgentConfig, 'claimNoShows'>;
  journal: Journal;
  ledger: LedgerFollower;
  noShowEvidence: NoShowEvidence;
}

export const unilateralFacts = ({ final, proof, allowance, ...claim }: UnilateralClaim): UnilateralFacts => ({
  final: final?.reading,
  endedSince: claim.endedSince,
  raisedCost: allowance?.cost ?? 0n,
  isAbsent: claim.isAbsent,
  isRevoked: claim.isRevoked,
  hasProof: proof !== undefined,
});

export function unilateralClaimOf(
  parts: UnilateralClaimParts,
  bookingId: Hex,
  fact: BookingFact,
): UnilateralClaim {
  const stored = parts.journal.session(bookingId);
  const isChallenged = stateName(fact.state) === 'CHALLENGED';
  return {
    final: finalAlone(parts.journal, stored),
    secret: stored?.secret ?? null,
    endedSince: stored?.session.endedSince ?? 0,
    allowance: parts.journal.allowance(bookingId),
    proof: isChallenged ? proofOf(parts, bookingId, fact, stored?.secret ?? null) : undefined,
    isAbsent: parts.config.claimNoShows && isAbsent(parts.noShowEvidence, stored, fact),
    isRevoked: isRevoked(parts.journal, fact.listingId),
  };
}

/** The final reading if only the agent signed it, and has the secret that proves the driver's presence. */
function finalAlone(journal: Journal, stored: StoredSession | undefined): StoredReading | undefined {
  if (stored === undefined || stored.secret === null || stored.session.nextSeq === 0) return undefined;
  const { plan, nextSeq } = stored.session;
  const last = journal.reading(plan.bookingId, nextSeq - 1);
  if (last === undefined || !last.reading.isFinal) return undefined;
  return last.agentSignature !== null && last.sessionSignature === null ? last : undefined;
}

/**
 * No cable came, and the connector was free for the driver. A start proves nothing: it can be sent from anywhere. A
 * driver who found the connector occupied or out of order may have come.
 */
function isAbsent(evidence: NoShowEvidence, stored: StoredSession | undefined, fact: BookingFact): boolean {
  if (stored === undefined) return false;
  const { plan, cableSeenAt, nextSeq, blocked, recovery } = stored.session;
  // Of a restored booking it is not known who came.
  if (cableSeenAt !== null || nextSeq > 0 || blocked !== null || recovery !== null) return false;
  return evidence.wasFree(plan, fact.bookedAt);
}

function proofOf(
  { journal, ledger }: UnilateralClaimParts,
  bookingId: Hex,
  fact: BookingFact,
  secret: Hex | null,
): MeterProofStruct | undefined {
  const booking = fromBookingStruct(fact.booking);
  const terms = fromTermsStruct(booking.terms);
  const { meterAlgorithm: algorithm, idTagPrefix } = terms.metering;
  const meterKey = pinnedMeterKey(journal, terms.meterKeyHash);
  if (ledger.facts === undefined || secret === null || meterKey === undefined || algorithm === 'none')
    return undefined;
  const idTag = idTagOf(ledger.facts.ref, bookingId, secret);
  const slots = { ...booking, bookedAt: fact.bookedAt };
  const { opens, closes } = bookingTimes(slots, terms.bookingTerms, ledger.facts.windows);
  const binding = { ids: new Set([idTag, idTagPrefix + idTag]), window: { from: opens, until: closes } };
  const signedValues = recordsIn(journal.evidence(bookingId));
  const records = provingRecords(signedValues, { key: meterKey, algorithm }, binding);
  return records.length === 0 ? undefined : { secret, meterKey, records };
}
