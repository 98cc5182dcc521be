import {
  type Address,
  concatHex,
  encodePacked,
  getContractAddress,
  isAddressEqual,
  numberToHex,
  zeroAddress,
  zeroHash,
} from 'viem';
import { PlugpactError } from './errors.ts';

/** Of a clone with arguments behind its code (OpenZeppelin's Clones): 45 bytes of code, then the arguments. */
const CLONE = {
  codeBytes: 0x2d,
  beforeImplementation: '0x3d81600a3d39f3363d3d373d3d3d363d73',
  afterImplementation: '0x5af43d82803e903d91602b57fd5bf3',
} as const;

const ARGS_BYTES = 24;

/**
 * The deposit address of a purse, as contracts/DepositAddresses.sol computes it.
 *
 * @param factory the deployment's `DepositAddresses`.
 * @throws PlugpactError `deposit.zeroAccount`: nobody owns its purses.
 */
export function depositAddressOf(factory: Address, account: Address, purse: number): Address {
  if (isAddressEqual(account, zeroAddress)) {
    throw new PlugpactError({
      code: 'deposit.zeroAccount',
      value: account,
      rule: 'A deposit address belongs to an account.',
      remedy: 'Sign in with the account first.',
    });
  }
  // The code of all clones is what the factory creates first.
  const implementation = getContractAddress({ from: factory, nonce: 1n });
  const bytecode = concatHex([
    '0x61',
    numberToHex(CLONE.codeBytes + ARGS_BYTES, { size: 2 }),
    CLONE.beforeImplementation,
    implementation,
    CLONE.afterImplementation,
    encodePacked(['address', 'uint32'], [account, purse]),
  ]);
  return getContractAddress({ opcode: 'CREATE2', from: factory, salt: zeroHash, bytecode });
}

/** See contracts/interfaces/IDepositAddresses.sol. */
export interface Takeout {
  account: Address;
  purse: number;
  /** Zero for ether. */
  token: Address;
  to: Address;
  /** Units of that token, or wei. */
  amount: bigint;
  /** The account's next nonce there. */
  nonce: bigint;
  /** Unix seconds, exclusive. */
  validUntil: bigint;
}

const TAKEOUT = [
  { name: 'account', type: 'address' },
  { name: 'purse', type: 'uint32' },
  { name: 'token', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'amount', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'validUntil', type: 'uint256' },
] as const;

/** What the account signs to take something out of a deposit address (EIP-712). */
export const takeoutTypedData = (chainId: number, factory: Address, message: Takeout) => ({
  domain: { name: 'Plugpact deposit addresses', version: '1', chainId, verifyingContract: factory },
  types: { Takeout: TAKEOUT },
  primaryType: 'Takeout' as const,
  message,
});
