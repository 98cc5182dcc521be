/** Letters that Unicode does not decompose, as people without them on their keyboard write them. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
};

/** Signs inside of words, which people leave out: Xi’an, Muzayri‘. */
const APOSTROPHES = /['’‘ʼʻ`´]/gu;

/** A name or a query as it is compared: lower case, without accents, words separated by one space. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæœøđðþłıħŧŋ]/g, (letter) => LETTERS[letter]!)
    .replaceAll(APOSTROPHES, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
