/** 1 for the code of each lower-case digit of hex. */
const IS_DIGIT = Uint8Array.from({ length: 128 }, (_, code) =>
  Number('0123456789abcdef'.includes(String.fromCharCode(code))),
);

/**
 * Whether a text is `0x` and digits of lower-case hex. It is asked for each field of each log, where a regular expression
 * takes more than twice as long.
 */
export function isHex(text: string): boolean {
  if (!text.startsWith('0x')) return false;
  let isAll = 1;
  // Codes beyond the table give undefined, which makes it 0.
  for (let i = 2; i < text.length; i++) isAll &= IS_DIGIT[text.charCodeAt(i)]!;
  return isAll === 1;
}
