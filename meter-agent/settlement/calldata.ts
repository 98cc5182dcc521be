import { encodeFunctionData, type Hex, type LocalAccount } from 'viem';
import { plugpactMarketAbi as abi } from '../../protocol/abi.ts';
import { fromBookingStruct } from '../../protocol/booking.ts';
import {
  type AllowanceStruct,
  aloneCall,
  type GiveBackStruct,
  NO_RAISE,
  settleCall,
} from '../../protocol/calls.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import { toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { StoredAllowance, StoredReading } from '../journal/journal.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { UnilateralClaim } from './unilateral-claim.ts';

export interface CallParts {
  ref: MarketRef;
  account: LocalAccount;
  bookingId: Hex;
  fact: BookingFact;
  newest: StoredReading | undefined;
  claim: UnilateralClaim;
  /** Slots from this one on are given back with a settlement (rule 30); undefined: none. */
  giveBackFrom: number | undefined;
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
    case 'settleAlone':
    case 'claimAlone':
      return aloneData(action, parts);
    case 'settle':
    case 'claim':
      return cosignedData(action, parts);
  }
}

async function aloneData(action: 'settleAlone' | 'claimAlone', parts: CallParts): Promise<Hex> {
  const { booking, state } = parts.fact;
  const { final, secret, allowance } = parts.claim;
  const { reading, agentSignature } = final as StoredReading;
  const alone = {
    booking,
    reading,
    agentSignature: toCompact(agentSignature as Hex),
    secret: secret as Hex,
    allowance: allowanceStruct(parts.fact, allowance),
  };
  const call = aloneCall(alone, state, action === 'settleAlone', await giveBackOf(parts));
  return encodeFunctionData({ abi, ...call } as never);
}

/** A raise that the booking's own allowance covers is not sent: its check costs gas. */
function allowanceStruct({ booking }: BookingFact, raise: StoredAllowance | undefined): AllowanceStruct {
  if (raise === undefined || raise.cost <= fromBookingStruct(booking).money.allowedCost) return NO_RAISE;
  return { cost: raise.cost, sessionSignature: toCompact(raise.signature) };
}

async function giveBackOf({
  ref,
  account,
  bookingId,
  giveBackFrom,
}: CallParts): Promise<GiveBackStruct | undefined> {
  if (giveBackFrom === undefined) return undefined;
  const message = { bookingId, fromSlot: giveBackFrom };
  const agentSignature = toCompact(await signMessageOf(account, ref, 'GiveBack', message));
  return { fromSlot: BigInt(giveBackFrom), agentSignature };
}

/** A reading signed by agent and driver. */
async function cosignedData(action: 'settle' | 'claim', parts: CallParts): Promise<Hex> {
  const { booking, state } = parts.fact;
  const { reading, ...signed } = parts.newest as StoredReading;
  const agentSignature = toCompact(signed.agentSignature as Hex);
  const sessionSignature = toCompact(signed.sessionSignature as Hex);
  if (action === 'settle') {
    const cosigned = { booking, reading, agentSignature, sessionSignature };
    return encodeFunctionData({ abi, ...settleCall(cosigned, state, await giveBackOf(parts)) } as never);
  }
  const args = [booking, state, toReadingStruct(reading), agentSignature, sessionSignature] as const;
  return encodeFunctionData({ abi, functionName: action, args });
}
