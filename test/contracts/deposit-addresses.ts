import { type Abi, type AbiFunction, toFunctionSelector } from 'viem';
import { expect } from 'vitest';
import { depositAddressesAbi } from '../../protocol/abi.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { readArtifact } from '../../scripts/lib/artifacts.ts';
import { newKey, purseOf } from './fixture.ts';
import { deploy, marketIn, readFrom, sendTo } from './mocks.ts';

/** The errors of the addresses and of their code. */
const errors = (): Abi => [...depositAddressesAbi, ...readArtifact('DepositAddress').abi] as Abi;

/** A call is refused by this error; sent calls show its selector. */
export function refused(sent: Promise<unknown>, name: string): Promise<void> {
  const item = errors().find((each) => each.type === 'error' && each.name === name) as
    | AbiFunction
    | undefined;
  const selector = item === undefined ? name : toFunctionSelector({ ...item, type: 'function' });
  return expect(sent).rejects.toThrow(new RegExp(`${name}|custom error ${selector}`));
}

/** A market in that token, and its deposit addresses. */
export async function hostileDeposits(url: string, source: string, amount: bigint) {
  const token = await deploy(url, `mocks/${source}`);
  const theirs = await marketIn(url, token, 0n);
  const at = await deploy(url, 'DepositAddresses', [theirs.market]);
  const account = newKey();
  const address = depositAddressOf(at.address, account.address, 0);
  await sendTo(url, token, 'mint', [address, amount]);
  const held = () => readFrom(url, token, 'balanceOf', [address]);
  const inPurse = async () => (await purseOf(theirs, account.address))[0];
  const set = (name: string, ...args: unknown[]) => sendTo(url, token, name, args);
  return { token, market: theirs, deposits: at, account, address, held, inPurse, set };
}
