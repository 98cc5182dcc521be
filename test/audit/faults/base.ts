import type { Address, Hex, LocalAccount } from 'viem';
import { encodeDeployData, encodeFunctionData, toHex } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { NETWORKS } from '../../../protocol/networks.ts';
import { settingsOf } from '../../../scripts/deploy/market-settings.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { type BookingsInEachState, bookingsInEachState } from '../../contracts/bookings-in-each-state.ts';
import { type SampleCall, signaturesOf } from '../../contracts/sample-call.ts';
import { sampleCallsOf } from '../../contracts/sample-calls.ts';
import { rpc } from '../../support/anvil.ts';
import { clientOf, send, type TestMarket } from '../../support/market.ts';
import { deployFeeMarket } from '../dispute-scenario.ts';
import { type ContractCopy, type CopiedContract, HONEST_GAS_LIMIT } from './contract-copy.ts';

/** One honest history, with a booking in each state, to which faults are added one at a time. */
export interface Base {
  anvil: Anvil;
  market: TestMarket;
  bookings: BookingsInEachState;
  /** A call of each kind, all possible now. */
  samples: readonly SampleCall[];
  /** The market's code: the release's, and that of the copy. */
  honestCode: Hex;
  faultyCode: Hex;
}

const deployer = localAccount('deployer');
const FAR = 2n ** 40n - 1n;

export async function playBase(copy: ContractCopy): Promise<Base> {
  const more = ['--disable-code-size-limit', '--gas-limit', String(HONEST_GAS_LIMIT)];
  const anvil = await startAnvil({ more });
  const market = await deployFeeMarket(anvil.url);
  const faulty = await deployCopy(market, copy);
  const bookings = await bookingsInEachState(market);
  const samples = await sampleCallsOf(bookings);
  const codeOf = (address: Address) => rpc<Hex>(anvil.url, 'eth_getCode', [address, 'latest']);
  return {
    anvil,
    market,
    bookings,
    samples,
    honestCode: await codeOf(market.market),
    faultyCode: await codeOf(faulty),
  };
}

/** The copy beside the market, with the same settings. */
async function deployCopy(market: TestMarket, copy: ContractCopy): Promise<Address> {
  const settings = {
    ...settingsOf(market.token, 6, NETWORKS.local.windows),
    ...{ feeBasisPoints: 100n, feeTo: deployer.address },
    ...{ guardian: localAccount('relayer').address, guardianEndsAt: FAR },
  };
  const extension = await create(market.rpcUrl, copy.PlugpactExtension, [settings, market.ocmfVerifier]);
  return create(market.rpcUrl, copy.PlugpactMarket, [settings, extension]);
}

async function create(rpcUrl: string, { abi, bytecode }: CopiedContract, args: unknown[]): Promise<Address> {
  const data = encodeDeployData({ abi, bytecode, args } as never);
  const { contractAddress } = await send(clientOf(rpcUrl, deployer), { data, gas: 50_000_000n });
  if (!contractAddress) throw new Error('The copy was not deployed.');
  return contractAddress;
}

/** Runs `work`, and takes back what it did to the ledger. */
export async function undone<T>({ anvil }: Base, work: () => Promise<T>): Promise<T> {
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  try {
    return await work();
  } finally {
    await rpc(anvil.url, 'evm_revert', [snapshot]);
  }
}

/** The market has the copy's code with this fault for the length of `work`. */
export async function withFault(base: Base, number: number, work: () => Promise<unknown>): Promise<void> {
  const { anvil, market, honestCode, faultyCode } = base;
  await rpc(anvil.url, 'anvil_setCode', [market.market, faultyCode]);
  await rpc(anvil.url, 'evm_setBlockGasLimit', [toHex(HONEST_GAS_LIMIT + number)]);
  try {
    await work();
  } finally {
    await rpc(anvil.url, 'evm_setBlockGasLimit', [toHex(HONEST_GAS_LIMIT)]);
    await rpc(anvil.url, 'anvil_setCode', [market.market, honestCode]);
  }
}

/** Sends a call of the market, whatever it does. */
export async function call(
  { market }: Base,
  sender: LocalAccount | Address,
  functionName: string,
  args: readonly unknown[],
): Promise<void> {
  const data = encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
  if (typeof sender !== 'string') {
    await send(clientOf(market.rpcUrl, sender), { to: market.market, data });
    return;
  }
  throw new Error(`There is no key of ${sender}.`);
}

export const sampleOf = ({ samples }: Base, name: string, index = 0): SampleCall => {
  const sample = samples.filter(({ call: of }) => of === name)[index];
  if (sample === undefined) throw new Error(`There is no sample of ${name}.`);
  return sample;
};

/** The arguments of a sample; each of its signatures by another key, if given. */
export async function argsOf(
  { market }: Base,
  sample: SampleCall,
  signers: readonly (LocalAccount | undefined)[] = [],
): Promise<readonly unknown[]> {
  const signed = sample.signed.map((one, index) => ({ ...one, signer: signers[index] ?? one.signer }));
  return sample.args(...(await signaturesOf(market.ref, { ...sample, signed })));
}
