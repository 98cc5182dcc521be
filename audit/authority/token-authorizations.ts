import {
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
} from 'viem';
import type { ActName } from '../calldata/acts.ts';
import type { EventName } from '../rules/events.ts';
import { signedDigest } from '../rules/signed-types.ts';
import { consentOf } from './consents.ts';
import { isAllowed, type Judgement, undecided } from './judgement.ts';
import type { AuthorityContext, Scene } from './scene.ts';

/** The argument of the market's calls that take an ERC-3009 authorisation. */
export interface Authorization {
  from: Address;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  signature: Hex;
}

const RECEIVE = keccak256(
  stringToHex(
    'ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)',
  ),
);

const MESSAGE = [
  { type: 'bytes32' },
  { type: 'address' },
  { type: 'address' },
  { type: 'uint256' },
  { type: 'uint256' },
  { type: 'uint256' },
  { type: 'bytes32' },
] as const;

const DOMAIN_SEPARATOR = toFunctionSelector('DOMAIN_SEPARATOR()');

/**
 * Whether the giver signed, to the token, that the market takes this money under this nonce. A token that is replaced
 * may have had another domain, so that of its block is asked for where the newest one does not fit.
 */
export async function authorisedTransfer<Name extends EventName, Done extends ActName>(
  { context, event }: Scene<Name, Done>,
  code: string,
  money: Authorization,
  nonce: Hex,
): Promise<Judgement> {
  const { from, value, validAfter, validBefore, signature } = money;
  const { market } = context.market;
  const message = [RECEIVE, from, market, value, validAfter, validBefore, nonce] as const;
  const struct = keccak256(encodeAbiParameters(MESSAGE, message));
  const under = (domain: Hex) => {
    const digest = signedDigest(domain, struct);
    const consent = { account: from, sender: zeroAddress, digest, signature, blockNumber: event.blockNumber };
    return consentOf(context.answers, code, consent);
  };
  const newest = await domainAt(context, context.pinnedBlock);
  const judgement = newest === undefined ? undefined : await under(newest);
  if (judgement !== undefined && isAllowed(judgement)) return judgement;
  const then = await domainAt(context, event.blockNumber);
  if (then === undefined)
    return undecided('archive needed', `the token’s EIP-712 domain at block ${event.blockNumber}`);
  return judgement !== undefined && then === newest ? judgement : under(then);
}

async function domainAt({ answers, token }: AuthorityContext, blockNumber: number): Promise<Hex | undefined> {
  const answer = await answers.callAt(token, DOMAIN_SEPARATOR, blockNumber);
  return answer?.length === 66 ? (answer as Hex) : undefined;
}
