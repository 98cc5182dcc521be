import { PlugpactError } from '../../../protocol/errors.ts';
import { t } from '../app/words.ts';

/** What can go wrong with an account's key, by the last part of its code. Each has words in the catalogue. */
const CODES = {
  passkeyRefused: 'passkey.refused',
  passkeyUnsupported: 'passkey.unsupported',
  passkeyUnknown: 'passkey.unknown',
  noVerifier: 'passkey.noVerifier',
  locked: 'account.locked',
  words: 'recovery.words',
  publicPart: 'recovery.publicPart',
  otherKey: 'recovery.otherKey',
  otherMarket: 'recovery.otherMarket',
  noSecret: 'account.noSecret',
  noRelayer: 'relay.needed',
  refused: 'wallet.refused',
  pending: 'wallet.pending',
  wrongChain: 'wallet.wrongChain',
  unknownChain: 'wallet.unknownChain',
  missing: 'wallet.missing',
  noAccount: 'wallet.noAccount',
  otherAccount: 'wallet.otherAccount',
  otherSigner: 'wallet.otherSigner',
  disconnected: 'wallet.disconnected',
  abandoned: 'wallet.abandoned',
  expired: 'wallet.expired',
  failed: 'wallet.failed',
  tooLittle: 'wallet.tooLittle',
  feeTooHigh: 'withdrawal.fee',
  purseTooLittle: 'purse.tooLittle',
} as const;

export type AccountProblem = keyof typeof CODES;

/** An error of the account's key, in the reader's language. */
export function accountError(
  problem: AccountProblem,
  { value, cause }: { value?: string; cause?: unknown } = {},
): PlugpactError {
  return new PlugpactError(
    {
      code: CODES[problem],
      ...(value !== undefined && { value }),
      rule: t(`accounts.rule.${problem}`),
      remedy: t(`accounts.remedy.${problem}`),
    },
    { cause },
  );
}
