import type { Session } from '../../../meter-agent/session/types.ts';
import type { PauseReason } from '../../../protocol/session.ts';

export type State = Record<string, unknown>;

const REASONS: Record<PauseReason, string> = {
  UNSIGNED: 'unsigned',
  UNCONFIRMED: 'fresh',
  METER_SILENT: 'silent',
  BOOKING_MISSING: 'missing',
  RECOVERING: 'recovering',
  SITE_LIMIT: 'site',
  ADJACENT_BOOKING: 'neighbour',
};

const named = (reason: PauseReason | null): string | null => (reason === null ? null : REASONS[reason]);

const withoutOverstay = (reading: Session['cosigned']): State | null => {
  if (reading === null) return null;
  const { overstaySec: _, ...rest } = reading;
  return rest;
};

/** A transaction before the charge point's own order of its values was kept. */
function withoutOrder(transaction: Session['transaction']): State | null {
  if (transaction === null) return null;
  const { beganOwnAt: _b, earlier: _e, register, ...same } = transaction;
  const { order: _o, hasRestarted: _h, ...sameRegister } = register;
  return { ...same, register: sameRegister };
}

/** A session as journals of version 9 keep it: of the ledger's first edition. */
export function version9Of(session: Session): Omit<Session, 'plan'> & { plan: State } {
  const { cableSeenAt: _c, isWaived: _w, endedSince: _e, raisedCost: _r, plan, ...others } = session;
  const { aboveStopWh: _a, transaction, ...same } = others;
  const { sampleSec: _s, limits, times, ...samePlan } = plan;
  const { allowedCost: firstUnsignedCost, firstTrustMax: _f, tariff, ...sameLimits } = limits;
  const { discountBp: _d, ...sameTariff } = tariff;
  const { freeUntil: cancelBy, ...sameTimes } = times;
  return {
    ...same,
    transaction: withoutOrder(transaction),
    lastReading: withoutOverstay(session.lastReading),
    cosigned: withoutOverstay(session.cosigned),
    plan: {
      ...samePlan,
      limits: { ...sameLimits, tariff: sameTariff, firstUnsignedCost },
      times: { ...sameTimes, cancelBy },
    },
  } as unknown as ReturnType<typeof version9Of>;
}

/** A session as journals up to version 8 keep it. */
export function version8Of(session: Session): State {
  const { startSecretReceivedAt, authorizedStart, unmetered, pause, adjacentBookingUntil, ...rest } =
    version9Of(session);
  const { blocked, finality, notified, ...same } = rest;
  return {
    ...same,
    handedOverAt: startSecretReceivedAt,
    ready: authorizedStart && { idTag: authorizedStart.idTag, card: authorizedStart.rfidUid },
    unseen: unmetered,
    hold: pause && { reason: REASONS[pause.reason], since: pause.since },
    neighbourUntil: adjacentBookingUntil,
    hindrance: blocked && { kind: blocked.reason.toLowerCase(), since: blocked.since, until: blocked.until },
    trust: finality === 'unconfirmed' ? 'fresh' : finality,
    told: {
      hold: named(notified.pause),
      noPower: notified.noPower,
      reminders: notified.reminders,
      crowded: notified.connectorBusy,
    },
  };
}
