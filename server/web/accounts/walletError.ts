import { PlugpactError } from '../../../protocol/errors.ts';
import { type AccountProblem, accountError } from './accountError.ts';

/** Codes of EIP-1193, EIP-1474 and EIP-3085, and from 5000 those of WalletConnect. */
const PROBLEMS: Readonly<Record<number, AccountProblem>> = {
  4001: 'refused',
  4100: 'noAccount',
  4900: 'disconnected',
  4901: 'disconnected',
  4902: 'unknownChain',
  5000: 'refused',
  5001: 'refused',
  5002: 'refused',
  5100: 'unknownChain',
  6000: 'disconnected',
  8000: 'expired',
  [-32002]: 'pending',
};

/** Libraries wrap what a wallet threw: the innermost code is the wallet's own. */
function codesOf(error: unknown): number[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, cause, data } = error as {
    code?: unknown;
    cause?: unknown;
    data?: { originalError?: unknown };
  };
  return [...codesOf(data?.originalError), ...codesOf(cause), ...(typeof code === 'number' ? [code] : [])];
}

/**
 * Why a wallet did not change to the market's chain. The library says that adding an unknown chain was refused, whatever
 * the wallet answered; only its own 4001 means that.
 */
export function chainError(error: unknown): PlugpactError {
  const [own, ...wrapped] = codesOf(error);
  const isMisnamed = own !== 4001 && wrapped.includes(4001);
  return isMisnamed ? accountError('unknownChain', { cause: error }) : walletError(error);
}

/** What a wallet answered instead of doing what it was asked. */
export function walletError(error: unknown): PlugpactError {
  if (error instanceof PlugpactError) return error;
  const { name, shortMessage, message } = error as { name?: string; shortMessage?: string; message?: string };
  if (name === 'ConnectorChainMismatchError') return accountError('wrongChain', { cause: error });
  if (name === 'ConnectorAccountNotFoundError') return accountError('otherAccount', { cause: error });
  const known = codesOf(error)
    .map((code) => PROBLEMS[code])
    .find((problem) => problem !== undefined);
  if (known !== undefined) return accountError(known, { cause: error });
  const value = shortMessage ?? message ?? String(error);
  return accountError('failed', { value, cause: error });
}
