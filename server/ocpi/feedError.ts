import { PlugpactError } from '../../protocol/errors.ts';

const RULES = {
  unreachable: 'A feed must answer with status 200, without a redirect, within its time.',
  unreadable: 'A feed must be JSON: an array of OCPI locations, or an OCPI answer with one as its data.',
  refused: 'An OCPI answer must have a status_code from 1000 to 1999.',
  tooLarge: 'A feed must stay within the bounds for bytes and pages.',
  incomplete: 'A feed must send as many rows as it announces, and name next pages on its own host.',
} as const;

/** Why a feed could not be read to its end. What was read before stays on the map. */
export const feedError = (reason: keyof typeof RULES, value: string): PlugpactError =>
  new PlugpactError({
    code: `feed.${reason}`,
    value,
    rule: RULES[reason],
    remedy:
      'Ask who publishes the feed, or remove it from FOREIGN_FEEDS; it is read again at the next interval.',
    retry: 'later',
  });
