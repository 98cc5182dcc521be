import type { Hex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { hex32 } from '../../protocol/schemas.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { mayBeWaived } from '../session/phases.ts';

const waiver = z.strictObject({ bookingId: hex32 });

/** Signs a final reading of zero for a booking without a charge, at the host's command. Throws `waive.notPossible`. */
export function waiveBooking(sessions: SessionStore, body: string, at: number): void {
  const bookingId = bookingIn(body);
  const session = bookingId === undefined ? undefined : sessions.get(bookingId);
  if (bookingId === undefined || session === undefined || !mayBeWaived(session)) {
    throw new PlugpactError({
      code: 'waive.notPossible',
      value: body.slice(0, 100),
      rule: 'An open booking can be waived that has not begun to charge and has no final reading.',
      remedy: 'Take its id from "plugpact-agent status --json".',
    });
  }
  sessions.apply(bookingId, { type: 'waived', at });
}

function bookingIn(body: string): Hex | undefined {
  try {
    return waiver.safeParse(JSON.parse(body)).data?.bookingId;
  } catch {
    return undefined;
  }
}
