import type { VisitState } from '../../protocol/link.ts';
import type { PauseReason, Session, StopCause } from './types.ts';

/** What the driver sees of a session. */
export interface DriverView {
  state: VisitState;
  powerW: number;
  detail: string;
}

const CAUSES: Record<StopCause, string> = {
  driver: 'Stopped by the driver.',
  unplugged: 'The cable was taken out.',
  slotEnd: 'The booked time is over.',
  cap: 'The most that this booking may cost is reached.',
  wallbox: 'The wallbox ended the charge.',
  fault: 'The wallbox reported a fault: the charge was stopped.',
  ledger: 'The booking ended on the ledger.',
};

const PAUSES: Record<PauseReason, string> = {
  UNSIGNED: 'Too much energy is not co-signed: keep this page open.',
  UNCONFIRMED: 'The ledger has not confirmed the booking yet: the charge goes on once it has.',
  METER_SILENT: 'The meter tells nothing that can be believed: the charge goes on once it does.',
  BOOKING_MISSING:
    'A reorganisation of the ledger took the booking away: the charge goes on once it is back.',
  SITE_LIMIT: 'The house connection has no current left: it goes on by itself.',
  ADJACENT_BOOKING: 'Somebody else has the charger until your slot begins: it goes on by itself.',
};

const waiting = 'Plug the cable in: the charge begins by itself.';

/** The session in the driver's words; undefined before the start was handed over. */
export function driverViewOf(s: Session): DriverView | undefined {
  const cause = s.stopCause === null ? '' : CAUSES[s.stopCause];
  const show = (state: VisitState, detail: string): DriverView => ({ state, powerW: s.powerW, detail });
  switch (s.phase) {
    case 'BOOKED':
      return undefined;
    case 'STARTING':
      if (s.pause !== null) return show('PAUSED', PAUSES[s.pause.reason]);
      if (!s.connected) return show('STARTING', 'The wallbox is not connected: it is asked once it is back.');
      return s.connectorStatus === 'Available' ? show('WAITING_FOR_PLUG', waiting) : show('STARTING', '');
    case 'CHARGING':
      if (s.pause !== null) return show('PAUSED', PAUSES[s.pause.reason]);
      if (s.connectorStatus === 'SuspendedEV') return show('SUSPENDED_EV', 'The car takes no power.');
      if (s.connectorStatus === 'SuspendedEVSE') return show('SUSPENDED_EVSE', 'The wallbox gives no power.');
      return show('CHARGING', '');
    case 'STOPPING':
      return show('SUSPENDED_EVSE', `${cause} Waiting for the wallbox.`);
    case 'UNPLUGGING':
      return show('SUSPENDED_EVSE', `${cause} Take the cable out: overstay is counted after the slot.`);
    case 'FINAL':
      return show('FINISHED', cause);
    case 'ENDED':
      return show('SETTLED', cause);
  }
}
