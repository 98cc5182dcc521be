import type { AssuranceLevel, SessionState } from '../../../protocol/link.ts';

interface SessionWords {
  title: string;
  explain: string;
  /** Whether power may flow now or again. */
  underWay: boolean;
}

/** State of a session, in words for the driver. */
export const SESSION_WORDS: Record<SessionState, SessionWords> = {
  WAITING_FOR_PLUG: {
    title: 'Plug in your car',
    explain: 'The wallbox is ready for you. Charging starts when you plug in.',
    underWay: true,
  },
  STARTING: { title: 'Starting', explain: 'Power was requested from the wallbox.', underWay: true },
  CHARGING: { title: 'Charging', explain: 'Your device co-signs each reading of the meter.', underWay: true },
  PAUSED: {
    title: 'Paused',
    explain: 'No power flows at the moment.',
    underWay: true,
  },
  SUSPENDED_EV: {
    title: 'Your car is not charging',
    explain: 'It may be full or waiting for a timer.',
    underWay: true,
  },
  SUSPENDED_EVSE: {
    title: 'The wallbox delivers no power',
    explain: 'Its power may be limited at the moment.',
    underWay: true,
  },
  FINISHED: {
    title: 'Finished',
    explain: 'The final reading is signed. The payment on the ledger follows.',
    underWay: false,
  },
  SETTLED: {
    title: 'Settled',
    explain: 'The host is paid and the rest is back in your purse.',
    underWay: false,
  },
};

/** The assurance level of the energy so far, in words for the driver. */
export const ASSURANCE_WORDS: Record<AssuranceLevel, string> = {
  'agent-signed': 'Signed by the host’s agent only. There is no valid signature of the meter.',
  'meter-signed': 'Signed by the host’s agent and by the meter.',
  'key-attested':
    'Signed by the host’s agent and by the meter, with the key that both host and wallbox name.',
};
