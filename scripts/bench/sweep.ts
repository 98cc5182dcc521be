import { encodeFunctionData } from 'viem';
import { demoTokenAbi, depositAddressesAbi } from '../../protocol/abi.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { type TestMarket, TOKEN } from '../client/local-market.ts';
import { gasOf, transact } from './evm.ts';
import { DEPLOYER, keyOf, RELAYER } from './participants.ts';

/** Gas of `sweep`: the first one creates the deposit address and its purse, a later one finds both. */
export async function measureSweeps({ rpcUrl, depositAddresses: factory, token }: TestMarket) {
  const account = keyOf('saver').address;
  const deposit = depositAddressOf(factory, account, 0);
  const mint = encodeFunctionData({ abi: demoTokenAbi, functionName: 'mint', args: [deposit, TOKEN] });
  const sweep = encodeFunctionData({ abi: depositAddressesAbi, functionName: 'sweep', args: [account, 0] });
  const sweepOne = async () => {
    await transact(rpcUrl, { from: DEPLOYER, to: token, data: mint });
    return gasOf(await transact(rpcUrl, { from: RELAYER, to: factory, data: sweep }));
  };
  return { sweepFirst: await sweepOne(), sweepLater: await sweepOne() };
}
