import { encodeFunctionData, type Hex, type LocalAccount } from 'viem';
import { plugpactMarketAbi as abi } from '../../protocol/abi.ts';
import { settleCall } from '../../protocol/calls.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import { toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { StoredReading } from '../journal/journal.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { UnilateralClaim } from './unilateral-claim.ts';

export interface CallParts {
  ref: MarketRef;
  account: LocalAccount;
  bookingId: Hex;
  fact: BookingFact;
  newest: StoredReading | undefined;
  claim: UnilateralClaim;
}

/** Encodes the call of an action; everything that the call needs exists when the action is due. */
export async function calldataOf(action: SettlementAction, parts: CallParts): Promise<Hex> {
  const { booking, state } = parts.fact;
  switch (action) {
    case 'finalise':
    case 'expire':
      return encodeFunctionData({ abi, functionName: action, args: [booking, state] });
    case 'prove':
      return encodeFunctionData({
        abi,
        functionName: action,
        args: [booking, state, parts.claim.proof],
      } as never);
    case 'claimNoShow': {
      const { account, ref, bookingId } = parts;
      const signature = toCompact(await signMessageOf(account, ref, 'NoShow', { bookingId }));
      return encodeFunctionData({ abi, functionName: action, args: [booking, state, signature] });
    }
    case 'claimAlone': {
      const { reading, agentSignature } = parts.claim.final as StoredReading;
      const signature = toCompact(agentSignature as Hex);
      const args = [booking, state, toReadingStruct(reading), signature, parts.claim.secret as Hex] as const;
      return encodeFunctionData({ abi, functionName: action, args });
    }
    default:
      return reportData(action, parts);
  }
}

/** A reading signed by agent and driver. */
function reportData(action: 'settle' | 'claim', { fact: { booking, state }, newest }: CallParts): Hex {
  const { reading, agentSignature, sessionSignature } = newest as StoredReading;
  const report = {
    reading: toReadingStruct(reading),
    agentSignature: toCompact(agentSignature as Hex),
    sessionSignature: toCompact(sessionSignature as Hex),
  };
  if (action === 'settle') {
    return encodeFunctionData({ abi, ...settleCall({ booking, ...report }, state) } as never);
  }
  const args = [booking, state, report.reading, report.agentSignature, report.sessionSignature] as const;
  return encodeFunctionData({ abi, functionName: action, args });
}
