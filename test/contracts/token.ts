import type { Address, Hex, TypedDataDomain } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { type AuthorizationStruct, RECEIVE_WITH_AUTHORIZATION } from '../../protocol/funding.ts';
import { LOCAL_CHAIN_ID } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { clientOf, sendCall, type TestMarket } from '../support/market.ts';

const deployer = localAccount('deployer');

/** Sends a call of the market's token, which the deployer owns. */
async function sendToToken(
  market: TestMarket,
  functionName: 'mint' | 'approve',
  to: Address,
  amount: bigint,
) {
  const client = clientOf(market.rpcUrl, deployer);
  const call = { address: market.token, abi: demoTokenAbi, functionName, args: [to, amount] } as const;
  await sendCall(client, call);
}

/** Demo money for an account outside of the market. */
export const mint = (market: TestMarket, to: Address, amount: bigint) =>
  sendToToken(market, 'mint', to, amount);

/** Lets the deployer deposit this much. */
export async function allowDeposits(market: TestMarket, amount: bigint): Promise<void> {
  await mint(market, deployer.address, amount);
  await sendToToken(market, 'approve', market.market, amount);
}

/** Token units of an account outside of the market. */
export const balanceOf = (market: TestMarket, account: Address): Promise<bigint> =>
  clientOf(market.rpcUrl, deployer).readContract({
    address: market.token,
    abi: demoTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  });

/** An ERC-3009 authorisation of `from` to the market, signed by this key. */
export async function authorise(
  market: TestMarket,
  key: PrivateKeyAccount,
  value: bigint,
  nonce: Hex,
  from: Address = key.address,
): Promise<AuthorizationStruct> {
  const terms = { from, value, validAfter: 0n, validBefore: 2n ** 40n };
  const domain: TypedDataDomain = {
    name: 'Demo Dollar',
    version: '1',
    chainId: LOCAL_CHAIN_ID,
    verifyingContract: market.token,
  };
  const signature = await key.signTypedData({
    domain,
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...terms, to: market.market, nonce },
  });
  return { ...terms, signature };
}
