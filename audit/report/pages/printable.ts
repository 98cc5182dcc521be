/** Characters of Windows-1252 beyond Latin-1: what the standard fonts of PDF have. */
const BEYOND_LATIN = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

const isPrintable = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) || BEYOND_LATIN.includes(character);
};

/** Text in the characters that the standard fonts have; `?` stands for any other. */
export const printable = (text: string): string =>
  Array.from(text.normalize('NFC'), (character) => (isPrintable(character) ? character : '?')).join('');
