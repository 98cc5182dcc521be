import {
  type Address,
  decodeErrorResult,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  hexToString,
  keccak256,
  zeroAddress,
} from 'viem';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { rpcBatch } from '../../scripts/lib/json-rpc.ts';
import { testTerms } from '../support/market.ts';
import { BOOKING, type MeterCurve, meterKeyOf } from '../vectors/make-ocmf-vectors.ts';
import { PREFIX, WINDOW } from '../vectors/ocmf-readings.ts';
import type { Mock } from './mocks.ts';

/** Records by one meter, to be proven for the booking of the vectors. */
export interface ProofCall {
  algorithm: MeterCurve;
  records: readonly MeterRecordStruct[];
}

/** What a record proves in Wh, or the rule by which it is refused: `malformed`, or as `Ocmf_Refused` names it. */
export type Proven = bigint | string;

const PREIMAGE = [
  { type: 'uint256' },
  { type: 'address' },
  { type: 'bytes32' },
  { type: 'bytes32' },
] as const;

function bindingOf(meterAlgorithm: MeterCurve) {
  const { ref, bookingId, secret } = BOOKING;
  const base = testTerms(zeroAddress, zeroAddress);
  const metering = { ...base.metering, meterAlgorithm, idTagPrefix: PREFIX };
  const preimage = encodeAbiParameters(PREIMAGE, [
    BigInt(ref.chainId),
    ref.market as Address,
    bookingId,
    secret,
  ]);
  return {
    tagHash: keccak256(preimage),
    metering: toTermsStruct({ ...base, metering }).metering,
    opens: BigInt(WINDOW.opens),
    closes: BigInt(WINDOW.closes),
  };
}

/** What the verifier makes of each of these, in one request. */
export async function provenBy(url: string, verifier: Mock, calls: readonly ProofCall[]): Promise<Proven[]> {
  const { abi } = verifier;
  const batch = calls.map(({ algorithm, records }) => {
    const args = [bindingOf(algorithm), meterKeyOf(algorithm), records];
    const data = encodeFunctionData({ abi, functionName: 'provenWh', args });
    return ['eth_call', [{ to: verifier.address, data }, 'latest']] as const;
  });
  const answers = await rpcBatch<Hex>(url, batch);
  return answers.map(({ result, error }) =>
    result === undefined ? ruleIn(verifier, error) : BigInt(result),
  );
}

function ruleIn({ abi }: Mock, error: { message: string; data?: unknown } | undefined): string {
  if (typeof error?.data !== 'string' || error.data === '0x') return error?.message ?? 'no answer';
  const { errorName, args } = decodeErrorResult({ abi, data: error.data as Hex });
  if (errorName === 'Json_Malformed') return 'malformed';
  return errorName === 'Ocmf_Refused' ? hexToString((args as [Hex])[0], { size: 32 }) : errorName;
}
