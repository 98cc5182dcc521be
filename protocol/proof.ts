import { type Hex, hexToBytes, sliceHex, toHex } from 'viem';
import { PlugpactError } from './errors.ts';

/** One OCMF record in the form that the contracts take. */
export interface MeterRecordStruct {
  /** The exact payload bytes that the meter signed. */
  payload: Hex;
  r: Hex;
  s: Hex;
}

/** The argument of `prove`; see contracts/types/Proof.sol. */
export interface MeterProofStruct {
  secret: Hex;
  /** x ‖ y, 64 bytes. */
  meterKey: Hex;
  /** Each with begin and end, or one with the begin followed by one with the end; in the order of their PG. */
  records: readonly MeterRecordStruct[];
}

function malformed(value: string, rule: string): PlugpactError {
  return new PlugpactError({
    code: 'proof.malformed',
    value,
    rule,
    remedy: 'Take key and record as the meter gave them, byte by byte.',
  });
}

/**
 * The point of a public key (SubjectPublicKeyInfo, RFC 5480) of a 256-bit curve: x ‖ y, 64 bytes.
 *
 * @throws PlugpactError `proof.malformed` when it does not end in an uncompressed point.
 */
export function spkiToMeterKey(spki: Hex): Hex {
  const point = spki.slice(-130);
  if (point.length !== 130 || !point.startsWith('04')) {
    throw malformed(spki, 'A key of a 256-bit curve ends in 65 bytes, the first of them 04 (SEC 1, 2.3.3).');
  }
  return `0x${point.slice(2)}`;
}

/**
 * The last part of an OCMF record (`SD` in hex or base64 by `SE`, ASN.1 DER inside) as two words.
 *
 * @throws PlugpactError `proof.malformed` when it is not a DER signature of two integers of at most 256 bits.
 */
export function toMeterSignature({ SD, SE }: { SD: string; SE?: string }): { r: Hex; s: Hex } {
  const der = derOf(SD, SE);
  const bytes = hexToBytes(der);
  // 30 length 02 length r 02 length s (X.690, 8.9 and 8.3)
  const rLength = bytes[3] ?? 0;
  const sAt = 6 + rLength;
  const sLength = bytes[5 + rLength] ?? 0;
  const whole = bytes[0] === 0x30 && bytes[2] === 0x02 && bytes[4 + rLength] === 0x02;
  if (!whole || rLength === 0 || sLength === 0 || sAt + sLength > bytes.length)
    throw malformed(SD, 'SD is a DER sequence of two integers.');
  return { r: toWord(sliceHex(der, 4, 4 + rLength), SD), s: toWord(sliceHex(der, sAt, sAt + sLength), SD) };
}

/** Browsers have no Buffer. */
function derOf(SD: string, SE: string | undefined): Hex {
  if (SE === 'base64') {
    try {
      return toHex(Uint8Array.from(atob(SD), (character) => character.charCodeAt(0)));
    } catch {
      throw malformed(SD, 'SD is base64, as SE says.');
    }
  }
  if (!/^(?:[0-9a-f]{2})+$/i.test(SD)) throw malformed(SD, 'SD is hex digits, in pairs.');
  return `0x${SD}`;
}

function toWord(integer: Hex, SD: string): Hex {
  const number = BigInt(integer);
  if (number >> 256n !== 0n) throw malformed(SD, 'r and s have at most 256 bits.');
  return toHex(number, { size: 32 });
}
