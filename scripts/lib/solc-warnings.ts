import type { HardhatPlugin } from 'hardhat/types/plugins';

type AcceptedWarning = {
  /** Number of the diagnostic in solc's output. */
  errorCode: string;
  /** Where it may come from, as solc names its sources. */
  file: RegExp;
  why: string;
};

/** The only warnings that may pass: each one looked at. */
const ACCEPTED_WARNINGS: AcceptedWarning[] = [
  {
    errorCode: '2394',
    file: /^npm\/@openzeppelin\/contracts@[^/]+\/utils\/TransientSlot\.sol$/,
    why: 'transient storage: the reentrancy guard clears its slot before it returns',
  },
  { errorCode: '5574', file: /^project\/test\//, why: 'a test contract may be larger than a deployed one' },
  { errorCode: '3860', file: /^project\/test\//, why: 'a test contract may be larger than a deployed one' },
];

type SolcMessage = {
  severity: string;
  type?: string;
  errorCode?: string;
  sourceLocation?: { file: string };
};

const isAccepted = (warning: SolcMessage): boolean =>
  ACCEPTED_WARNINGS.some(
    ({ errorCode, file }) => warning.errorCode === errorCode && file.test(warning.sourceLocation?.file ?? ''),
  );

/** Drops the accepted warnings and makes an error of every other one; errors and infos stay as they are. */
export function promoteWarnings<T extends SolcMessage>(messages: readonly T[]): T[] {
  return messages
    .filter((message) => message.severity !== 'warning' || !isAccepted(message))
    .map((message) =>
      message.severity === 'warning' ? { ...message, severity: 'error', type: 'WarningAsError' } : message,
    );
}

/**
 * Hardhat plugin. It acts before Hardhat caches a build: a warning of a cached build would be shown once and
 * never again.
 */
export const warningsAreErrors: HardhatPlugin = {
  id: 'plugpact-warnings-are-errors',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        invokeSolc: async (context, compiler, input, config, next) => {
          const output = await next(context, compiler, input, config);
          return output.errors === undefined ? output : { ...output, errors: promoteWarnings(output.errors) };
        },
      }),
    }),
  },
};
