import { type Address, parseAbi, zeroAddress } from 'viem';
import type { LedgerClient } from '../chain/client.ts';
import type { GasPrice } from './gas-fees.ts';

/** On rollups of the OP Stack: what a transaction's bytes cost on the layer below (specs.optimism.io, Fjord). */
const GAS_PRICE_ORACLE: Address = '0x420000000000000000000000000000000000000F';
const ORACLE_ABI = parseAbi(['function getL1FeeUpperBound(uint256 unsignedTxSize) view returns (uint256)']);

/** What a transaction has beside its data: nonce, fees, gas, address and signature. */
const ENVELOPE_BYTES = 180;

/** The fee for the bytes is not in a transaction's hands: it may double until it is mined. */
const DATA_FEE_MARGIN = 2n;

/** What the ledger asks, in wei. */
export interface GasMarket {
  price(): Promise<GasPrice>;
  dataFee(bytes: number): Promise<bigint>;
}

export function createGasMarket(client: LedgerClient): GasMarket {
  let hasOracle: boolean | undefined;
  return {
    async price() {
      const [{ baseFeePerGas }, tip] = await Promise.all([
        client.getBlock({ blockTag: 'latest' }),
        client.estimateMaxPriorityFeePerGas(),
      ]);
      return { baseFee: baseFeePerGas ?? 0n, tip };
    },
    async dataFee(bytes) {
      hasOracle ??= ((await client.getCode({ address: GAS_PRICE_ORACLE })) ?? '0x') !== '0x';
      if (!hasOracle) return 0n;
      const fee = await client.readContract({
        ...{ address: GAS_PRICE_ORACLE, abi: ORACLE_ABI, functionName: 'getL1FeeUpperBound' },
        args: [BigInt(bytes + ENVELOPE_BYTES)],
        account: zeroAddress,
      });
      return DATA_FEE_MARGIN * fee;
    },
  };
}
