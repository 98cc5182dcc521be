import { PlugpactError } from '../../../protocol/errors.ts';
import { t } from '../app/words.ts';

/** What can be wrong with a sealed copy, each with its words in the catalogue. Whether it is worth trying again by itself. */
const RETRY = {
  /** Made by another key, or changed by somebody. */
  wrongKey: 'never',
  /** A newer version of this page wrote it. */
  newer: 'never',
  /** Not written by this page. */
  foreign: 'never',
  /** It opens, and is no list of bookings. */
  broken: 'never',
  /** The open bookings alone need more room than there is. */
  full: 'never',
  /** Another device writes all the time. */
  busy: 'later',
  /** Neither an open booking nor a sign-in gives access. */
  noWayIn: 'never',
} as const;

export type VaultProblem = keyof typeof RETRY;

/** An error of the sealed copy, in the reader's language; its code is `vault.` and the problem. */
export const vaultError = (problem: VaultProblem, cause?: unknown): PlugpactError =>
  new PlugpactError(
    {
      code: `vault.${problem}`,
      rule: t(`vault.rule.${problem}`),
      remedy: t(`vault.remedy.${problem}`),
      retry: RETRY[problem],
    },
    { cause },
  );
