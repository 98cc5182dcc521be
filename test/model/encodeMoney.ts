import { type Hex, parseSignature } from 'viem';
import {
  type AuthorizationStruct,
  depositNonce,
  RECEIVE_WITH_AUTHORIZATION,
} from '../../protocol/funding.ts';
import { addressOf, keyOf, secretOf } from './actors.ts';
import type * as calls from './calls.ts';
import { listingIdOfCharger } from './chargers.ts';
import { type Encoded, type MarketAddresses, orZero, sign } from './sign.ts';
import type { World } from './world.ts';

const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const;

const tokenDomain = ({ chainId, token }: MarketAddresses) =>
  ({ name: 'Demo Dollar', version: '1', chainId, verifyingContract: token }) as const;

export async function permitArgs(
  addresses: MarketAddresses,
  world: World,
  call: calls.DepositWithPermit,
): Promise<Encoded> {
  const deadline = BigInt(world.nowSec + 60);
  const signature = await keyOf(call.sender).signTypedData({
    domain: tokenDomain(addresses),
    types: { Permit: PERMIT },
    primaryType: 'Permit',
    message: {
      owner: addressOf(call.sender),
      spender: addresses.market,
      value: call.amount,
      nonce: world.permits.get(call.sender) ?? 0n,
      deadline,
    },
  });
  const { r, s, yParity } = parseSignature(signature);
  const parts = [27 + yParity, r, s];
  return ['depositWithPermit', [orZero(call.account), call.index, call.amount, deadline, ...parts]];
}

export async function authorizationArgs(
  addresses: MarketAddresses,
  world: World,
  call: calls.DepositWithAuthorization,
): Promise<Encoded> {
  const salt = secretOf(`salt ${call.salt}`);
  const nonce = depositNonce(orZero(call.account), call.index, salt);
  const authorization = await authorize(addresses, world, call, nonce);
  return ['depositWithAuthorization', [orZero(call.account), call.index, salt, authorization]];
}

export async function authorize(
  addresses: MarketAddresses,
  world: World,
  { from, signer, amount }: { from: string; signer: string; amount: bigint },
  nonce: Hex,
): Promise<AuthorizationStruct> {
  const message = {
    from: addressOf(from),
    value: amount,
    validAfter: 0n,
    validBefore: BigInt(world.nowSec + 60),
  };
  const signature = await keyOf(signer).signTypedData({
    domain: tokenDomain(addresses),
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...message, to: addresses.market, nonce },
  });
  return { ...message, signature };
}

export async function withdrawalArgs(
  addresses: MarketAddresses,
  call: calls.WithdrawBySignature | calls.WithdrawEarningsBySignature,
): Promise<Encoded> {
  const terms = {
    amount: call.amount,
    to: orZero(call.to),
    relayer: orZero(call.relayer),
    relayFee: call.relayFee,
    nonce: call.nonce,
    validUntil: BigInt(call.validUntil),
  };
  const account = addressOf(call.account);
  if (call.kind === 'withdrawBySignature') {
    const message = { account, purse: call.index, ...terms };
    return [call.kind, [message, await sign(addresses, call.signer, 'Withdraw', message)]];
  }
  const message = { host: account, listingId: listingIdOfCharger(call.charger), ...terms };
  return [call.kind, [message, await sign(addresses, call.signer, 'WithdrawEarnings', message)]];
}
