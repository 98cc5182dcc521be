import type { ForwardAwayReason, ForwardHealth } from '../../protocol/link.ts';
import { momentText } from './times.ts';

const REASONS: Record<ForwardAwayReason, string> = {
  NO_WALLBOX: 'the wallbox itself is not connected',
  UNREACHABLE: 'it cannot be reached',
  UNKNOWN_HOST: 'its name is not known',
  TLS: 'its certificate or its TLS is not accepted',
  WRONG_PASSWORD: 'it refuses the password',
  UNKNOWN_WALLBOX: "it does not know this address or the wallbox's id",
  NOT_OCPP: "what answers there does not speak the wallbox's version of OCPP",
  HUNG_UP: 'it ends the connection at once',
  NO_ANSWER: 'it accepts the connection and answers nothing',
  BAD_ANSWER: 'it answers against the rules of OCPP',
  PENDING: 'it has not accepted the wallbox yet',
  REJECTED: 'it rejects the wallbox',
};

const REMEDIES: Record<ForwardAwayReason, string> = {
  NO_WALLBOX: 'Nothing is forwarded until the wallbox is connected.',
  UNREACHABLE: 'Check that it runs, and its address under forward.url; it is tried again by itself.',
  UNKNOWN_HOST: 'Correct the name in forward.url, or give its IP address.',
  TLS: 'Use ws:// where it has no TLS; its certificate must be valid for its name on this machine.',
  WRONG_PASSWORD: 'Correct forward.password: the password that it expects of this wallbox.',
  UNKNOWN_WALLBOX: 'Add the wallbox there under the same id, and check the path in forward.url.',
  NOT_OCPP: 'Check port and path in forward.url, and which version of OCPP it speaks.',
  HUNG_UP: 'See its log: it may not know the wallbox, its password or its version of OCPP.',
  NO_ANSWER: 'See its log; restart it. What is kept for it is sent once it answers.',
  BAD_ANSWER: 'See its log; update it. The wallbox is reported to it again and again.',
  PENDING: 'Accept the wallbox there.',
  REJECTED: 'Add the wallbox there under the same id.',
};

/** Another central system's state, as a part of a sentence; times are in the reader's time zone. */
export function forwardText({ isOn, since, reason }: ForwardHealth, timeZone?: string): string {
  const from = momentText(since, timeZone);
  if (isOn) return `connected since ${from}`;
  return `away since ${from}${reason === undefined ? '' : `: ${REASONS[reason]}`}`;
}

/** What to do about it. */
export const forwardRemedy = ({ reason = 'UNREACHABLE' }: ForwardHealth): string => REMEDIES[reason];
