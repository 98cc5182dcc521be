import type { ForwardHealth } from '../../protocol/link.ts';
import type { Speech } from '../words/speech.ts';

/** Another central system's state, as a part of a sentence. */
export function forwardText({ isOn, since, reason }: ForwardHealth, { say, moment }: Speech): string {
  const from = { since: moment(since) };
  if (isOn) return say('forward.on', from);
  if (reason === undefined) return say('forward.away', from);
  return say('forward.awayBecause', { ...from, why: say(`forward.${reason}`) });
}

/** What to do about it. */
export const forwardRemedy = ({ reason = 'UNREACHABLE' }: ForwardHealth, { say }: Speech): string =>
  say(`forward.${reason}.remedy`);
