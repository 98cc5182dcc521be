import { BaseError } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';

/** The error when the audit could not run because something could not be read. */
export function unreadable(what: string, error: unknown): PlugpactError {
  const reason = error instanceof BaseError ? error.shortMessage : String(error);
  return new PlugpactError(
    {
      code: 'audit.unreadable',
      value: reason.replaceAll('\n', ' ').replace(/\.$/, ''),
      rule: `The audit has to read ${what}.`,
      remedy: 'Check the address after --rpc and the node behind it, then run the audit again.',
      retry: 'later',
    },
    { cause: error },
  );
}
