import type { AssuranceLevel, SessionState } from '../../../protocol/link2.ts';

interface SessionWords {
  title: string;
  explain: string;
  /** Whether power may flow now or again. */
  underWay: boolean;
}

/** Where a visit stands, in plain words. */
export const SESSION_WORDS: Record<SessionState, SessionWords> = {
  WAITING_FOR_PLUG: {
    title: 'Plug in your car',
    explain: 'The wallbox is yours now. Connect the cable and it begins by itself.',
    underWay: true,
  },
  STARTING: { title: 'Starting', explain: 'The wallbox was asked for power.', underWay: true },
  CHARGING: { title: 'Charging', explain: 'Your device co-signs each reading of the meter.', underWay: true },
  PAUSED: {
    title: 'Paused',
    explain: 'No power flows at the moment.',
    underWay: true,
  },
  SUSPENDED_EV: {
    title: 'Your car takes no power',
    explain: 'It may be full, or wait for a timer.',
    underWay: true,
  },
  SUSPENDED_EVSE: {
    title: 'The wallbox gives no power',
    explain: 'It may be limited at this moment.',
    underWay: true,
  },
  FINISHED: {
    title: 'Finished',
    explain: 'The final reading is signed. The ledger pays next.',
    underWay: false,
  },
  SETTLED: {
    title: 'Settled',
    explain: 'The host is paid and the rest is back in your purse.',
    underWay: false,
  },
};

/** Who stands behind the energy so far, in plain words. */
export const ASSURANCE_WORDS: Record<AssuranceLevel, string> = {
  'agent-signed': 'Signed by the host’s agent. The meter itself has signed nothing that counts.',
  'meter-signed': 'Signed by the meter itself too.',
  'key-attested': 'Signed by the meter itself too, with the key that host and wallbox both name.',
};
