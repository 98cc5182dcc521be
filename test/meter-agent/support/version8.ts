import type { Session } from '../../../meter-agent/session/types.ts';
import type { PauseReason } from '../../../protocol/session.ts';

export type State = Record<string, unknown>;

const REASONS: Record<PauseReason, string> = {
  UNSIGNED: 'unsigned',
  UNCONFIRMED: 'fresh',
  METER_SILENT: 'silent',
  BOOKING_MISSING: 'missing',
  SITE_LIMIT: 'site',
  ADJACENT_BOOKING: 'neighbour',
};

const named = (reason: PauseReason | null): string | null => (reason === null ? null : REASONS[reason]);

/** A session as journals up to version 8 keep it. */
export function version8Of(session: Session): State {
  const { startSecretReceivedAt, authorizedStart, unmetered, pause, adjacentBookingUntil, ...rest } = session;
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
