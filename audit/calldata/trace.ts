import type { Address, Hex } from 'viem';
import { z } from 'zod';
import type { MarketCall } from './acts.ts';

/** What a node's `callTracer` says of a call and of the calls that it made. */
export interface CallFrame {
  type: string;
  from: string;
  to?: string | undefined;
  input: string;
  error?: string | undefined;
  calls?: CallFrame[] | undefined;
}

export const callFrame: z.ZodType<CallFrame> = z.looseObject({
  type: z.string(),
  from: z.string(),
  to: z.string().optional(),
  input: z.string(),
  error: z.string().optional(),
  calls: z.lazy(() => callFrame.array()).optional(),
});

/**
 * The calls of the market in a trace, in their order. A call that failed changed nothing, nor did what it called. A
 * delegatecall runs code of the market, or the market's call to itself in a batch, on other storage or as a part of
 * the call that is here already.
 */
export function marketCallsOf(frame: CallFrame, market: Address): MarketCall[] {
  if (frame.error !== undefined) return [];
  const isCall = frame.type === 'CALL' && frame.to?.toLowerCase() === market.toLowerCase();
  const own = isCall ? [{ sender: frame.from as Address, input: frame.input as Hex }] : [];
  return [...own, ...(frame.calls ?? []).flatMap((inner) => marketCallsOf(inner, market))];
}
