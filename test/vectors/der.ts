/** A signature r ‖ s as a DER sequence of two integers (X.690, 8.9 and 8.3), all in hex. */
export function derOf(signature: string): string {
  const integers = [signature.slice(0, 64), signature.slice(64)].map((word) => {
    const short = word.replace(/^(00)+/, '');
    const signed = Number.parseInt(short.slice(0, 2), 16) > 0x7f ? `00${short}` : short;
    return `02${byte(signed.length / 2)}${signed}`;
  });
  const both = integers.join('');
  return `30${byte(both.length / 2)}${both}`;
}

const byte = (number: number): string => number.toString(16).padStart(2, '0');
