import { decrypt, encrypt } from 'eciesjs';
import { bytesToHex, type Hex, hexToBytes, hexToString, stringToHex } from 'viem';

/** ECIES over secp256k1 (eciesjs): only the owner of the private key of `publicKey` can open it. */
export function seal(publicKey: Hex, text: string): Hex {
  return bytesToHex(encrypt(hexToBytes(publicKey), hexToBytes(stringToHex(text))));
}

/** @throws when the ciphertext was made for another key or was changed. */
export function open(privateKey: Hex, ciphertext: Hex): string {
  return hexToString(bytesToHex(decrypt(hexToBytes(privateKey), hexToBytes(ciphertext))));
}
