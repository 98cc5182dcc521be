import { createPublicClient, custom, zeroAddress } from 'viem';
import type * as own from '../../../audit/code/check-code.ts';
import type * as ownConstants from '../../../audit/code/constants.ts';
import type { LedgerReading } from '../../../audit/ledger/read-ledger.ts';
import type * as ownRefusals from '../../../audit/ledger/refusals.ts';
import type { MarketConstants } from '../../../audit/rules/market-constants.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';

/** The code of a market on a ledger, and what its getters say. */
export interface ReadCode {
  reading: LedgerReading;
  codes: own.DeployedCodes;
}

interface Change {
  codes?: Partial<own.DeployedCodes>;
  constants?: Partial<MarketConstants>;
}

const checked = (
  what: string,
  says: readonly string[],
  change: (read: ReadCode) => Change,
  read: () => ReadCode,
) => ({
  what,
  says,
  run: ((load) => {
    const { codes, reading } = read();
    const { checkCode } = load<typeof own>('code/check-code.ts');
    const changed = change(read());
    const constants = { ...reading.constants, ...changed.constants };
    return codesIn(checkCode({ ...codes, ...changed.codes }, constants, reading.token));
  }) satisfies AuditCase['run'],
});

/** A byte in the middle of a contract's code is another. */
const otherByte =
  (name: keyof own.DeployedCodes) =>
  ({ codes }: ReadCode): Change => {
    const { address, code } = codes[name];
    const middle = 2 * (code.length >> 2);
    const digit = code[middle] === '0' ? '1' : '0';
    return {
      codes: { [name]: { address, code: `${code.slice(0, middle)}${digit}${code.slice(middle + 1)}` } },
    };
  };

const none =
  (name: keyof own.DeployedCodes) =>
  ({ codes }: ReadCode): Change => ({ codes: { [name]: { ...codes[name], code: '0x' } } });

const FINE: MarketConstants = {
  ...{ chainId: 8_453, market: zeroAddress, bondMax: 10n, firstTrustMax: 5n, forfeitMin: 1n },
  windows: { reportSec: 172_800, challengeSec: 172_800, proofSec: 172_800 },
  fee: { basisPoints: 100n, to: `0x${'11'.repeat(20)}` },
  guardian: { account: zeroAddress, endsAt: 0 },
};

const BEYOND: [what: string, change: Partial<MarketConstants>, decimals?: number][] = [
  ['a fee above 1 %', { fee: { ...FINE.fee, basisPoints: 101n } }],
  ['a fee for nobody', { fee: { basisPoints: 1n, to: zeroAddress } }],
  ['a window that is not the network’s', { windows: { ...FINE.windows, proofSec: 3_600 } }],
  ['a bond beyond 64 bits', { bondMax: 2n ** 64n }],
  ['a forfeit above the bond', { forfeitMin: 11n }],
  ['a first trust beyond 64 bits', { firstTrustMax: 2n ** 64n }],
  ['a guardian’s end without a guardian', { guardian: { account: zeroAddress, endsAt: 1 } }],
  ['a token of nine decimals', {}, 9],
];

const bounded = (
  what: string,
  says: string[],
  change: Partial<MarketConstants>,
  decimals = 6,
): AuditCase => ({
  what,
  says,
  run: (load) => {
    const { checkConstants } = load<typeof ownConstants>('code/constants.ts');
    return checkConstants({ ...FINE, ...change }, decimals).map(({ code }) => code);
  },
});

/** A node that has no state of the pinned block any more. */
const forgetful = (read: () => ReadCode): AuditCase => ({
  what: 'a node without the state of the block',
  says: ['ends: node.noState'],
  run: async (load) => {
    const { NodeRefusal } = load<typeof ownRefusals>('ledger/refusals.ts');
    const request = () => Promise.reject(new NodeRefusal('noState', 'missing trie node'));
    const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
    const { market } = read().reading.constants;
    await load<typeof own>('code/check-code.ts').readCodes(client, market, read().reading.pin);
    return [];
  },
});

/** The extension’s code has the number of the chain in its settings alone, and the windows are not that chain’s. */
const OF_OTHER_CHAIN = ['node.chain', 'code.immutable', 'code.constant', 'code.phantomCredits'];

export function codeCases(read: () => ReadCode): AuditCase[] {
  const contracts = ['market', 'extension', 'verifier'] as const;
  const moreBond = ({ reading }: ReadCode) => ({ constants: { bondMax: reading.constants.bondMax + 1n } });
  return [
    checked('the code of the release', [], () => ({}), read),
    ...contracts.flatMap((name) => [
      checked(
        `a byte of the ${name} is another`,
        [`code.${name}`, 'code.phantomCredits'],
        otherByte(name),
        read,
      ),
      checked(`the ${name} has no code`, [`code.${name}`, 'code.phantomCredits'], none(name), read),
    ]),
    checked('another bond than the getter says', ['code.immutable', 'code.phantomCredits'], moreBond, read),
    checked('another chain than the code has', OF_OTHER_CHAIN, () => ({ constants: { chainId: 1 } }), read),
    forgetful(read),
    bounded('constants within their bounds', [], {}),
    ...BEYOND.map(([what, change, decimals]) => bounded(what, ['code.constant'], change, decimals)),
  ];
}
