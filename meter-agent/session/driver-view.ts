import type { SessionState } from '../../protocol/link.ts';
import type { SessionDetail } from '../../protocol/session.ts';
import type { RandomDelay, Session } from './types.ts';

/** The part of a session that its driver sees. */
export interface DriverView {
  state: SessionState;
  powerW: number;
  /** Null where the state is explanation enough. */
  detail: SessionDetail | null;
}

const OFFLINE: SessionDetail = { code: 'CHARGE_POINT_OFFLINE', params: {} };

/** The session as its driver sees it; undefined before the start secret is received. */
export function driverViewOf(s: Session): DriverView | undefined {
  const show = (state: SessionState, detail: SessionDetail | null = null): DriverView => ({
    ...{ state, powerW: s.powerW, detail },
  });
  switch (s.phase) {
    case 'BOOKED':
      return undefined;
    case 'STARTING':
      if (s.pause !== null) return show('PAUSED', pausedDetail(s.pause));
      if (s.randomDelay?.isNotified) return show('STARTING', delayDetail(s.randomDelay));
      if (!s.connected) return show('STARTING', OFFLINE);
      return show(s.connectorStatus === 'Available' ? 'WAITING_FOR_PLUG' : 'STARTING');
    case 'CHARGING':
      if (s.pause !== null) return show('PAUSED', pausedDetail(s.pause));
      if (s.randomDelay?.isNotified) return show('SUSPENDED_EVSE', delayDetail(s.randomDelay));
      if (s.connectorStatus === 'SuspendedEV') return show('SUSPENDED_EV');
      return show(s.connectorStatus === 'SuspendedEVSE' ? 'SUSPENDED_EVSE' : 'CHARGING');
    case 'STOPPING':
      return show('SUSPENDED_EVSE', stoppedDetail(s, 'CHARGE_POINT'));
    case 'UNPLUGGING':
      return show('SUSPENDED_EVSE', stoppedDetail(s, s.endedSince === null ? 'UNPLUG' : 'SIGNATURE'));
    case 'FINAL':
      return show('FINISHED', stoppedDetail(s, 'NOTHING'));
    case 'ENDED':
      return show('SETTLED', stoppedDetail(s, 'NOTHING'));
  }
}

const pausedDetail = ({ reason }: NonNullable<Session['pause']>): SessionDetail => ({
  ...{ code: 'PAUSED', params: { reason } },
});

const delayDetail = ({ latestAt }: RandomDelay): SessionDetail => ({
  ...{ code: 'RANDOM_DELAY', params: { latestAt } },
});

type WaitsFor = Extract<SessionDetail, { code: 'STOPPED' }>['params']['waitsFor'];

const stoppedDetail = ({ stopCause: cause }: Session, waitsFor: WaitsFor): SessionDetail | null =>
  cause === null ? null : { code: 'STOPPED', params: { cause, waitsFor } };
