import {
  type Address,
  encodeAbiParameters,
  type Hex,
  hexToBigInt,
  keccak256,
  numberToHex,
  sliceHex,
} from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { settingsOf } from '../../../scripts/deploy/market-settings.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { committedContract } from '../../../scripts/lib/committed-contracts.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { anyone } from '../../contracts/fixture.ts';
import { rpc } from '../../support/anvil.ts';
import { fundDriver, type TestMarket } from '../../support/market.ts';
import { deployFeeMarket } from '../dispute-scenario.ts';
import { expectNamed } from './lines.ts';

const HOUR_SEC = 3_600n;
const DAY_SEC = 86_400n;
const GUARDIAN_ENDS_AT = 2n ** 39n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployFeeMarket(anvil.url);
  await fundDriver(market);
});
afterAll(() => anvil?.stop());

type Settings = Record<string, bigint | string>;

const deployed = (): Settings => ({
  ...settingsOf(market.token, 6, { reportSec: 3_600, challengeSec: 3_600, proofSec: 3_600 }),
  ...{ feeBasisPoints: 100n, feeTo: localAccount('deployer').address },
  ...{ guardian: anyone.address, guardianEndsAt: GUARDIAN_ENDS_AT },
});

/** What the constructor keeps of the settings, to compare market and extension. */
function hashOf(settings: Settings): bigint {
  const words = Object.values(settings).map(BigInt);
  return BigInt(
    keccak256(
      encodeAbiParameters(
        words.map(() => ({ type: 'uint256' }) as const),
        words as never,
      ),
    ),
  );
}

/** The code of a contract with other words in the places of its constants. */
function withConstants(source: string, code: Hex, words: ReadonlyMap<bigint, bigint>): Hex {
  let changed = code;
  for (const { start, length } of committedContract(source).immutables) {
    const word = words.get(hexToBigInt(sliceHex(code, start, start + length)));
    if (word === undefined) continue;
    const [head, tail] = [changed.slice(0, 2 + 2 * start), changed.slice(2 + 2 * (start + length))];
    changed = `${head}${numberToHex(word, { size: length }).slice(2)}${tail}` as Hex;
  }
  return changed;
}

const setCode = async (address: Address, change: (code: Hex) => Hex): Promise<void> => {
  const code = await rpc<Hex>(anvil.url, 'eth_getCode', [address, 'latest']);
  const other = change(code);
  if (other === code) throw new Error(`The code of ${address} stayed as it was.`);
  await rpc(anvil.url, 'anvil_setCode', [address, other]);
};

/** As if market and extension had been deployed with these settings, which their constructor refuses. */
const deployedWith = (from: bigint, to: bigint, change: Settings) => async (): Promise<void> => {
  const hashes: [bigint, bigint] = [hashOf(deployed()), hashOf({ ...deployed(), ...change })];
  const words = new Map([[from, to], hashes]);
  await setCode(market.market, (code) => withConstants('PlugpactMarket', code, words));
  await setCode(market.extension, (code) => withConstants('PlugpactExtension', code, words));
};

const LONG = 100n * DAY_SEC;

/** Faults of the kind `code`, each with what the audit must say first. */
const FAULTS: [name: string, code: string, plant: () => Promise<void>][] = [
  ['the market has other code', 'code.market', () => setCode(market.market, (code) => `${code}00`)],
  ['the extension has other code', 'code.extension', () => setCode(market.extension, (code) => `${code}00`)],
  ['the verifier has other code', 'code.verifier', () => setCode(market.ocmfVerifier, (code) => `${code}00`)],
  ['the fee is above one percent', 'code.constant', deployedWith(100n, 500n, { feeBasisPoints: 500n })],
  [
    'the windows are too long',
    'code.constant',
    deployedWith(HOUR_SEC, LONG, { reportSec: LONG, challengeSec: LONG, proofSec: LONG }),
  ],
  [
    'the guardian’s role never ends',
    'code.constant',
    deployedWith(GUARDIAN_ENDS_AT, 2n ** 60n, { guardianEndsAt: 2n ** 60n }),
  ],
  [
    'the extension has another fee than the market',
    'code.immutable',
    () =>
      setCode(market.extension, (code) => withConstants('PlugpactExtension', code, new Map([[100n, 500n]]))),
  ],
];

it('the market reconciles as it was deployed', async () => {
  const { discrepancies } = await auditLedger({ rpcUrl: anvil.url, market: market.market });
  expect(discrepancies).toEqual([]);
});

it.each(FAULTS)('code: %s', async (_, code, plant) => {
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  await plant();
  const report = await auditLedger({ rpcUrl: anvil.url, market: market.market });
  await rpc(anvil.url, 'evm_revert', [snapshot]);
  expectNamed(report, code);
  // Where the code is another, money could have been credited that shows only when it is spent.
  const isOther = code !== 'code.constant';
  expect(report.findings.some((each) => each.code === 'code.phantomCredits')).toBe(isOther);
});
